/* SPDX-License-Identifier: MIT */
/* A thread with its loop: sleep until something happens, deal with all of it, sleep again. A turn of the loop begins
 * with one look at the clock and ends with one write to the log; in between each connection that has news gets its
 * turn. */

#include "reactor/worker.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "reactor/close.h"
#include "reactor/evict.h"
#include "reactor/turn.h"

enum { EVENTS = 512, ADOPT_BATCH = 32, RETRY_MS = 100, STALL_MS = 5 };

static int watch(struct worker *w, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};

    return epoll_ctl(w->shard.epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
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
        turn_adopt(&w->shard, &baton);
    }
}

/* Who is accepted may take the seat of another, of whom these events tell too: doors come last. */
static void dispatch(struct worker *w, const struct epoll_event *events, int n)
{
    bool doors = false;

    for (int i = 0; i < n; i++) {
        void *what = events[i].data.ptr;
        if (what == &w->handoff)
            w->adopting = true;
        else if (accept_has_door(&w->accept, what))
            doors = true;
        else
            turn_event(&w->shard, what, events[i].events);
    }
    for (int i = 0; i < n && doors && !w->accept.left; i++)
        if (accept_has_door(&w->accept, events[i].data.ptr))
            (void)accept_some(&w->accept, events[i].data.ptr);
}

/* Who gives up this turn too waits for the next. */
static void run_list(struct worker *w, struct list *waiting)
{
    struct list ready;

    list_init(&ready);
    list_move(&ready, waiting);
    for (struct list *l; (l = list_pop(&ready)) != NULL;)
        turn_go_on(&w->shard, list_of(l, struct conn, ready));
}

/* Those that gave up their last turn, and those that wait for room in the log once there is some. */
static void run_ready(struct worker *w)
{
    struct shard *s = &w->shard;

    run_list(w, &s->ready);
    if (!list_empty(&s->stalled) && access_log_has_room(&s->access))
        run_list(w, &s->stalled);
}

static void run_timeouts(struct worker *w)
{
    for (struct timer *t; (t = timeouts_expired(&w->shard.timeouts, shard_now(&w->shard))) != NULL;)
        turn_expired(&w->shard, conn_of(t));
}

static void leave_idle(struct worker *w)
{
    static const enum timeout_kind idle[] = {TIMEOUT_KEEPALIVE, TIMEOUT_HEADER};
    struct shard *s = &w->shard;

    atomic_store(&s->outbox_full, false);
    run_list(w, &s->stalled);
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
        struct list *head = &s->timeouts.fifo[idle[i]];
        for (struct list *l = head->next, *next; l != head && !s->outbox_full; l = next) {
            next = l->next;
            turn_leave(s, conn_of(timer_of(l)));
        }
    }
}

static void begin_drain(struct worker *w)
{
    struct shard *s = &w->shard;

    s->draining = true;
    w->drain_until_ms = shard_now(s) + w->options.shard.config->server.drain_timeout_ms;
    accept_begin_drain(&w->accept);
    leave_idle(w);
}

static void begin_to_stop(struct worker *w, int how)
{
    struct shard *s = &w->shard;

    w->stopping = how;
    s->retiring = how == STOP_RETIRE;
    s->ending = how >= STOP_ANNOUNCE;
    if (s->retiring || how == STOP_NOW)
        accept_leave(&w->accept);
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
            conn_close(&w->shard, conn_of(timer_of(head->next)), CLOSE_STOP);
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
    if (s->retiring && s->outbox_full)
        leave_idle(w);
    if (s->draining && !w->accept.left)
        accept_rest(&w->accept, w->drain_until_ms);
    if (stop == STOP_NOW || (s->draining && shard_now(s) >= w->drain_until_ms))
        close_all(w);
    return (s->retiring || stop >= STOP_WHEN_EMPTY) && s->connections == 0 && !w->adopting;
}

/* The master has nobody to go but one of ours. */
static void make_room(struct worker *w)
{
    if (atomic_load_explicit(&w->to_go, memory_order_relaxed) == 0)
        return;
    for (uint32_t n = atomic_exchange(&w->to_go, 0); n > 0 && evict_one(&w->shard); n--)
        continue;
}

/* Tell the master what is over, and who could be; and try again to accept where that had to stop. */
static void tell(struct worker *w)
{
    accept_leave_seats(&w->accept);
    if (atomic_load_explicit(&w->options.seats->scarce_ms, memory_order_relaxed) > shard_now(&w->shard))
        atomic_store(&w->first, evict_first(&w->shard));
    gate_open(w->options.gate);
    accept_again(&w->accept);
}

/* Of two times to wait, -1 is for ever. */
static int sooner(int a, int b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}

static int wait_ms(const struct worker *w)
{
    const struct shard *s = &w->shard;
    bool more = s->draining && w->accept.watching; /* in the backlogs */

    if (!list_empty(&s->ready) || w->adopting || more || shard_now(s) < w->awake_until_ms)
        return 0;
    int wait = sooner(timeouts_next(&s->timeouts, shard_now(s)), accept_wait_ms(&w->accept));
    wait = sooner(wait, serve_wait_ms(&s->serve));
    if (!list_empty(&s->stalled))
        wait = sooner(wait, STALL_MS);
    return s->draining || s->outbox_full ? sooner(wait, RETRY_MS) : wait;
}

static void worker_loop(struct worker *w)
{
    struct epoll_event events[EVENTS];
    bool over = false;

    shard_turn(&w->shard);
    while (!over) {
        int n = epoll_wait(w->shard.epoll_fd, events, EVENTS, wait_ms(w));
        shard_turn(&w->shard);
        access_log_turn(&w->shard.access, w->shard.clock.turn_us);
        counters_add(&w->shard.counters, COUNTER_TURNS, 1);
        if (n > 0)
            w->awake_until_ms = shard_now(&w->shard) + w->options.shard.config->server.busy_poll_ms;
        dispatch(w, events, n);
        if (w->adopting)
            adopt_some(w);
        run_ready(w);
        run_timeouts(w);
        make_room(w);
        if (w->shard.retiring)
            serve_retire(&w->shard.serve);
        else
            serve_tend(&w->shard.serve);
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
    if (w->shard.retiring)
        serve_let_go(&w->shard.serve);
    atomic_store_explicit(&w->done, true, memory_order_release);
    atomic_store(&w->options.gate->waiting, true);
    gate_open(w->options.gate);
    return NULL;
}

int worker_init(struct worker *w, const struct worker_options *options)
{
    *w = (struct worker){.options = *options, .handoff = {.wake_fd = -1}};
    accept_init(&w->accept, &w->shard, options->doors, options->n_doors);
    w->accept.gate = options->gate;
    w->accept.seats = options->seats;
    atomic_init(&w->first, EVICT_NONE);
    atomic_init(&w->to_go, 0);
    atomic_init(&w->stop, STOP_NOT);
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
    return thread_start(&w->thread, "worker", w->options.enter, worker_main, w);
}

void worker_release(struct worker *w)
{
    accept_release(&w->accept);
    handoff_signal(&w->handoff);
}

void worker_stop(struct worker *w, enum stop how)
{
    atomic_store_explicit(&w->stop, how, memory_order_release);
    handoff_signal(&w->handoff);
}

void worker_make_room(struct worker *w)
{
    atomic_fetch_add(&w->to_go, 1);
    handoff_signal(&w->handoff);
}

void worker_join(struct worker *w)
{
    (void)pthread_join(w->thread, NULL);
    shard_report(&w->shard);
}

void worker_fini(struct worker *w)
{
    accept_fini(&w->accept);
    size_t left = handoff_fini(&w->handoff);
    if (left > 0)
        seats_leave(w->options.seats, left);
    shard_fini(&w->shard);
}
