/* SPDX-License-Identifier: MIT */
/* After a root: at once, then ever more seldom, up to half a minute, for as long as it is beyond the walls. */

#include "daemon/follow.h"

#include "expect.h"

static void it_is_due_at_once_and_then_ever_more_seldom(void **state)
{
    static const uint64_t waits_ms[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000};
    uint64_t now = 5000;
    struct follow f;

    (void)state;
    follow_begin(&f);
    assert_int_equal(follow_wait_ms(&f, true, now), 0);
    assert_true(follow_is_due(&f, true, now));
    for (size_t i = 0; i < ROWS(waits_ms); i++) {
        expect((uint64_t)follow_wait_ms(&f, true, now) == waits_ms[i], "%zu", i);
        now += waits_ms[i] - 1;
        expect(!follow_is_due(&f, true, now), "%zu: too early", i);
        now += 1;
        expect(follow_is_due(&f, true, now), "%zu: not due", i);
        expect(!follow_is_due(&f, true, now), "%zu: due twice", i);
    }
}

static void nothing_is_due_where_no_root_is_beyond(void **state)
{
    struct follow f;

    (void)state;
    follow_begin(&f);
    assert_int_equal(follow_wait_ms(&f, false, 1), -1);
    assert_false(follow_is_due(&f, false, 1));
    assert_true(follow_is_due(&f, true, 1));
    assert_int_equal(follow_wait_ms(&f, false, 2), -1);
}

/* The state was over: the next one is followed at once again. */
static void another_generation_begins_anew(void **state)
{
    struct follow f;

    (void)state;
    follow_begin(&f);
    assert_true(follow_is_due(&f, true, 1));
    assert_true(follow_is_due(&f, true, 1001));
    follow_begin(&f);
    assert_true(follow_is_due(&f, true, 1002));
    assert_int_equal(follow_wait_ms(&f, true, 1002), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_due_at_once_and_then_ever_more_seldom),
        cmocka_unit_test(nothing_is_due_where_no_root_is_beyond),
        cmocka_unit_test(another_generation_begins_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
