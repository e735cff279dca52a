/* SPDX-License-Identifier: MIT */
/* What so many descriptors are enough for. */

#include "host/budget.h"

#include <errno.h>

#include "scratch.h"

static void all_is_dealt_out_and_nothing_twice(void **state)
{
    static const uint64_t fds[] = {40, 64, 100, 256, 1024, 4096, 262144, 1000000000};

    (void)state;
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        for (size_t workers = 1; workers < 5; workers++) {
            const struct budget_ask ask = {.fds = fds[i], .workers = workers, .sockets = 1 + workers, .status = 64};
            struct budget b;
            if (budget_plan(&b, &ask) < 0) {
                assert_true(b.own + 2 > fds[i]);
                continue;
            }
            assert_int_equal(b.own + b.room, fds[i]);
            assert_true(b.connections > 0 && b.connections <= b.room && b.connections == b.affordable);
            assert_true(b.kept + b.connections <= b.room);
            assert_true(b.status >= 1 && b.status <= 64);
        }
}

static void few_are_not_all_kept_back(void **state)
{
    struct budget b;

    (void)state;
    assert_int_equal(budget_plan(&b, &(struct budget_ask){.fds = 64, .workers = 2, .sockets = 2}), 0);
    assert_true(b.connections >= 16);
    assert_int_equal(budget_plan(&b, &(struct budget_ask){.fds = 1024, .workers = 2, .sockets = 2}), 0);
    assert_true(b.connections >= 800);
}

static void what_was_asked_for_is_given_and_compared(void **state)
{
    struct budget b;

    (void)state;
    assert_int_equal(
        budget_plan(&b, &(struct budget_ask){.fds = 1024, .workers = 2, .sockets = 1, .connections = 5000}), 0);
    assert_int_equal(b.connections, 5000);
    assert_true(b.affordable < 1024);
    assert_int_equal(b.status, 0);
}

static void workers_that_take_all_are_refused(void **state)
{
    struct budget b;

    (void)state;
    assert_int_equal(budget_plan(&b, &(struct budget_ask){.fds = 1024, .workers = 200, .sockets = 1}), -EMFILE);
    assert_true(b.own >= 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_dealt_out_and_nothing_twice),
        cmocka_unit_test(few_are_not_all_kept_back),
        cmocka_unit_test(what_was_asked_for_is_given_and_compared),
        cmocka_unit_test(workers_that_take_all_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
