/* SPDX-License-Identifier: MIT */
/* A crew: connections are dealt in a round, past workers whose rings are full; all start, stop and end as one. */

#include "reactor/crew.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "reactor/evict.h"
#include "serve/report.h"

#include "scratch.h"

enum { WORKERS = 3, TIMEOUT_MS = 60000, PATIENCE_MS = 20000, LATER_MS = 1000000 };

static const struct config config = {.limits = {.header_timeout_ms = TIMEOUT_MS,
                                                .body_timeout_ms = TIMEOUT_MS,
                                                .keepalive_timeout_ms = TIMEOUT_MS,
                                                .send_timeout_ms = TIMEOUT_MS,
                                                .header_size = 2048,
                                                .header_count = 8,
                                                .uri_size = 256},
                                     .server = {.drain_timeout_ms = TIMEOUT_MS}};
static struct gate gate;
static struct seats seats;

static int make(void *context, struct sv path, struct report *report)
{
    (void)context;
    (void)path;
    report->type = SV("text/plain");
    return buf_add(&report->body, SV("here"));
}

static const struct reporter reporter = {make, NULL};

static void open_crew(struct crew *c)
{
    const struct worker_options options = {
        .shard = {.config = &config, .reporter = &reporter}, .gate = &gate, .seats = &seats};

    seats_init(&seats, 1000, 1000);
    assert_int_equal(gate_init(&gate), 0);
    assert_int_equal(crew_init(c, WORKERS), 0);
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(crew_make(c, &options), 0);
}

static void close_crew(struct crew *c)
{
    crew_fini(c);
    gate_fini(&gate);
    assert_int_equal(seats_taken(&seats), 0);
}

static void give(struct crew *c, struct worker *w)
{
    seats_add(&seats);
    crew_give(c, w, &(struct baton){.fd = -1});
}

static void connections_are_dealt_in_a_round(void **state)
{
    struct crew c;

    (void)state;
    open_crew(&c);
    for (int i = 0; i < 2 * WORKERS; i++) {
        struct worker *w = crew_next(&c);
        expect(w == &c.v[i % WORKERS], "%d: worker %d", i, (int)(w - c.v));
        give(&c, w);
    }
    crew_flush(&c);
    assert_null(c.touched);
    for (int i = 0; i < WORKERS; i++)
        expect(handoff_waits(&c.v[i].handoff) && !c.v[i].is_touched, "worker %d", i);
    close_crew(&c);
}

static void a_ring_that_is_full_is_passed_over(void **state)
{
    struct crew c;
    struct worker *w;
    size_t n = 0;

    (void)state;
    open_crew(&c);
    while (handoff_has_room(&c.v[1].handoff))
        give(&c, &c.v[1]);
    c.next = 0;
    for (int i = 0; i < 4; i++) {
        w = crew_next(&c);
        expect(w == &c.v[i % 2 == 0 ? 0 : 2], "%d: worker %d", i, (int)(w - c.v));
        give(&c, w);
    }
    for (; (w = crew_next(&c)) != NULL; n++)
        give(&c, w);
    assert_int_equal(n, 2 * HANDOFF_SLOTS - 4);
    close_crew(&c);
}

/* Who could go is told as a time at which it began to be idle. */
static void whoever_is_idle_the_longest_goes_first(void **state)
{
    struct crew c;

    (void)state;
    open_crew(&c);
    crew_ask_who(&c);
    assert_null(crew_find_first(&c, LATER_MS, true, false)); /* none has answered yet */
    atomic_store(&c.v[0].first, 500);
    atomic_store(&c.v[1].first, 400);
    assert_null(crew_find_first(&c, LATER_MS, true, false));
    assert_ptr_equal(crew_find_first(&c, LATER_MS, false, false), &c.v[1]); /* the third hangs */
    atomic_store(&c.v[2].first, EVICT_NONE);
    assert_ptr_equal(crew_find_first(&c, LATER_MS, true, false), &c.v[1]);
    worker_make_room(&c.v[0]);
    assert_null(crew_find_first(&c, LATER_MS, false, true)); /* one goes already */
    atomic_store(&c.v[1].first, EVICT_NONE);
    assert_null(crew_find_first(&c, LATER_MS, false, false)); /* the first does not do what it was told */
    close_crew(&c);
}

static bool within(bool (*holds)(const struct crew *c), const struct crew *c)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    for (int ms = 0; ms < PATIENCE_MS && !holds(c); ms++)
        (void)nanosleep(&moment, NULL);
    return holds(c);
}

static void expect_answer(int fd)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    char answer[512];

    assert_int_equal(send(fd, request, sizeof request - 1, 0), sizeof request - 1);
    ssize_t n = recv(fd, answer, sizeof answer, 0);
    expect(n > 4 && memcmp(answer + n - 4, "here", 4) == 0, "%zd bytes", n);
}

static void all_serve_and_all_end(void **state)
{
    int pair[WORKERS][2];
    struct crew c;

    (void)state;
    open_crew(&c);
    assert_int_equal(crew_start(&c), 0);
    assert_int_equal(crew_started(&c), WORKERS);
    crew_release(&c);
    for (int i = 0; i < WORKERS; i++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair[i]), 0);
        assert_int_equal(fcntl(pair[i][1], F_SETFL, O_NONBLOCK), 0);
        seats_add(&seats);
        crew_give(&c, &c.v[i], &(struct baton){.fd = pair[i][1]});
    }
    crew_flush(&c);
    for (int i = 0; i < WORKERS; i++)
        expect_answer(pair[i][0]);
    assert_false(crew_is_done(&c));
    assert_true(crew_is_deaf(&c)); /* they never accepted */
    assert_int_equal(crew_find_stuck(&c), -1);
    crew_stop(&c, STOP_WHEN_EMPTY);
    assert_true(within(crew_is_done, &c));
    assert_int_equal(crew_find_stuck(&c), -1); /* who has ended is not stuck */
    crew_join(&c);
    close_crew(&c);
    for (int i = 0; i < WORKERS; i++)
        (void)close(pair[i][0]);
}

/* Workers without a thread never turn. */
static void one_that_does_not_turn_is_found_the_second_time(void **state)
{
    struct crew c;

    (void)state;
    open_crew(&c);
    c.n_started = WORKERS;
    assert_int_equal(crew_find_stuck(&c), -1);
    counters_add(&c.v[2].shard.counters, COUNTER_TURNS, 1);
    assert_int_equal(crew_find_stuck(&c), 1);
    for (int i = 0; i < WORKERS; i++)
        counters_add(&c.v[i].shard.counters, COUNTER_TURNS, 1);
    assert_int_equal(crew_find_stuck(&c), -1);
    c.n_started = 0;
    close_crew(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_are_dealt_in_a_round),
        cmocka_unit_test(a_ring_that_is_full_is_passed_over),
        cmocka_unit_test(whoever_is_idle_the_longest_goes_first),
        cmocka_unit_test(all_serve_and_all_end),
        cmocka_unit_test(one_that_does_not_turn_is_found_the_second_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
