/* SPDX-License-Identifier: MIT */
/* The daemon's life: which state may follow which, for every pair of them. */

#include "daemon/life.h"

#include <string.h>

#include "expect.h"

/* A row for each state, a column for each that might follow, in the same order. */
/* clang-format off */
static const char drawing[LIVES][LIVES + 1] = {
    [LIFE_STARTING]     = ".x....x..",
    [LIFE_SERVING]      = "..xx.xx..",
    [LIFE_RELOADING]    = ".x...xx..",
    [LIFE_HANDING_OVER] = ".x..xxx..",
    [LIFE_PASSING_ON]   = "......x..",
    [LIFE_ANNOUNCING]   = "......x.x",
    [LIFE_DRAINING]     = ".......xx",
    [LIFE_EMPTYING]     = "........x",
    [LIFE_ENDING]       = ".........",
};
/* clang-format on */

static void a_state_is_followed_by_those_of_the_drawing(void **state)
{
    (void)state;
    for (int from = 0; from < LIVES; from++)
        for (int to = 0; to < LIVES; to++) {
            bool may = drawing[from][to] == 'x';
            expect(life_may_move((enum life)from, (enum life)to) == may, "%s -> %s", life_name((enum life)from),
                   life_name((enum life)to));
            if (!may)
                continue;
            enum life life = (enum life)from;
            life_move(&life, (enum life)to);
            assert_int_equal(life, to);
        }
}

/* Whatever it does, a signal leads to the end, and a second one there by the next move. */
static void a_stop_is_never_more_than_two_signals_from_the_end(void **state)
{
    (void)state;
    for (int from = 0; from < LIVES; from++) {
        bool drains = life_may_move((enum life)from, LIFE_DRAINING);
        bool ends = life_may_move((enum life)from, LIFE_ENDING);
        expect(drains || ends || from == LIFE_ENDING, "%s", life_name((enum life)from));
        expect(ends == (life_is_stopping((enum life)from) && from != LIFE_ENDING), "%s", life_name((enum life)from));
    }
}

static void workers_are_asked_ever_more_urgently(void **state)
{
    (void)state;
    for (int life = LIFE_STARTING; life < LIFE_ANNOUNCING; life++)
        assert_int_equal(life_stop((enum life)life), STOP_NOT);
    for (int life = LIFE_ANNOUNCING; life < LIFE_ENDING; life++)
        expect(life_stop((enum life)life) < life_stop((enum life)(life + 1)), "%s", life_name((enum life)life));
    assert_int_equal(life_stop(LIFE_ENDING), STOP_NOW);
}

static void nothing_new_begins_once_another_has_taken_over(void **state)
{
    (void)state;
    for (int life = 0; life < LIVES; life++) {
        expect(life_is_leaving((enum life)life) == (life >= LIFE_PASSING_ON), "%s", life_name((enum life)life));
        bool begins =
            life_may_move((enum life)life, LIFE_RELOADING) || life_may_move((enum life)life, LIFE_HANDING_OVER);
        expect(!begins || !life_is_leaving((enum life)life), "%s", life_name((enum life)life));
    }
}

static void each_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int life = 0; life < LIVES; life++)
        for (int other = 0; other < life; other++)
            assert_string_not_equal(life_name((enum life)life), life_name((enum life)other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_is_followed_by_those_of_the_drawing),
        cmocka_unit_test(a_stop_is_never_more_than_two_signals_from_the_end),
        cmocka_unit_test(workers_are_asked_ever_more_urgently),
        cmocka_unit_test(nothing_new_begins_once_another_has_taken_over),
        cmocka_unit_test(each_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
