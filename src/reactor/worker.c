/* SPDX-License-Identifier: MIT */
/* A thread with its loop: sleep until something happens, deal with all of it, sleep again. A turn of the loop begins
 * with one look at the clock and ends with one write to the log; in between each connection that has news gets its
 * turn. */

#include "reactor/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "reactor/conn.h"

enum { EVENTS = 512, ADOPT_BATCH = 32, ACCEPT_BATCH = 32, RETRY_MS = 100 };

static int watch(struct worker *w, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};

    return epoll_ctl(w->shard.epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static struct conn *conn_of(struct list *timer)
{
    return list_of(list_of(timer, struct timer, link), struct conn, timer);
}

/* A few of those that were handed over; the others wait until everybody had a turn. */
static void adopt_some(struct worker *w)
{
    uint32_t now = clock_us();

    w->adopting = true;
    for (int i = 0; i < ADOPT_BATCH && w->adopting; i++) {
        struct baton baton;
        w->adopting = handoff_pop(&w->handoff, &baton);
        if (!w->adopting)
            break;
        counters_time(&w->shard.counters, COUNTER_HANDOFF, clock_since(baton.since_us, now), 1);
        conn_adopt(&w->shard, &baton);
    }
}

/* A door may be another worker's too; then one of them is woken. */
static void start_accepting(struct worker *w)
{
    w->accepting = true;
    for (size_t i = 0; i < w->options.n_doors; i++) {
        int err = watch(w, w->options.doors[i].fd, EPOLLIN | EPOLLEXCLUSIVE, &w->options.doors[i]);
        if (err < 0 && err != -EEXIST)
            w->accepting = false;
    }
}

static void stop_accepting(struct worker *w)
{
    for (size_t i = 0; i < w->options.n_doors; i++)
        (void)epoll_ctl(w->shard.epoll_fd, EPOLL_CTL_DEL, w->options.doors[i].fd, NULL);
    w->accepting = false;
}

/* Trying again at once would fail again at once. */
static void pause_accepting(struct worker *w, int err)
{
    log_warning("cannot accept, will try again: %s", strerror(-err));
    stop_accepting(w);
    w->accept_again_ms = shard_now(&w->shard) + RETRY_MS;
}

static void take(struct worker *w, const struct door *door, int fd)
{
    struct baton baton = {.fd = fd, .since_us = clock_us(), .listener = door->section};

    w->accepted++;
    w->owed -= w->owed > 0;
    conn_adopt(&w->shard, &baton);
}

/* A few connections. True once none waits. */
static bool accept_batch(struct worker *w, const struct door *door)
{
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        if (w->shard.connections >= w->options.max_connections) {
            stop_accepting(w);
            return false;
        }
        int fd = listener_accept(door->fd);
        if (fd >= 0) {
            take(w, door, fd);
            continue;
        }
        enum listener_failure failure = listener_failure(fd);
        if (failure == LISTENER_PAUSE)
            pause_accepting(w, fd);
        if (failure != LISTENER_NEXT)
            return failure == LISTENER_EMPTY;
    }
    return false;
}

static bool is_door(const struct worker *w, const void *what)
{
    const struct door *door = what;

    return door >= w->options.doors && door < w->options.doors + w->options.n_doors;
}

static void dispatch(struct worker *w, const struct epoll_event *event)
{
    void *what = event->data.ptr;

    if (what == &w->handoff)
        w->adopting = true;
    else if (is_door(w, what))
        (void)(w->left_doors || accept_batch(w, what));
    else
        conn_event(&w->shard, what, event->events);
}

/* Those that gave up their last turn; who gives up this one waits for the next. */
static void run_ready(struct worker *w)
{
    struct list ready;

    list_init(&ready);
    list_move(&ready, &w->shard.ready);
    for (struct list *l; (l = list_pop(&ready)) != NULL;)
        conn_go_on(&w->shard, list_of(l, struct conn, ready));
}

static void run_timeouts(struct worker *w)
{
    for (struct timer *t; (t = timeouts_expired(&w->shard.timeouts, shard_now(&w->shard))) != NULL;)
        conn_expired(&w->shard, list_of(t, struct conn, timer));
}

/* From now on connections come in elsewhere, or nowhere. */
static void leave_doors(struct worker *w)
{
    if (w->left_doors)
        return;
    stop_accepting(w);
    w->left_doors = true;
    atomic_store(&w->deaf, true);
    atomic_store(&w->options.gate->waiting, true);
}

/* What the kernel had connected when the drain began is still ours to answer. A few in each turn, as those that we have
 * go on being served; and no more than can have waited then, as clients may come faster than we answer. */
static void empty_backlogs(struct worker *w)
{
    bool empty = true;

    for (size_t i = 0; i < w->options.n_doors && w->owed > 0; i++)
        empty = accept_batch(w, &w->options.doors[i]) && empty;
    if (empty || w->owed == 0 || shard_now(&w->shard) >= w->drain_until_ms)
        leave_doors(w);
}

static void leave_idle(struct worker *w)
{
    static const enum timeout_kind idle[] = {TIMEOUT_KEEPALIVE, TIMEOUT_HEADER};
    struct shard *s = &w->shard;

    s->crowded = false;
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
        struct list *head = &s->timeouts.fifo[idle[i]];
        for (struct list *l = head->next, *next; l != head && !s->crowded; l = next) {
            next = l->next;
            conn_leave(s, conn_of(l));
        }
    }
}

static void begin_drain(struct worker *w)
{
    struct shard *s = &w->shard;

    s->draining = true;
    w->drain_until_ms = shard_now(s) + w->options.shard.config->server.drain_timeout_ms;
    for (size_t i = 0; i < w->options.n_doors; i++)
        w->owed += (uint64_t)w->options.doors[i].backlog;
    leave_idle(w);
}

static void begin_to_stop(struct worker *w, int how)
{
    struct shard *s = &w->shard;

    w->stopping = how;
    s->retiring = how == STOP_RETIRE;
    s->ending = how >= STOP_ANNOUNCE;
    if (s->retiring || how == STOP_NOW)
        leave_doors(w);
    if (s->retiring) {
        leave_idle(w);
    } else if (how >= STOP_DRAIN && !s->draining) {
        begin_drain(w);
    }
}

static void close_all(struct worker *w)
{
    for (int kind = 0; kind < TIMEOUT_KINDS; kind++) {
        struct list *head = &w->shard.timeouts.fifo[kind];
        while (!list_empty(head))
            conn_close(&w->shard, conn_of(head->next), CLOSE_STOP);
    }
}

/* True once the worker may end. */
static bool run_stop(struct worker *w)
{
    int stop = atomic_load_explicit(&w->stop, memory_order_acquire);
    struct shard *s = &w->shard;

    if (stop == STOP_NOT)
        return false;
    /* What was handed over before the master said so is in the ring by now. */
    w->adopting = w->adopting || handoff_waits(&w->handoff);
    if (stop != w->stopping)
        begin_to_stop(w, stop);
    if (s->retiring && s->crowded)
        leave_idle(w);
    if (s->draining && !w->left_doors)
        empty_backlogs(w);
    if (stop == STOP_NOW || (s->draining && shard_now(s) >= w->drain_until_ms))
        close_all(w);
    return (s->retiring || stop >= STOP_WHEN_EMPTY) && s->connections == 0 && !w->adopting;
}

/* A deploy has put the root beyond what this thread may read: that takes new workers. */
static void tell_outgrown(struct worker *w)
{
    if (!w->shard.serve.cache.root.walled_off || atomic_load_explicit(&w->outgrown, memory_order_relaxed))
        return;
    atomic_store(&w->outgrown, true);
    atomic_store(&w->options.gate->waiting, true);
}

/* It may accept, and has had to stop, or not begun. */
static bool wants_to_accept(const struct worker *w)
{
    return !w->accepting && w->options.n_doors > 0 && !w->left_doors && !atomic_load(&w->held);
}

/* Tell the master how many connections are over, and try again to accept where that had to stop. Those that we accepted
 * ourselves count against it, as the master knows only of what it handed over. */
static void tell(struct worker *w)
{
    uint64_t ended = w->shard.ended - w->accepted;

    if (ended != w->told_ended) {
        w->told_ended = ended;
        atomic_store(&w->ended, w->told_ended);
    }
    tell_outgrown(w);
    gate_open(w->options.gate);
    if (wants_to_accept(w) && w->shard.connections < w->options.max_connections &&
        shard_now(&w->shard) >= w->accept_again_ms)
        start_accepting(w);
}

static int wait_ms(const struct worker *w)
{
    const struct shard *s = &w->shard;
    int wait = timeouts_next(&s->timeouts, shard_now(s));
    bool retry = wants_to_accept(w) || s->draining || s->crowded;
    bool more = s->draining && w->accepting; /* in the backlogs */

    if (!list_empty(&s->ready) || w->adopting || more || shard_now(s) < w->awake_until_ms)
        return 0;
    return retry && (wait < 0 || wait > RETRY_MS) ? RETRY_MS : wait;
}

static void worker_loop(struct worker *w)
{
    struct epoll_event events[EVENTS];
    bool over = false;

    serve_turn(&w->shard.serve);
    while (!over) {
        int n = epoll_wait(w->shard.epoll_fd, events, EVENTS, wait_ms(w));
        serve_turn(&w->shard.serve);
        counters_add(&w->shard.counters, COUNTER_TURNS, 1);
        if (n > 0)
            w->awake_until_ms = shard_now(&w->shard) + w->options.shard.config->server.busy_poll_ms;
        for (int i = 0; i < n; i++)
            dispatch(w, &events[i]);
        if (w->adopting)
            adopt_some(w);
        run_ready(w);
        run_timeouts(w);
        over = run_stop(w);
        access_log_tell(&w->shard.access);
        counters_set(&w->shard.counters, COUNTER_LOG_DROPS, access_log_dropped(&w->shard.access));
        tell(w);
    }
}

static void *worker_main(void *arg)
{
    struct worker *w = arg;

    w->shard.thread = pthread_self();
    worker_loop(w);
    atomic_store_explicit(&w->done, true, memory_order_release);
    atomic_store(&w->options.gate->waiting, true);
    gate_open(w->options.gate);
    return NULL;
}

int worker_init(struct worker *w, const struct worker_options *options)
{
    *w = (struct worker){.options = *options, .handoff = {.wake_fd = -1}, .left_doors = options->n_doors == 0};
    atomic_init(&w->ended, 0);
    atomic_init(&w->stop, STOP_NOT);
    atomic_init(&w->held, true);
    atomic_init(&w->deaf, options->n_doors == 0);
    atomic_init(&w->outgrown, false);
    atomic_init(&w->done, false);

    int err = shard_init(&w->shard, &options->shard);
    if (err == 0)
        err = handoff_init(&w->handoff);
    if (err == 0)
        err = watch(w, w->handoff.wake_fd, EPOLLIN | EPOLLET, &w->handoff);
    if (err < 0)
        worker_fini(w);
    return err;
}

int worker_start(struct worker *w)
{
    int err = thread_start(&w->thread, w->options.enter, worker_main, w);

    /* For those who look: top -H, a debugger. From here, as the thread itself may not any more. */
    if (err == 0)
        (void)pthread_setname_np(w->thread, "worker");
    return err;
}

void worker_release(struct worker *w)
{
    atomic_store(&w->held, false);
    handoff_signal(&w->handoff);
}

void worker_stop(struct worker *w, enum stop how)
{
    atomic_store_explicit(&w->stop, how, memory_order_release);
    handoff_signal(&w->handoff);
}

void worker_join(struct worker *w)
{
    (void)pthread_join(w->thread, NULL);
    shard_report(&w->shard);
}

void worker_fini(struct worker *w)
{
    free(w->options.doors);
    w->options.doors = NULL;
    handoff_fini(&w->handoff);
    shard_fini(&w->shard);
}
