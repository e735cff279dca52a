/* SPDX-License-Identifier: MIT */
/* Deadlines: each expires at its time and not before, in the order of arming, whatever was armed and disarmed between. */

#include "io/timeout.h"

#include <limits.h>

#include "expect.h"

enum { TIMERS = 64 };

static const uint64_t after[TIMEOUT_KINDS] = {
    [TIMEOUT_HEADER] = 100, [TIMEOUT_BODY] = 200, [TIMEOUT_KEEPALIVE] = 50,
    [TIMEOUT_SEND] = 1000,  [TIMEOUT_SUM] = 10,   [TIMEOUT_LINGER] = 5,
};

static struct timeouts timeouts;
static struct timer timers[TIMERS];

static int fresh(void **state)
{
    (void)state;
    timeouts_init(&timeouts, after);
    for (size_t i = 0; i < TIMERS; i++)
        timer_init(&timers[i]);
    return 0;
}

static void nothing_armed_waits_for_ever(void **state)
{
    (void)state;
    assert_int_equal(timeouts_next(&timeouts, 0), -1);
    assert_null(timeouts_expired(&timeouts, UINT64_MAX));
}

static void every_kind_expires_exactly_when_due(void **state)
{
    (void)state;
    for (int kind = 0; kind < TIMEOUT_KINDS; kind++) {
        timeouts_arm(&timeouts, &timers[0], (enum timeout_kind)kind, 7000);
        assert_int_equal(timeouts_next(&timeouts, 7000), after[kind]);
        assert_null(timeouts_expired(&timeouts, 7000 + after[kind] - 1));
        assert_int_equal(timeouts_next(&timeouts, 7000 + after[kind] - 1), 1);
        assert_int_equal(timeouts_next(&timeouts, 7000 + after[kind]), 0);
        assert_int_equal(timeouts_next(&timeouts, 7000 + after[kind] + 12345), 0);
        assert_ptr_equal(timeouts_expired(&timeouts, 7000 + after[kind]), &timers[0]);
        assert_true(list_empty(&timers[0].link));
        assert_null(timeouts_expired(&timeouts, UINT64_MAX));
        assert_int_equal(timeouts_next(&timeouts, 7000), -1);
    }
}

static void one_kind_expires_in_the_order_of_arming(void **state)
{
    (void)state;
    for (size_t i = 0; i < TIMERS; i++)
        timeouts_arm(&timeouts, &timers[i], TIMEOUT_HEADER, 10 + i / 2);
    for (size_t i = 0; i < TIMERS; i++)
        assert_ptr_equal(timeouts_expired(&timeouts, 1000), &timers[i]);
    assert_null(timeouts_expired(&timeouts, 1000));
}

static void next_is_the_earliest_of_all_kinds(void **state)
{
    (void)state;
    timeouts_arm(&timeouts, &timers[0], TIMEOUT_SEND, 0);
    assert_int_equal(timeouts_next(&timeouts, 0), 1000);
    timeouts_arm(&timeouts, &timers[1], TIMEOUT_HEADER, 0);
    assert_int_equal(timeouts_next(&timeouts, 0), 100);
    timeouts_arm(&timeouts, &timers[2], TIMEOUT_KEEPALIVE, 20);
    assert_int_equal(timeouts_next(&timeouts, 20), 50);
    assert_ptr_equal(timeouts_expired(&timeouts, 70), &timers[2]);
    assert_null(timeouts_expired(&timeouts, 70));
    assert_int_equal(timeouts_next(&timeouts, 70), 30);
}

static void arming_anew_moves_a_timer_to_its_new_end(void **state)
{
    (void)state;
    timeouts_arm(&timeouts, &timers[0], TIMEOUT_HEADER, 0);
    timeouts_arm(&timeouts, &timers[1], TIMEOUT_HEADER, 1);
    timeouts_arm(&timeouts, &timers[0], TIMEOUT_HEADER, 2);
    assert_ptr_equal(timeouts_expired(&timeouts, 102), &timers[1]);
    assert_ptr_equal(timeouts_expired(&timeouts, 102), &timers[0]);
    timeouts_arm(&timeouts, &timers[0], TIMEOUT_LINGER, 200);
    timeouts_arm(&timeouts, &timers[0], TIMEOUT_SEND, 200);
    assert_null(timeouts_expired(&timeouts, 1199));
    assert_ptr_equal(timeouts_expired(&timeouts, 1200), &timers[0]);
    assert_null(timeouts_expired(&timeouts, UINT64_MAX));
}

static void a_disarmed_timer_never_expires(void **state)
{
    (void)state;
    timeouts_disarm(&timers[0]);
    for (size_t i = 0; i < 3; i++)
        timeouts_arm(&timeouts, &timers[i], TIMEOUT_BODY, i);
    timeouts_disarm(&timers[1]);
    timeouts_disarm(&timers[1]);
    assert_ptr_equal(timeouts_expired(&timeouts, 1000), &timers[0]);
    assert_ptr_equal(timeouts_expired(&timeouts, 1000), &timers[2]);
    assert_null(timeouts_expired(&timeouts, 1000));
}

static void a_far_deadline_fits_what_epoll_takes(void **state)
{
    static const uint64_t far[] = {INT_MAX - 1ULL, INT_MAX, INT_MAX + 1ULL, UINT32_MAX, UINT32_MAX + 5ULL, 1ULL << 50};

    (void)state;
    for (size_t i = 0; i < ROWS(far); i++) {
        timeouts.after_ms[TIMEOUT_BODY] = far[i];
        timeouts_arm(&timeouts, &timers[0], TIMEOUT_BODY, 0);
        int next = timeouts_next(&timeouts, 0);
        expect(next == (far[i] < INT_MAX ? (int)far[i] : INT_MAX), "row %zu: %d", i, next);
    }
}

/* The timer that is due first; ties and order within a kind are checked elsewhere. */
static uint64_t earliest(const bool *armed)
{
    uint64_t least = UINT64_MAX;

    for (size_t i = 0; i < TIMERS; i++)
        if (armed[i] && timers[i].due_ms < least)
            least = timers[i].due_ms;
    return least;
}

static void random_use_agrees_with_looking_at_every_timer(void **state)
{
    bool armed[TIMERS] = {false};
    uint64_t seed = 5, now = 0;

    (void)state;
    for (int round = 0; round < 50000; round++) {
        size_t i = random_below(&seed, TIMERS);
        now += random_below(&seed, 4);
        if (random_below(&seed, 4) == 0) {
            timeouts_disarm(&timers[i]);
            armed[i] = false;
        } else {
            timeouts_arm(&timeouts, &timers[i], (enum timeout_kind)random_below(&seed, TIMEOUT_KINDS), now);
            armed[i] = true;
        }
        uint64_t first = earliest(armed);
        uint64_t wait = first > now ? first - now : 0;
        assert_int_equal(timeouts_next(&timeouts, now), first == UINT64_MAX ? -1 : (int)wait);
        for (struct timer *t; (t = timeouts_expired(&timeouts, now)) != NULL;) {
            assert_true(armed[t - timers] && t->due_ms <= now);
            armed[t - timers] = false;
        }
        assert_true(earliest(armed) > now);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_armed_waits_for_ever, fresh),
        cmocka_unit_test_setup(every_kind_expires_exactly_when_due, fresh),
        cmocka_unit_test_setup(one_kind_expires_in_the_order_of_arming, fresh),
        cmocka_unit_test_setup(next_is_the_earliest_of_all_kinds, fresh),
        cmocka_unit_test_setup(arming_anew_moves_a_timer_to_its_new_end, fresh),
        cmocka_unit_test_setup(a_disarmed_timer_never_expires, fresh),
        cmocka_unit_test_setup(a_far_deadline_fits_what_epoll_takes, fresh),
        cmocka_unit_test_setup(random_use_agrees_with_looking_at_every_timer, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
