/* SPDX-License-Identifier: MIT */
/* A worker that accepts: each connection has a seat; a shortage makes it wait, and the loss of one connection does not; and
 * when it leaves, nobody who was connected is forgotten. */

#include "reactor/accept.h"

#include "base/log.h"
#include "serve/terms.h"

#include "knock.h"
#include "stage_peer.h"

enum { DOORS = 2, BATCH = 32, RETRY_MS = 100, SOON_MS = 10, ROOM = 200 };

#define ASK "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"

static struct stage stage;
static struct gate gate;
static struct seats seats;
static struct accept ours;
static struct terms terms[DOORS];
static int door_fds[DOORS];

static int open_all(void **state)
{
    struct door *doors = calloc(DOORS, sizeof *doors);

    (void)state;
    log_init(STDERR_FILENO, LOG_LEVEL_ERROR);
    stage_begin(&stage, NULL, 0);
    assert_int_equal(gate_init(&gate), 0);
    seats_init(&seats, ROOM, ROOM);
    for (int i = 0; i < DOORS; i++)
        doors[i] = (struct door){.fd = door_fds[i] = knock_door(), .backlog = KNOCK_BACKLOG, .terms = &terms[i]};
    accept_init(&ours, &stage.shard, doors, DOORS);
    ours.gate = &gate;
    ours.seats = &seats;
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    accept_fini(&ours);
    stage_close_conns(&stage);
    accept_leave_seats(&ours);
    assert_int_equal(seats_taken(&seats), 0);
    stage_end(&stage);
    gate_fini(&gate);
    knock_end();
    return 0;
}

/* Clients come, and have asked. */
static void all_come(int door, int n)
{
    knock(door_fds[door], n, ASK);
}

static void come(int door)
{
    all_come(door, 1);
}

/* The door of which epoll tells; NULL where it tells of none. */
static const struct door *door_with_news(void)
{
    struct epoll_event events[8];
    int n = epoll_wait(stage.shard.epoll_fd, events, 8, 0);

    for (int i = 0; i < n; i++)
        if (accept_has_door(&ours, events[i].data.ptr))
            return events[i].data.ptr;
    return NULL;
}

static void nothing_is_accepted_before_it_may(void **state)
{
    (void)state;
    come(0);
    accept_again(&ours);
    assert_null(door_with_news());
    assert_int_equal(accept_wait_ms(&ours), -1);
    accept_release(&ours);
    assert_true(accept_wait_ms(&ours) >= 0);
    accept_again(&ours);
    assert_ptr_equal(door_with_news(), &ours.doors[0]);
    assert_int_equal(accept_wait_ms(&ours), -1); /* nothing is left to be tried */
}

static void each_door_is_known_by_what_epoll_tells(void **state)
{
    (void)state;
    for (int i = 0; i < DOORS; i++)
        assert_true(accept_has_door(&ours, &ours.doors[i]));
    assert_false(accept_has_door(&ours, &ours.doors[DOORS]));
    assert_false(accept_has_door(&ours, &stage));
    struct accept none;
    accept_init(&none, &stage.shard, NULL, 0);
    assert_false(accept_has_door(&none, &stage));
    assert_true(accept_is_deaf(&none));
    accept_release(&none);
    assert_int_equal(accept_wait_ms(&none), -1);
    accept_fini(&none);
}

static void who_comes_is_accepted_on_the_terms_of_the_door(void **state)
{
    (void)state;
    come(1);
    assert_true(accept_some(&ours, &ours.doors[1]));
    assert_int_equal(stage.shard.connections, 1);
    assert_ptr_equal(stage_conn(&stage)->terms, &terms[1]);
    assert_int_equal(seats_taken(&seats), 1);
    assert_int_equal(stage_counted(&stage, COUNTER_ACCEPTED), 1);
    assert_true(accept_some(&ours, &ours.doors[0])); /* nobody waits there */
    assert_int_equal(seats_taken(&seats), 1);
}

static void a_turn_takes_so_many_and_no_more(void **state)
{
    (void)state;
    all_come(0, BATCH + 1);
    assert_false(accept_some(&ours, &ours.doors[0]));
    assert_int_equal(stage.shard.connections, BATCH);
    assert_true(accept_some(&ours, &ours.doors[0]));
    assert_int_equal(stage.shard.connections, BATCH + 1);
}

static void one_that_is_lost_is_passed_over(void **state)
{
    static const int lost[] = {ECONNABORTED, EINTR, EPROTO, ENETDOWN};

    (void)state;
    for (size_t i = 0; i < ROWS(lost); i++) {
        come(0);
        knock_fail(lost[i], 2);
        expect(accept_some(&ours, &ours.doors[0]), "row %zu: somebody waits", i);
        expect(stage.shard.connections == i + 1, "row %zu: the one behind is not accepted", i);
        expect(seats_taken(&seats) == i + 1, "row %zu: a seat is lost", i);
        expect(ours.again_ms == 0, "row %zu: it waits", i);
    }
}

/* Trying again at once would fail again; what would be of one connection, and comes again and again, is of all. */
static void a_shortage_makes_it_wait(void **state)
{
    static const struct {
        int error;
        size_t times;
    } rows[] = {{EMFILE, 1}, {ENFILE, 1}, {ENOBUFS, 1}, {ENOMEM, 1}, {EBADF, 1}, {ECONNABORTED, BATCH}};

    (void)state;
    accept_release(&ours);
    come(0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        accept_again(&ours);
        assert_non_null(door_with_news());
        knock_fail(rows[i].error, rows[i].times);
        expect(!accept_some(&ours, &ours.doors[0]), "row %zu: nobody waits", i);
        expect(accept_wait_ms(&ours) == RETRY_MS, "row %zu: it waits for %d ms", i, accept_wait_ms(&ours));
        expect(door_with_news() == NULL, "row %zu: it is woken", i);
        stage_later(&stage, RETRY_MS - 1);
        accept_again(&ours);
        expect(door_with_news() == NULL, "row %zu: it is woken before its time", i);
        stage_later(&stage, 1);
        expect(stage.shard.connections == 0 && seats_taken(&seats) == 0, "row %zu: a seat is taken", i);
    }
    accept_again(&ours);
    assert_non_null(door_with_news());
    assert_true(accept_some(&ours, &ours.doors[0]));
    assert_int_equal(stage.shard.connections, 1);
}

/* Without descriptors: one who is idle has one. */
static void in_a_shortage_one_who_is_idle_goes(void **state)
{
    (void)state;
    come(0);
    (void)accept_some(&ours, &ours.doors[0]);
    stage_later(&stage, 1000);
    knock_fail(EMFILE, 1);
    assert_false(accept_some(&ours, &ours.doors[0]));
    assert_int_equal(stage_ended(&stage, CLOSE_EVICTED), 1);
}

static void without_a_seat_one_who_is_idle_goes(void **state)
{
    (void)state;
    seats_allow(&seats, 1, ROOM);
    come(0);
    assert_false(accept_some(&ours, &ours.doors[0])); /* it cannot know whether others wait */
    assert_int_equal(stage.shard.connections, 1);
    assert_false(atomic_load(&seats.wanted)); /* for nobody was refused */
    stage_later(&stage, 1000);
    come(0);
    (void)accept_some(&ours, &ours.doors[0]);
    assert_int_equal(stage_ended(&stage, CLOSE_EVICTED), 1);
    assert_int_equal(stage.shard.connections, 1);
    assert_int_equal(seats_taken(&seats), 1);
}

/* Nobody of ours can go: the master may find one of another's. */
static void else_the_master_is_asked_for_one(void **state)
{
    (void)state;
    accept_release(&ours);
    accept_again(&ours);
    seats_allow(&seats, 1, ROOM);
    seats_add(&seats); /* another worker's */
    come(0);
    assert_false(accept_some(&ours, &ours.doors[0]));
    assert_int_equal(stage.shard.connections, 0);
    assert_true(atomic_load(&seats.wanted));
    assert_true(atomic_load(&gate.waiting));
    assert_null(door_with_news());
    assert_int_equal(accept_wait_ms(&ours), SOON_MS);
    seats_leave(&seats, 1);
    stage_later(&stage, SOON_MS);
    accept_again(&ours);
    assert_ptr_equal(door_with_news(), &ours.doors[0]);
    (void)accept_some(&ours, &ours.doors[0]);
    assert_int_equal(stage.shard.connections, 1);
}

static void seats_of_those_that_ended_are_given_back_once(void **state)
{
    (void)state;
    all_come(0, 3);
    (void)accept_some(&ours, &ours.doors[0]);
    assert_int_equal(seats_taken(&seats), 3);
    conn_close(&stage.shard, stage_conn(&stage), CLOSE_PEER);
    accept_leave_seats(&ours);
    accept_leave_seats(&ours);
    assert_int_equal(seats_taken(&seats), 2);
}

static void once_it_has_left_it_accepts_no_more(void **state)
{
    (void)state;
    accept_release(&ours);
    accept_again(&ours);
    assert_false(accept_is_deaf(&ours));
    come(0);
    accept_leave(&ours);
    assert_true(accept_is_deaf(&ours));
    assert_true(atomic_load(&gate.waiting)); /* the master closes the doors then */
    assert_null(door_with_news());
    accept_again(&ours);
    assert_null(door_with_news());
    assert_int_equal(accept_wait_ms(&ours), -1);
}

/* Who was connected before the drain began is served, some in each turn; then it leaves. */
static void those_that_wait_when_it_drains_are_accepted(void **state)
{
    uint64_t until = shard_now(&stage.shard) + 1000;

    (void)state;
    all_come(0, BATCH + 1);
    come(1);
    accept_begin_drain(&ours);
    assert_int_equal(ours.owed, DOORS * KNOCK_BACKLOG);
    accept_rest(&ours, until);
    assert_int_equal(stage.shard.connections, BATCH + 1);
    assert_false(accept_is_deaf(&ours));
    accept_rest(&ours, until);
    assert_int_equal(stage.shard.connections, BATCH + 2);
    assert_true(accept_is_deaf(&ours));
}

/* Clients may come for ever: neither more than can have waited, nor later than it may last. */
static void but_not_for_ever(void **state)
{
    (void)state;
    ours.doors[0].backlog = BATCH;
    ours.doors[1].backlog = 0;
    all_come(0, BATCH + 1);
    accept_begin_drain(&ours);
    accept_rest(&ours, UINT64_MAX);
    assert_int_equal(stage.shard.connections, BATCH);
    assert_true(accept_is_deaf(&ours));
    assert_int_equal(ours.owed, 0);
}

static void nor_after_its_time(void **state)
{
    uint64_t until = shard_now(&stage.shard) + 10;

    (void)state;
    all_come(0, BATCH + 1);
    accept_begin_drain(&ours);
    stage_later(&stage, 10);
    accept_rest(&ours, until);
    assert_true(accept_is_deaf(&ours));
}

#define one(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        one(nothing_is_accepted_before_it_may),
        one(each_door_is_known_by_what_epoll_tells),
        one(who_comes_is_accepted_on_the_terms_of_the_door),
        one(a_turn_takes_so_many_and_no_more),
        one(one_that_is_lost_is_passed_over),
        one(a_shortage_makes_it_wait),
        one(in_a_shortage_one_who_is_idle_goes),
        one(without_a_seat_one_who_is_idle_goes),
        one(else_the_master_is_asked_for_one),
        one(seats_of_those_that_ended_are_given_back_once),
        one(once_it_has_left_it_accepts_no_more),
        one(those_that_wait_when_it_drains_are_accepted),
        one(but_not_for_ever),
        one(nor_after_its_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
