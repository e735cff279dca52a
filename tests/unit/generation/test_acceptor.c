/* SPDX-License-Identifier: MIT */
/* The master accepts and deals out: each connection has a seat and a place in a ring, whoever finds none waits where it is,
 * and a shortage makes it pause. The workers have no threads here. */

#include "generation/acceptor.h"

#include <errno.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/log.h"
#include "reactor/evict.h"

#include "knock.h"
#include "stage_peer.h"

enum { WORKERS = 2, DOORS = 2, BATCH = 64, ROOM = 10000 };

static struct config config;
static struct acceptor ours;
static struct generation generation;
static struct door doors[DOORS];
static struct terms terms[DOORS];
static int epoll_fd;

static int open_all(void **state)
{
    const struct stage_options loaded = {.set = NULL};

    (void)state;
    log_init(STDERR_FILENO, LOG_LEVEL_ERROR);
    assert_int_equal(stage_load(&config, &loaded), 0);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    assert_int_equal(acceptor_init(&ours, epoll_fd), 0);
    seats_allow(&ours.seats, ROOM, ROOM);
    for (int i = 0; i < DOORS; i++)
        doors[i] = (struct door){.fd = knock_door(), .backlog = KNOCK_BACKLOG, .terms = &terms[i]};
    generation = (struct generation){.doors = doors, .n_doors = DOORS};
    const struct worker_options options = {
        .shard = {.config = &config, .reporter = &stage_reporter}, .gate = &ours.gate, .seats = &ours.seats};
    assert_int_equal(crew_init(&generation.crew, WORKERS), 0);
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(crew_make(&generation.crew, &options), 0);
    acceptor_use(&ours, &generation);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    acceptor_use(&ours, NULL);
    crew_fini(&generation.crew);
    assert_int_equal(seats_taken(&ours.seats), 0);
    acceptor_fini(&ours);
    knock_end();
    config_fini(&config);
    return close(epoll_fd);
}

/* The descriptor of a door of which epoll tells; -1 where it tells of none. */
static int door_with_news(void)
{
    struct epoll_event event;

    return epoll_wait(epoll_fd, &event, 1, 0) == 1 ? (int)event.data.u64 : -1;
}

/* How many a worker was given; they are closed. */
static size_t take_from(int worker, const struct terms *on)
{
    struct baton b;
    size_t n = 0;

    for (; handoff_pop(&generation.crew.v[worker].handoff, &b); n++) {
        assert_ptr_equal(b.terms, on);
        assert_false(b.passed || b.served);
        if (b.fd >= 0)
            assert_int_equal(close(b.fd), 0);
        seats_leave(&ours.seats, 1);
    }
    return n;
}

static void who_comes_is_dealt_out_on_the_terms_of_the_door(void **state)
{
    (void)state;
    assert_int_equal(door_with_news(), -1);
    knock(doors[1].fd, 3, "");
    assert_int_equal(door_with_news(), doors[1].fd);
    acceptor_event(&ours, doors[1].fd);
    assert_int_equal(door_with_news(), -1);
    assert_int_equal(seats_taken(&ours.seats), 3);
    assert_non_null(generation.crew.touched);
    acceptor_flush(&ours);
    assert_null(generation.crew.touched);
    assert_int_equal(take_from(0, &terms[1]), 2);
    assert_int_equal(take_from(1, &terms[1]), 1);
    acceptor_event(&ours, epoll_fd); /* no door of ours */
    assert_int_equal(seats_taken(&ours.seats), 0);
}

static void one_event_takes_so_many_and_no_more(void **state)
{
    (void)state;
    knock(doors[0].fd, BATCH + 1, "");
    acceptor_event(&ours, doors[0].fd);
    assert_int_equal(seats_taken(&ours.seats), BATCH);
    assert_int_equal(door_with_news(), doors[0].fd);
    acceptor_event(&ours, doors[0].fd);
    assert_int_equal(take_from(0, &terms[0]) + take_from(1, &terms[0]), BATCH + 1);
}

static void one_that_is_lost_is_passed_over(void **state)
{
    (void)state;
    knock(doors[0].fd, 1, "");
    knock_fail(ECONNABORTED, BATCH - 1);
    acceptor_event(&ours, doors[0].fd);
    assert_int_equal(seats_taken(&ours.seats), 1);
    assert_false(acceptor_is_paused(&ours));
    knock_fail(ECONNABORTED, BATCH); /* what should be of one connection is of all */
    acceptor_event(&ours, doors[0].fd);
    assert_int_equal(seats_taken(&ours.seats), 1);
    assert_true(acceptor_is_paused(&ours));
    assert_int_equal(take_from(0, &terms[0]), 1);
}

static void a_shortage_makes_it_pause(void **state)
{
    static const int short_of[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM, EBADF};

    (void)state;
    knock(doors[0].fd, 1, "");
    for (size_t i = 0; i < ROWS(short_of); i++) {
        knock_fail(short_of[i], 1);
        acceptor_event(&ours, doors[0].fd);
        expect(acceptor_is_paused(&ours), "row %zu: it goes on", i);
        expect(door_with_news() == -1, "row %zu: it is woken", i);
        expect(seats_taken(&ours.seats) == 0, "row %zu: a seat is lost", i);
        acceptor_resume(&ours);
        expect(!acceptor_is_paused(&ours) && door_with_news() == doors[0].fd, "row %zu: it does not go on", i);
    }
    acceptor_event(&ours, doors[0].fd);
    assert_int_equal(take_from(0, &terms[0]), 1);
}

/* The gate is to open, and the workers are asked whom of theirs could go. */
static void without_a_seat_it_pauses_and_asks_who_could_go(void **state)
{
    (void)state;
    seats_allow(&ours.seats, 1, ROOM);
    knock(doors[0].fd, 2, "");
    acceptor_event(&ours, doors[0].fd);
    assert_int_equal(seats_taken(&ours.seats), 1);
    assert_false(acceptor_is_paused(&ours)); /* it cannot know yet that somebody waits */
    acceptor_event(&ours, doors[0].fd);
    assert_true(acceptor_is_paused(&ours));
    assert_true(atomic_load(&ours.gate.waiting));
    assert_true(atomic_load(&ours.seats.scarce_ms) > clock_now_us() / 1000);
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(atomic_load(&generation.crew.v[i].first), EVICT_ASKED);
    assert_int_equal(take_from(0, &terms[0]), 1);
    acceptor_resume(&ours);
    acceptor_event(&ours, doors[0].fd);
    assert_int_equal(take_from(1, &terms[0]), 1);
}

/* Of all workers the one whose idle connection goes first; it is told once. */
static void a_worker_is_told_to_let_somebody_go(void **state)
{
    (void)state;
    atomic_store(&ours.seats.scarce_ms, UINT64_MAX); /* they have been asked, and have answered */
    atomic_store(&generation.crew.v[0].first, 2);
    atomic_store(&generation.crew.v[1].first, 1);
    acceptor_answer_wish(&ours);
    assert_int_equal(atomic_load(&generation.crew.v[1].to_go), 0); /* nobody wished */
    atomic_store(&ours.seats.wanted, true);
    acceptor_answer_wish(&ours);
    assert_false(atomic_load(&ours.seats.wanted));
    assert_int_equal(atomic_load(&generation.crew.v[0].to_go), 0);
    assert_int_equal(atomic_load(&generation.crew.v[1].to_go), 1);
    assert_int_equal(atomic_load(&generation.crew.v[1].first), EVICT_NONE); /* until it has looked again */
    acceptor_answer_wish(&ours);
    assert_int_equal(atomic_load(&generation.crew.v[1].to_go), 1);
}

/* One that is passed on had a seat elsewhere, and has it whatever the limit; but there must be room in a ring. */
static void one_that_is_passed_on_needs_only_a_place_in_a_ring(void **state)
{
    const struct baton b = {.fd = -1};
    struct baton taken;
    size_t n = 0;

    (void)state;
    seats_allow(&ours.seats, 1, 1);
    assert_true(acceptor_has_room(&ours));
    for (; acceptor_hand(&ours, &b); n++)
        continue;
    assert_int_equal(n, WORKERS * HANDOFF_SLOTS);
    assert_int_equal(seats_taken(&ours.seats), n);
    assert_true(atomic_load(&ours.gate.waiting));
    assert_false(acceptor_has_room(&ours));
    assert_true(handoff_pop(&generation.crew.v[1].handoff, &taken));
    seats_leave(&ours.seats, 1);
    assert_true(acceptor_has_room(&ours));
    assert_true(acceptor_hand(&ours, &b));
    assert_false(acceptor_hand(&ours, &b));
}

static void without_a_place_in_a_ring_nobody_is_accepted(void **state)
{
    const struct baton b = {.fd = -1};

    (void)state;
    while (acceptor_hand(&ours, &b))
        continue;
    uint64_t taken = seats_taken(&ours.seats);
    knock(doors[0].fd, 1, "");
    acceptor_event(&ours, doors[0].fd);
    assert_int_equal(seats_taken(&ours.seats), taken); /* its seat was given back */
    assert_true(acceptor_is_paused(&ours));
}

static void with_no_generation_nobody_takes_connections(void **state)
{
    const struct baton b = {.fd = -1};

    (void)state;
    knock(doors[0].fd, 1, "");
    acceptor_use(&ours, NULL);
    assert_int_equal(door_with_news(), -1);
    acceptor_event(&ours, doors[0].fd);
    acceptor_make_room(&ours);
    acceptor_flush(&ours);
    assert_false(acceptor_hand(&ours, &b));
    assert_false(acceptor_has_room(&ours));
    assert_false(acceptor_is_paused(&ours));
    assert_true(acceptor_empty_backlogs(&ours));
    acceptor_use(&ours, &generation);
    assert_int_equal(door_with_news(), doors[0].fd);
}

/* Those that were connected by now, and no more than can have waited. */
static void who_waits_when_the_doors_are_left_is_accepted(void **state)
{
    (void)state;
    doors[0].backlog = 3;
    doors[1].backlog = 4;
    acceptor_begin_to_leave(&ours);
    assert_int_equal(ours.owed, 7);
    assert_true(acceptor_empty_backlogs(&ours));
    knock(doors[0].fd, 8, "");
    assert_true(acceptor_empty_backlogs(&ours)); /* clients may come for ever */
    assert_int_equal(ours.owed, 0);
    assert_int_equal(take_from(0, &terms[0]) + take_from(1, &terms[0]), 7);
    acceptor_begin_to_leave(&ours);
    seats_allow(&ours.seats, 0, ROOM);
    assert_false(acceptor_empty_backlogs(&ours)); /* one waits, and has no seat */
    seats_allow(&ours.seats, ROOM, ROOM);
    assert_true(acceptor_empty_backlogs(&ours));
    assert_int_equal(take_from(0, &terms[0]) + take_from(1, &terms[0]), 1);
}

#define one(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        one(who_comes_is_dealt_out_on_the_terms_of_the_door),
        one(one_event_takes_so_many_and_no_more),
        one(one_that_is_lost_is_passed_over),
        one(a_shortage_makes_it_pause),
        one(without_a_seat_it_pauses_and_asks_who_could_go),
        one(a_worker_is_told_to_let_somebody_go),
        one(one_that_is_passed_on_needs_only_a_place_in_a_ring),
        one(without_a_place_in_a_ring_nobody_is_accepted),
        one(with_no_generation_nobody_takes_connections),
        one(who_waits_when_the_doors_are_left_is_accepted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
