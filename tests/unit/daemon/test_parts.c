/* SPDX-License-Identifier: MIT */
/* The parts of the daemon's life as one: opened and closed, and how long the master may sleep. */

#include "daemon/parts.h"

#include "life.h"
#include "scratch.h"

static void what_was_opened_is_closed(void **state)
{
    size_t before = count_fds();

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(life_enter(NULL), 0);
        assert_true(count_fds() > before);
        assert_int_equal(life_leave(NULL), 0);
        assert_int_equal(count_fds(), before);
    }
}

/* Each of the descriptors is missing once. */
static void what_could_not_be_opened_whole_is_closed(void **state)
{
    size_t before = count_fds();
    rlim_t spare = 0;
    int err = -1;

    (void)state;
    for (; err < 0; spare++) {
        rlim_t limit = limit_fds(spare);
        err = life_enter(NULL);
        (void)set_fd_limit(limit);
        assert_true(err == 0 || err == -EMFILE);
        if (err < 0)
            parts_close(&parts);
        else
            assert_int_equal(life_leave(NULL), 0);
        assert_int_equal(count_fds(), before);
    }
    assert_true(spare > 4);
}

static void a_reload_may_begin_where_we_are_the_only_ones_who_serve(void **state)
{
    (void)state;
    come_to(LIFE_SERVING);
    assert_true(parts_may_reload(&parts));
    parts.predecessors.main = false;
    assert_false(parts_may_reload(&parts)); /* not before we are told to go on */
    parts.predecessors.main = true;
    parts.succession.fd = life_pair(&successor);
    assert_false(parts_may_reload(&parts)); /* it has read the configuration as it is now */
}

static void nothing_is_due_where_nothing_goes_on(void **state)
{
    (void)state;
    come_to(LIFE_SERVING);
    assert_int_equal(stopping_wait_ms(&parts.stopping, LIFE_NOW), -1);
    assert_int_equal(reload_wait_ms(&parts.reload, true, LIFE_NOW), -1);
    assert_int_equal(succession_wait_ms(&parts.succession, LIFE_NOW), -1);
    assert_false(parts_wait_for_room(&parts));
}

/* What waits for room, or is owed, is looked at soon though nobody says anything. */
static void what_waits_is_looked_at_soon(void **state)
{
    bool *const waits[] = {&parts.retired.waits, &parts.predecessors.waits, &parts.predecessors.owes_ready};

    (void)state;
    come_to(LIFE_SERVING);
    parts.life = LIFE_STARTING; /* so that no root is looked at */
    parts.present = NULL;
    for (size_t i = 0; i < ROWS(waits); i++) {
        parts.watchdog.tell_ms = UINT64_MAX;
        int before = parts_wait_ms(&parts);
        expect(before < 0 || before > 100, "%zu: %d ms for nothing", i, before);
        *waits[i] = true;
        expect(parts_wait_ms(&parts) == 100, "%zu: %d ms", i, parts_wait_ms(&parts));
        *waits[i] = false;
    }
    parts.present = parts.acceptor.g;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_opened_is_closed),
        cmocka_unit_test(what_could_not_be_opened_whole_is_closed),
        life_test(a_reload_may_begin_where_we_are_the_only_ones_who_serve),
        life_test(nothing_is_due_where_nothing_goes_on),
        life_test(what_waits_is_looked_at_soon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
