/* SPDX-License-Identifier: MIT */
/* stage.h: a shard without its worker: a test, or a fuzzer, does the worker's part, at a clock that it sets (header only).
 *
 * No other test builds a shard, or knows where its clock and its part of serve/ are.
 *
 * Ownership: stage_open takes all that a shard needs, stage_close gives it back and ends the connections that are left.
 * Threads:   the one that opens the stage is the shard's.
 * Errors:    stage_open and stage_load return 0 or -errno; stage_close is due after stage_open in both cases. What is wrong
 *            with a key is printed.
 * Units:     milliseconds since whenever the test says; `wall` in seconds since 1970.
 */
#ifndef BATON_TESTS_STAGE_H
#define BATON_TESTS_STAGE_H

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>

#include "access/line.h"
#include "config/load.h"
#include "reactor/close.h"
#include "reactor/turn.h"
#include "serve/error_page.h"
#include "serve/report.h"
#include "text/diagnose.h"

struct stage_options {
    const char *const *set; /* borrowed: "section.key=value" */
    size_t n_set;
    const char *root;                /* borrowed: its files are served; NULL = what the reporter says */
    const struct reporter *reporter; /* borrowed */
    struct cache_limits cache;
    struct ip_count *ip_count; /* borrowed; NULL = off */
    bool logs;                 /* each answer's line goes to stage.ring */
};

struct stage {
    struct config config;
    struct sites sites;
    struct log_bell bell;
    struct log_ring ring;
    bool logs;
    struct shard shard;
};

/* A configuration, for config_fini. */
static inline int stage_load(struct config *config, const struct stage_options *options)
{
    struct config_args args = {
        .root = options->root != NULL ? options->root : "/", .set = options->set, .n_set = options->n_set};
    struct diagnose report;

    diagnose_init(&report, false);
    int err = config_load(config, &args, &report);
    if (err < 0)
        (void)fprintf(stderr, "%.*s\n", (int)report.text.len, report.text.p);
    diagnose_fini(&report);
    return err;
}

static inline struct shard_options stage_shard_options(struct stage *t, const struct stage_options *options)
{
    return (struct shard_options){
        .config = &t->config,
        .sites = options->root != NULL ? &t->sites : NULL,
        .cache = options->cache,
        .ip_count = options->ip_count,
        .reporter = options->root == NULL ? options->reporter : NULL,
        .access = options->logs ? &t->ring : NULL,
    };
}

/* A turn begins, at that time. */
static inline void stage_set_time(struct stage *t, uint64_t now_ms, int64_t wall)
{
    t->shard.clock = (struct clock){.now_ms = now_ms, .turn_us = now_ms * 1000, .wall = wall};
    serve_turn(&t->shard.serve);
}

static inline void stage_later(struct stage *t, uint64_t ms)
{
    uint64_t now = shard_now(&t->shard);

    stage_set_time(t, now + ms, t->shard.clock.wall + (int64_t)((now + ms) / 1000 - now / 1000));
}

/* From the time that it is. */
static inline int stage_open(struct stage *t, const struct stage_options *options)
{
    *t = (struct stage){.logs = options->logs, .bell = {.fd = -1}, .shard = {.epoll_fd = -1}};
    int err = error_pages_init();
    if (err == 0)
        err = stage_load(&t->config, options);
    if (err < 0)
        return err;
    err = sites_init(&t->sites, &t->config);
    if (err == 0 && options->logs)
        err = log_bell_init(&t->bell);
    if (err == 0 && options->logs)
        err = log_ring_init(&t->ring, 0, &t->bell);
    struct shard_options shard = stage_shard_options(t, options);
    if (err == 0)
        err = shard_init(&t->shard, &shard);
    t->shard.thread = pthread_self();
    shard_turn(&t->shard);
    stage_later(t, 0);
    return err;
}

static inline struct conn *stage_conn_of(struct list *timer)
{
    return list_of(list_of(timer, struct timer, link), struct conn, timer);
}

/* One of the connections; NULL where there is none. */
static inline struct conn *stage_conn(struct stage *t)
{
    for (int kind = 0; kind < TIMEOUT_KINDS; kind++)
        if (!list_empty(&t->shard.timeouts.fifo[kind]))
            return stage_conn_of(t->shard.timeouts.fifo[kind].next);
    return NULL;
}

static inline void stage_close_conns(struct stage *t)
{
    for (struct conn *c; (c = stage_conn(t)) != NULL;)
        conn_close(&t->shard, c, CLOSE_STOP);
}

static inline void stage_close(struct stage *t)
{
    stage_close_conns(t);
    shard_fini(&t->shard);
    if (t->logs) {
        log_ring_fini(&t->ring);
        log_bell_fini(&t->bell);
    }
    sites_fini(&t->sites);
    config_fini(&t->config);
    error_pages_fini();
}

/* As after a deploy: nothing that was known of the files is used. From now on so many of them may be kept open. */
static inline void stage_forget_files(struct stage *t, uint32_t fds)
{
    t->shard.serve.boundaries = 0;
    t->shard.serve.trees[0].root.version++;
    t->shard.serve.cache.stock.limits.fds = fds;
}

static inline bool stage_events(struct stage *t)
{
    struct epoll_event events[16];
    int n = epoll_wait(t->shard.epoll_fd, events, 16, 0);

    for (int i = 0; i < n; i++)
        turn_event(&t->shard, events[i].data.ptr, events[i].events);
    return n > 0;
}

/* Those of a list have their turn; who joins it meanwhile waits for the next. */
static inline bool stage_go_on(struct stage *t, struct list *waiting)
{
    struct list some;
    bool any = !list_empty(waiting);

    list_init(&some);
    list_move(&some, waiting);
    for (struct list *l; (l = list_pop(&some)) != NULL;)
        turn_go_on(&t->shard, list_of(l, struct conn, ready));
    return any;
}

static inline bool stage_timers(struct stage *t)
{
    bool any = false;

    for (struct timer *timer; (timer = timeouts_expired(&t->shard.timeouts, shard_now(&t->shard))) != NULL; any = true)
        turn_expired(&t->shard, list_of(timer, struct conn, timer));
    return any;
}

/* A line as the combined format has it, in `room`, which has ACCESS_LINE_MAX bytes. */
static inline struct sv stage_line(const struct log_line *line, char *room)
{
    struct access_dates dates;

    access_dates_init(&dates);
    return sv_of(room, access_combined.line(&dates, line->record, room));
}

/* What a worker does in a turn of its loop. False where there was nothing to do. */
static inline bool stage_turn(struct stage *t)
{
    bool worked = stage_events(t);

    worked = stage_go_on(t, &t->shard.ready) || worked || !list_empty(&t->shard.stalled);
    if (access_log_has_room(&t->shard.access))
        (void)stage_go_on(t, &t->shard.stalled);
    return stage_timers(t) || worked;
}

#endif
