/* SPDX-License-Identifier: MIT */
/* Generations that retired: where what they had goes, and when they do. */

#include "daemon/retired.h"

#include "upgrade/upgrade.h"

#include "life.h"

static struct generation *old;
static int client;

/* One generation serves, and the one before it has a connection to pass on. */
static void retire_one(void)
{
    struct baton b = {.fd = connection(&client), .passed = true, .served = true};

    old = still_generation(1);
    serve_with(old);
    parts.present = still_generation(1);
    acceptor_use(&parts.acceptor, parts.present);
    retired_add(&parts.retired, old);
    assert_true(handoff_push(crew_outbox(&old->crew, 0), &b));
}

static void run(void)
{
    parts.retired.waits = false;
    retired_run(&parts.retired, parts.present);
}

static bool are_gone(void)
{
    return list_empty(&parts.retired.list);
}

static struct handoff *ring_of(struct generation *g)
{
    return &g->crew.v[0].handoff;
}

static void what_comes_out_of_one_goes_to_a_worker_of_the_present_one(void **state)
{
    struct baton b;

    (void)state;
    retire_one();
    assert_int_equal(told(old), STOP_RETIRE);
    run();
    assert_false(parts.retired.waits);
    assert_false(handoff_waits(crew_outbox(&old->crew, 0)));
    assert_true(handoff_pop(ring_of(parts.present), &b));
    assert_true(b.served && b.passed);
    assert_int_equal(seats_taken(&parts.acceptor.seats), 1);
    assert_false(is_closed(client));
    seats_leave(&parts.acceptor.seats, 1);
    (void)close(b.fd);
    (void)close(client);
}

static void what_finds_no_room_waits_where_it_is(void **state)
{
    const struct baton filler = {.fd = -1};
    struct baton b;
    int filled = 0;

    (void)state;
    retire_one();
    for (; handoff_push(ring_of(parts.present), &filler); filled++)
        ;
    end_workers(old);
    run();
    assert_true(parts.retired.waits);
    assert_false(are_gone()); /* though its workers have ended */
    while (filled-- > 0)
        assert_true(handoff_pop(ring_of(parts.present), &b));
    run();
    assert_false(parts.retired.waits);
    assert_true(are_gone());
    assert_true(handoff_pop(ring_of(parts.present), &b));
    seats_leave(&parts.acceptor.seats, 1);
    (void)close(b.fd);
    (void)close(client);
}

static void once_another_process_serves_it_goes_there(void **state)
{
    struct upgrade_message m;

    (void)state;
    come_to(LIFE_PASSING_ON);
    old = list_of(parts.retired.list.next, struct generation, link);
    struct baton b = {.fd = connection(&client), .passed = true};
    assert_true(handoff_push(crew_outbox(&old->crew, 0), &b));
    run();
    assert_int_equal(upgrade_receive(successor, &m), 0);
    assert_int_equal(m.kind, UPGRADE_BATON);
    assert_false(is_closed(client));
    (void)close(upgrade_baton(&m).fd);
    assert_true(is_closed(client));
    (void)close(client);
}

/* The first that cannot be passed on tells; it, and all that follow, end here. */
static void what_a_successor_that_is_gone_does_not_take_ends_here(void **state)
{
    (void)state;
    come_to(LIFE_PASSING_ON);
    old = list_of(parts.retired.list.next, struct generation, link);
    struct baton b = {.fd = connection(&client), .passed = true};
    assert_true(handoff_push(crew_outbox(&old->crew, 0), &b));
    close_end(&successor);
    assert_int_equal(told(old), STOP_RETIRE);
    run();
    assert_int_equal(told(old), STOP_WHEN_EMPTY);
    assert_true(parts.retired.waits);
    assert_false(is_closed(client));
    run();
    assert_false(parts.retired.waits);
    assert_true(is_closed(client));
    (void)close(client);
}

static void nobody_gets_what_comes_late_in_a_stop(void **state)
{
    (void)state;
    retire_one();
    acceptor_leave(&parts.acceptor);
    run();
    assert_false(handoff_waits(ring_of(parts.present)));
    assert_true(is_closed(client));
    (void)close(client);
}

/* Its logs may be what an errand opens. */
static void one_is_freed_once_its_workers_have_ended_and_no_errand_works_on_it(void **state)
{
    static const struct {
        bool ended;
        enum reload_work work;
        bool over, gone;
    } rows[] = {
        {false, RELOAD_IDLE, false, false},
        {true, RELOAD_REOPENING, true, false},
        {true, RELOAD_OPENING, true, false},
        {true, RELOAD_IDLE, true, true},
    };

    (void)state;
    retire_one();
    for (size_t i = 0; i < ROWS(rows); i++) {
        if (rows[i].ended)
            end_workers(old);
        parts.reload.work = rows[i].work;
        run();
        expect(retired_are_over(&parts.retired) == rows[i].over, "%zu: over", i);
        expect(are_gone() == rows[i].gone, "%zu: gone", i);
    }
    seats_leave(&parts.acceptor.seats, 1);
    (void)close(client);
}

static void all_of_them_are_told_to_end(void **state)
{
    (void)state;
    retire_one();
    retired_add(&parts.retired, still_generation(3));
    retired_stop(&parts.retired, STOP_DRAIN);
    for (struct list *l = parts.retired.list.next; l != &parts.retired.list; l = l->next)
        assert_int_equal(told(list_of(l, struct generation, link)), STOP_DRAIN);
    (void)close(client);
}

/* But for once, when the successor is lost, none is told anything because of it. */
static void a_successor_is_lost_once(void **state)
{
    (void)state;
    come_to(LIFE_PASSING_ON);
    old = list_of(parts.retired.list.next, struct generation, link);
    retired_mind_successor(&parts.retired);
    assert_int_equal(told(old), STOP_RETIRE);
    close_end(&successor);
    succession_event(&parts.succession);
    retired_mind_successor(&parts.retired);
    assert_int_equal(told(old), STOP_WHEN_EMPTY);
    retired_stop(&parts.retired, STOP_NOW);
    retired_mind_successor(&parts.retired);
    assert_int_equal(told(old), STOP_NOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        life_test(what_comes_out_of_one_goes_to_a_worker_of_the_present_one),
        life_test(what_finds_no_room_waits_where_it_is),
        life_test(once_another_process_serves_it_goes_there),
        life_test(what_a_successor_that_is_gone_does_not_take_ends_here),
        life_test(nobody_gets_what_comes_late_in_a_stop),
        life_test(one_is_freed_once_its_workers_have_ended_and_no_errand_works_on_it),
        life_test(all_of_them_are_told_to_end),
        life_test(a_successor_is_lost_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
