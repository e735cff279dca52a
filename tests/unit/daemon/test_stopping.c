/* SPDX-License-Identifier: MIT */
/* The stop: from each state of life, after one signal and after two, with workers that hang and with workers that end.
 *
 * Of what may come in each state of life this covers: a second signal, and a worker that hangs. A reload that is asked
 * for is test_reload's, an upgrade test_succession's. The same pairs against a real daemon: tests/life/stop_deadline
 * has ten states, eight sequences of signals (among them a second one, HUP, USR1 and USR2 before and after TERM), two
 * ways to accept, with a worker that hangs and without: 320 stops. It reaches all states but STARTING
 * (tests/life/reload_trouble, a start that hangs), and EMPTYING and ENDING only on the way of others. */

#include "daemon/stopping.h"

#include "life.h"

enum { SOON = STOPPING_GRACE_MS };

static void ask_at(uint64_t now)
{
    stopping_ask(&parts.stopping, parts.present, now);
}

static void run_at(uint64_t now)
{
    stopping_run(&parts.stopping, parts.present, now);
}

static bool is_over_at(uint64_t now, bool *hung)
{
    *hung = false;
    return stopping_is_over(&parts.stopping, parts.present, now, hung);
}

/* That which holds the worker: it serves, or has retired. */
static struct generation *generation_there(void)
{
    if (parts.present != NULL)
        return parts.present;
    return list_empty(&parts.retired.list) ? NULL : list_of(parts.retired.list.next, struct generation, link);
}

static const struct {
    enum life from, after_one;
    uint64_t may_take; /* after that one signal, but for the grace */
} states[] = {
    {LIFE_STARTING, LIFE_DRAINING, 0},
    {LIFE_SERVING, LIFE_DRAINING, LIFE_TIMEOUT},
    {LIFE_RELOADING, LIFE_DRAINING, LIFE_TIMEOUT},
    {LIFE_HANDING_OVER, LIFE_DRAINING, LIFE_TIMEOUT},
    {LIFE_PASSING_ON, LIFE_DRAINING, LIFE_TIMEOUT},
    {LIFE_ANNOUNCING, LIFE_ENDING, 0},
    {LIFE_DRAINING, LIFE_ENDING, 0},
    {LIFE_EMPTYING, LIFE_ENDING, 0},
    {LIFE_ENDING, LIFE_ENDING, 0},
};

_Static_assert(ROWS(states) == LIVES, "a row for each");

/* Each row in a daemon of its own. */
static void for_each_state(void (*check)(size_t row))
{
    for (size_t i = 0; i < ROWS(states); i++) {
        assert_int_equal(life_enter(NULL), 0);
        come_to(states[i].from);
        check(i);
        assert_int_equal(life_leave(NULL), 0);
    }
}

static void check_signals(size_t row)
{
    const char *name = life_name(states[row].from);
    uint64_t now = LIFE_NOW + 10;

    ask_at(now);
    expect(parts.life == states[row].after_one, "%s: %s after a signal", name, life_name(parts.life));
    expect(parts.stopping.end_ms <= now + states[row].may_take + SOON, "%s: too late", name);
    expect(life_timer_ms() <= states[row].may_take + SOON + STOPPING_LAST_MS, "%s: the timer is too late", name);
    ask_at(now);
    expect(parts.life == LIFE_ENDING, "%s: %s after two", name, life_name(parts.life));
    expect(parts.acceptor.left, "%s: connections are still dealt out", name);
    expect(generation_there() == NULL || told(generation_there()) == STOP_NOW, "%s: a worker goes on", name);
    expect(parts.stopping.end_ms <= now + SOON, "%s: too late after two", name);
    expect(life_timer_ms() <= SOON + STOPPING_LAST_MS, "%s: the timer is too late after two", name);
    uint64_t end_ms = parts.stopping.end_ms;
    ask_at(now + 100);
    expect(parts.stopping.end_ms == end_ms, "%s: a third signal prolongs it", name);
}

static void a_second_signal_ends_it_soon_in_every_state(void **state)
{
    (void)state;
    for_each_state(check_signals);
}

/* Its worker hangs, and in some states what is opened does. */
static void check_hang(size_t row)
{
    const char *name = life_name(states[row].from);
    uint64_t now = LIFE_NOW + 10, deadline;
    bool hung;

    ask_at(now);
    deadline = parts.stopping.end_ms;
    for (uint64_t at = now; at < deadline; at += 50) {
        run_at(at);
        expect(!is_over_at(at, &hung), "%s: over %d ms before its deadline", name, (int)(deadline - at));
        expect(parts.stopping.end_ms <= deadline, "%s: the deadline moved on", name);
        deadline = parts.stopping.end_ms;
    }
    run_at(deadline);
    expect(is_over_at(deadline, &hung) && hung, "%s: not over at its deadline", name);
    expect(deadline <= now + states[row].may_take + SOON, "%s: the deadline is too late", name);
}

static void a_worker_that_hangs_delays_no_stop_beyond_its_deadline(void **state)
{
    (void)state;
    for_each_state(check_hang);
}

static void check_end(size_t row)
{
    const char *name = life_name(states[row].from);
    bool hung;

    ask_at(LIFE_NOW);
    parts.reload.work = RELOAD_IDLE;
    if (generation_there() != NULL)
        end_workers(generation_there());
    for (int turns = 0; turns < 4 && !is_over_at(LIFE_NOW, &hung); turns++) {
        run_at(LIFE_NOW);
        retired_run(&parts.retired, parts.present);
    }
    expect(is_over_at(LIFE_NOW, &hung) && !hung, "%s: not over though nothing is left", name);
}

static void it_is_over_as_soon_as_nothing_is_left(void **state)
{
    (void)state;
    for_each_state(check_end);
}

/* The steps of a stop that nobody hastens, and what the workers are told at each. */
static void it_goes_from_step_to_step_as_it_is_time(void **state)
{
    static const struct {
        uint64_t at;
        enum life life;
        enum stop told;
    } rows[] = {
        {0, LIFE_ANNOUNCING, STOP_ANNOUNCE},
        {LIFE_DELAY - 1, LIFE_ANNOUNCING, STOP_ANNOUNCE},
        {LIFE_DELAY, LIFE_DRAINING, STOP_DRAIN},
        {LIFE_DELAY + 1, LIFE_EMPTYING, STOP_WHEN_EMPTY}, /* nobody waits in the backlogs */
        {LIFE_DELAY + LIFE_TIMEOUT - 1, LIFE_EMPTYING, STOP_WHEN_EMPTY},
        {LIFE_DELAY + LIFE_TIMEOUT, LIFE_ENDING, STOP_NOW},
    };

    (void)state;
    serve_with(still_generation(2));
    parts.present->config.server.drain_delay_ms = LIFE_DELAY;
    ask_at(LIFE_NOW);
    assert_int_equal(stopping_left_ms(&parts.stopping, LIFE_NOW), LIFE_DELAY + LIFE_TIMEOUT + SOON);
    for (size_t i = 0; i < ROWS(rows); i++) {
        run_at(LIFE_NOW + rows[i].at);
        expect(parts.life == rows[i].life && told(parts.present) == rows[i].told, "%zu: %s", i, life_name(parts.life));
    }
}

/* A worker that has not accepted all that waits keeps the listeners open, until it is late. */
static void backlogs_are_emptied_first_but_not_for_ever(void **state)
{
    (void)state;
    serve_with(still_generation(1));
    atomic_store(&parts.present->crew.v[0].accept.deaf, false);
    ask_at(LIFE_NOW);
    run_at(LIFE_NOW + LIFE_TIMEOUT - 1);
    assert_int_equal(parts.life, LIFE_DRAINING);
    assert_false(parts.acceptor.left);
    run_at(LIFE_NOW + LIFE_TIMEOUT);
    assert_int_equal(parts.life, LIFE_EMPTYING);
    assert_true(parts.acceptor.left);
    assert_false(parts.stopping.closed); /* it may accept yet */
    atomic_store(&parts.present->crew.v[0].accept.deaf, true);
    run_at(LIFE_NOW + LIFE_TIMEOUT);
    assert_true(parts.stopping.closed);
    assert_null(parts.acceptor.g);
}

/* The table of sockets is the errand's. */
static void what_is_being_opened_keeps_the_sockets(void **state)
{
    (void)state;
    come_to(LIFE_RELOADING);
    ask_at(LIFE_NOW);
    run_at(LIFE_NOW);
    assert_int_equal(parts.life, LIFE_EMPTYING);
    assert_false(parts.stopping.closed);
    parts.reload.work = RELOAD_IDLE;
    run_at(LIFE_NOW);
    assert_true(parts.stopping.closed);
}

static void predecessors_are_waited_for_within_drain_timeout(void **state)
{
    bool hung;

    (void)state;
    serve_with(still_generation(1));
    have_predecessor();
    end_workers(parts.present);
    ask_at(LIFE_NOW);
    run_at(LIFE_NOW);
    assert_false(is_over_at(LIFE_NOW + LIFE_TIMEOUT - 1, &hung));
    assert_true(is_over_at(LIFE_NOW + LIFE_TIMEOUT, &hung));
    assert_false(hung);
    ask_at(LIFE_NOW + 1);
    assert_true(is_over_at(LIFE_NOW + 1, &hung));
    assert_false(hung);
}

/* Who has handed over ends when what it had is gone; a thread that hangs on a log does not hold it. */
static void who_has_handed_over_ends_without_being_asked(void **state)
{
    bool hung;

    (void)state;
    come_to(LIFE_PASSING_ON);
    assert_false(is_over_at(LIFE_NOW, &hung));
    assert_int_equal(stopping_wait_ms(&parts.stopping, LIFE_NOW), -1);
    end_workers(generation_there());
    parts.reload.work = RELOAD_REOPENING;
    parts.reload.slow_ms = LIFE_NOW;
    retired_run(&parts.retired, NULL);
    assert_false(is_over_at(LIFE_NOW, &hung));
    parts.reload.slow_ms = 0; /* it takes long, and that was said */
    assert_true(is_over_at(LIFE_NOW, &hung));
    assert_true(hung);
    parts.reload.work = RELOAD_IDLE;
    retired_run(&parts.retired, NULL);
    assert_true(is_over_at(LIFE_NOW, &hung));
    assert_false(hung);
}

static void it_is_looked_at_as_long_as_there_is_something_to_see(void **state)
{
    (void)state;
    serve_with(still_generation(1));
    assert_int_equal(stopping_wait_ms(&parts.stopping, LIFE_NOW), -1);
    assert_int_equal(stopping_left_ms(&parts.stopping, LIFE_NOW), 0);
    ask_at(LIFE_NOW);
    assert_int_equal(stopping_wait_ms(&parts.stopping, LIFE_NOW), 100);
    ask_at(LIFE_NOW);
    run_at(LIFE_NOW);
    assert_int_equal(stopping_wait_ms(&parts.stopping, LIFE_NOW + SOON - 30), 30);
    assert_int_equal(stopping_wait_ms(&parts.stopping, LIFE_NOW + SOON + 1), 0);
    assert_int_equal(stopping_left_ms(&parts.stopping, LIFE_NOW + SOON + 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_signal_ends_it_soon_in_every_state),
        cmocka_unit_test(a_worker_that_hangs_delays_no_stop_beyond_its_deadline),
        cmocka_unit_test(it_is_over_as_soon_as_nothing_is_left),
        life_test(it_goes_from_step_to_step_as_it_is_time),
        life_test(backlogs_are_emptied_first_but_not_for_ever),
        life_test(what_is_being_opened_keeps_the_sockets),
        life_test(predecessors_are_waited_for_within_drain_timeout),
        life_test(who_has_handed_over_ends_without_being_asked),
        life_test(it_is_looked_at_as_long_as_there_is_something_to_see),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
