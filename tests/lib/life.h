/* SPDX-License-Identifier: MIT */
/* life.h: the parts of a daemon in which nothing turns: generations whose workers hang until a test ends them, a successor
 * and predecessors that are the other ends of sockets, and a deadline that ends nobody (header only).
 *
 * Ownership: life_leave ends and frees what a test has left.
 * Threads:   the test's own.
 * Errors:    what must not fail fails the test.
 * Units:     milliseconds; the time is what a test says.
 */
#ifndef BATON_TESTS_LIFE_H
#define BATON_TESTS_LIFE_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "daemon/parts.h"

#include "expect.h"

enum { LIFE_NOW = 1000000, LIFE_DELAY = 500, LIFE_TIMEOUT = 60000 };

static struct parts parts;
static int successor = -1, predecessor = -1; /* their ends of the sockets */
static struct itimerval life_timer;          /* as it was set last */

/* In the place of libc's: a real one would end the test, and with a status that says that all is well. */
int setitimer(__itimer_which_t which, const struct itimerval *timer, struct itimerval *old)
{
    (void)which;
    (void)old;
    life_timer = *timer;
    return 0;
}

static inline uint64_t life_timer_ms(void)
{
    return (uint64_t)life_timer.it_value.tv_sec * 1000 + (uint64_t)life_timer.it_value.tv_usec / 1000;
}

static inline int life_enter(void **state)
{
    static const struct config_args none;
    static char name[] = "batond";
    static char *const argv[] = {name, NULL};

    (void)state;
    parts_init(&parts, "1", &none);
    return parts_open(&parts, &none, argv);
}

static inline int life_answer_nothing(void *context, struct sv path, struct report *report)
{
    (void)context;
    (void)path;
    (void)report;
    return -ENOENT;
}

/* A thread that crew_join can wait for. */
static inline void *life_thread(void *arg)
{
    return arg;
}

/* A generation with so many workers, all of which hang: their threads have never begun. */
static inline struct generation *still_generation(size_t workers)
{
    static const struct reporter reporter = {life_answer_nothing, NULL};
    static const struct config config = {
        .limits = {.header_size = 2048, .header_count = 8, .uri_size = 256, .keepalive_timeout_ms = LIFE_TIMEOUT}};
    const struct worker_options options = {.shard = {.config = &config, .reporter = &reporter},
                                           .gate = &parts.acceptor.gate,
                                           .seats = &parts.acceptor.seats};
    struct generation *g = calloc(1, sizeof *g);

    assert_non_null(g);
    list_init(&g->link);
    g->home = parts.reload.home.generation;
    g->sandbox.landlock.fd = -1;
    g->config.server.drain_timeout_ms = LIFE_TIMEOUT;
    assert_int_equal(crew_init(&g->crew, workers), 0);
    for (size_t i = 0; i < workers; i++) {
        assert_int_equal(crew_make(&g->crew, &options), 0);
        assert_int_equal(pthread_create(&g->crew.v[i].thread, NULL, life_thread, NULL), 0);
        g->crew.n_started++;
    }
    return g;
}

static inline void end_workers(struct generation *g)
{
    for (size_t i = 0; i < g->crew.n; i++)
        atomic_store(&g->crew.v[i].done, true);
}

/* What all its workers were told; fails where they were told different things. */
static inline enum stop told(const struct generation *g)
{
    for (size_t i = 1; i < g->crew.n; i++)
        assert_int_equal(atomic_load(&g->crew.v[i].stop), atomic_load(&g->crew.v[0].stop));
    return (enum stop)atomic_load(&g->crew.v[0].stop);
}

static inline void serve_with(struct generation *g)
{
    parts.life = LIFE_SERVING;
    parts.present = g;
    acceptor_use(&parts.acceptor, g);
}

static inline int life_pair(int *other)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
    *other = pair[1];
    return pair[0];
}

/* Somebody passes on to us. */
static inline void have_predecessor(void)
{
    parts.predecessors.main = false;
    parts.predecessors.v = calloc(1, sizeof *parts.predecessors.v);
    assert_non_null(parts.predecessors.v);
    parts.predecessors.v[0].fd = life_pair(&predecessor);
    parts.predecessors.n = 1;
}

/* A connection that can be passed on: the end that is the server's; the client's is in *client. */
static inline int connection(int *client)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
    *client = pair[1];
    return pair[0];
}

static inline bool is_closed(int client)
{
    char byte;

    return recv(client, &byte, 1, MSG_DONTWAIT) == 0;
}

static inline void retire_present(void)
{
    acceptor_use(&parts.acceptor, NULL);
    retired_add(&parts.retired, parts.present);
    parts.present = NULL;
}

/* Bring a daemon that was just opened into this state, with one worker, which hangs. In STARTING and RELOADING what is opened
 * hangs too. */
static inline void come_to(enum life life)
{
    if (life != LIFE_STARTING)
        serve_with(still_generation(1));
    if (life == LIFE_STARTING || life == LIFE_RELOADING)
        parts.reload.work = RELOAD_OPENING;
    if (life == LIFE_HANDING_OVER || life == LIFE_PASSING_ON)
        parts.succession.fd = life_pair(&successor);
    if (life == LIFE_PASSING_ON) {
        parts.succession.passing_on = true;
        parts.succession.pid = 1;
        retire_present();
        parts.predecessors.main = false;
    }
    if (life < LIFE_ANNOUNCING) {
        parts.life = life;
        return;
    }
    if (life == LIFE_ANNOUNCING)
        parts.present->config.server.drain_delay_ms = LIFE_DELAY;
    stopping_ask(&parts.stopping, parts.present, LIFE_NOW);
    if (life >= LIFE_EMPTYING)
        stopping_run(&parts.stopping, parts.present, LIFE_NOW);
    if (life == LIFE_ENDING)
        stopping_ask(&parts.stopping, parts.present, LIFE_NOW);
    assert_int_equal(parts.life, life);
}

static inline void close_end(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static inline int life_leave(void **state)
{
    (void)state;
    for (struct list *l; (l = list_pop(&parts.retired.list)) != NULL;) {
        struct generation *g = list_of(l, struct generation, link);
        generation_free(&g);
    }
    acceptor_use(&parts.acceptor, NULL);
    parts_close(&parts);
    close_end(&successor);
    close_end(&predecessor);
    return 0;
}

#define life_test(f) cmocka_unit_test_setup_teardown(f, life_enter, life_leave)

#endif
