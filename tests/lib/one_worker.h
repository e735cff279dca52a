/* SPDX-License-Identifier: MIT */
/* one_worker.h: a worker with its thread, and those at the other end of its connections (header only).
 *
 * Ownership: open_worker and close_worker belong together; peers are the test's to close.
 * Threads:   the test's own is the master.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_ONE_WORKER_H
#define BATON_TESTS_ONE_WORKER_H

#include <stdlib.h>

#include "base/log.h"
#include "reactor/worker.h"
#include "serve/error_page.h"

#include "scratch.h"
#include "stage_peer.h"
#include "threads.h"

#define ASK(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

enum { ROOM = 4 * HANDOFF_SLOTS };

static struct config config;
static struct gate gate;
static struct seats seats;
static struct worker *ours;

/* One that could be started; with a door, which goes over to it. */
static inline void open_worker(const char *key, struct door *door)
{
    const struct stage_options loaded = {.set = &key, .n_set = key != NULL};

    assert_int_equal(stage_load(&config, &loaded), 0);
    const struct worker_options options = {.shard = {.config = &config, .reporter = &stage_reporter},
                                           .gate = &gate,
                                           .seats = &seats,
                                           .doors = door,
                                           .n_doors = door != NULL};
    ours = aligned_alloc(_Alignof(struct worker), sizeof *ours);
    assert_non_null(ours);
    seats_init(&seats, ROOM, ROOM);
    assert_int_equal(gate_init(&gate), 0);
    assert_int_equal(worker_init(ours, &options), 0);
}

static inline void start_worker(void)
{
    assert_int_equal(worker_start(ours), 0);
    worker_release(ours);
}

static inline uint64_t counted(unsigned which)
{
    return counters_get(&ours->shard.counters, which);
}

static inline bool within(bool (*holds)(uint64_t), uint64_t what)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    for (int ms = 0; ms < NEVER_MS && !holds(what); ms++)
        (void)nanosleep(&moment, NULL);
    return holds(what);
}

static inline bool is_done(uint64_t unused)
{
    (void)unused;
    return atomic_load_explicit(&ours->done, memory_order_acquire);
}

static inline bool has_turned(uint64_t turns)
{
    return counted(COUNTER_TURNS) > turns;
}

static inline bool has_reset(uint64_t n)
{
    return counted(COUNTER_CLOSED + CLOSE_RESET) == n;
}

static inline bool waits_idle(uint64_t n)
{
    return counted(COUNTER_STATE + TIMEOUT_KEEPALIVE) == n;
}

static inline bool waits_for_outbox(uint64_t unused)
{
    (void)unused;
    return atomic_load(&ours->shard.outbox_full);
}

/* It has had a whole turn since. */
static inline void let_it_turn(void)
{
    for (int i = 0; i < 2; i++) {
        uint64_t turns = counted(COUNTER_TURNS);
        handoff_signal(&ours->handoff);
        assert_true(within(has_turned, turns));
    }
}

static inline void close_worker(void)
{
    assert_true(within(is_done, 0));
    worker_join(ours);
    assert_int_equal(ours->shard.connections, 0);
    worker_fini(ours);
    assert_int_equal(seats_taken(&seats), 0);
    free(ours);
    gate_fini(&gate);
    config_fini(&config);
}

/* A connection is handed over on which the peer has said this; the peer's end. */
static inline int hand_over(const char *text)
{
    int pair[2];

    stage_pair(pair);
    stage_say(pair[0], text);
    seats_add(&seats);
    assert_true(handoff_push(&ours->handoff, &(struct baton){.fd = pair[1], .since_us = clock_us()}));
    handoff_signal(&ours->handoff);
    return pair[0];
}

static inline struct sv hear(int peer)
{
    expect(readable_within(peer, NEVER_MS), "nothing is heard");
    return stage_hear(peer);
}

/* A connection of which one request was answered. */
static inline int idle_one(void)
{
    int peer = hand_over(ASK("/5"));

    expect_status(hear(peer), "200");
    assert_true(within(waits_idle, 1));
    return peer;
}

static inline void expect_closed(int peer)
{
    expect(readable_within(peer, NEVER_MS), "it is not closed");
    (void)stage_hear(peer);
    assert_true(stage_is_over(peer));
    assert_int_equal(close(peer), 0);
}

static inline int prepare(void **state)
{
    (void)state;
    log_init(STDERR_FILENO, LOG_LEVEL_ERROR);
    return error_pages_init();
}

#endif
