/* SPDX-License-Identifier: MIT */
/* Accept, hand out, mind the signals. With accept = handoff every connection begins here: accepted in batches, handed
 * round-robin to the workers' rings, one signal for each worker that got any. When there is no room (rings full,
 * max_connections reached) or a shortage, connections stay in the kernel's backlog and the master sleeps. */

#include "daemon/master.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { EVENTS = 16, ACCEPT_BATCH = 64, RETRY_MS = 100, TELL_SECONDS = 60 };

struct master {
    struct generation *g;
    int epoll_fd;  /* owned */
    int signal_fd; /* owned */
    size_t next;   /* worker, of the round */
    bool *touched; /* owned: one for each worker, that got a connection in this batch */
    uint64_t handed;
    bool accepting; /* the listeners are watched */
    bool closed;    /* the listeners are gone */
    uint64_t drain_until_ms;
    time_t told; /* when a shortage was last logged */
    enum stop stop;
};

static uint64_t now_ms(void)
{
    struct clock clock;

    clock_read(&clock);
    return clock.now_ms;
}

static void stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

void master_block_signals(void)
{
    sigset_t set;

    stop_signals(&set);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN); /* NOLINT(bugprone-signal-handler): SIG_IGN is none */
}

static int watch(struct master *m, int op, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    return epoll_ctl(m->epoll_fd, op, fd, &event) < 0 ? -errno : 0;
}

static void watch_listeners(struct master *m, bool accepting)
{
    m->accepting = accepting;
    for (size_t i = 0; i < m->g->n_listeners; i++)
        (void)watch(m, EPOLL_CTL_MOD, m->g->listeners[i].fd, accepting ? EPOLLIN : 0);
}

static uint64_t connections(const struct master *m)
{
    uint64_t ended = 0;

    for (size_t i = 0; i < m->g->n_workers; i++)
        ended += atomic_load(&m->g->workers[i].ended);
    return m->handed - ended;
}

/* The next worker of the round whose ring has room; n_workers where none has, or no connection may be added. */
static size_t next_worker(const struct master *m)
{
    size_t n = m->g->n_workers;

    if (connections(m) >= m->g->max_connections)
        return n;
    for (size_t tries = 0; tries < n; tries++) {
        size_t i = (m->next + tries) % n;
        if (handoff_has_room(&m->g->workers[i].handoff))
            return i;
    }
    return n;
}

/* Say that we wait before looking a last time, so that no worker's news falls in between. */
static size_t next_worker_or_wait(const struct master *m)
{
    size_t i = next_worker(m);

    if (i == m->g->n_workers) {
        gate_wait(&m->g->gate);
        i = next_worker(m);
    }
    return i;
}

static void hand_out(struct master *m, size_t i, const struct baton *b)
{
    (void)handoff_push(&m->g->workers[i].handoff, b); /* there is room: only we fill it */
    m->touched[i] = true;
    m->next = (i + 1) % m->g->n_workers;
    m->handed++;
}

static void pause_for_shortage(struct master *m, int error)
{
    time_t now = time(NULL);

    if (now >= m->told + TELL_SECONDS) {
        log_warning("cannot accept, will try again: %s", strerror(-error));
        m->told = now;
    }
    watch_listeners(m, false);
}

/* True once nobody waits in the backlog. */
static bool accept_batch(struct master *m, const struct listener *l, int most)
{
    while (most-- > 0) {
        size_t i = next_worker_or_wait(m);
        if (i == m->g->n_workers) {
            watch_listeners(m, false);
            return false;
        }
        int fd = listener_accept(l->fd);
        if (fd >= 0) {
            hand_out(m, i, &(struct baton){.fd = fd, .since_us = clock_us(), .listener = l->section});
        } else if (listener_error_is_shortage(fd)) {
            pause_for_shortage(m, fd);
            return false;
        } else if (fd == -EAGAIN) {
            return true;
        }
    }
    return false;
}

static void signal_touched(struct master *m)
{
    for (size_t i = 0; i < m->g->n_workers; i++) {
        if (m->touched[i])
            handoff_signal(&m->g->workers[i].handoff);
        m->touched[i] = false;
    }
}

static void close_listeners(struct master *m)
{
    signal_touched(m);
    generation_close_listeners(m->g);
    m->accepting = false;
    m->closed = true;
}

/* What the kernel has already connected is still ours to answer, as room for it comes; within drain_timeout. */
static void empty_backlog(struct master *m)
{
    bool empty = true;

    if (m->g->config->server.accept == ACCEPT_HANDOFF)
        for (size_t i = 0; i < m->g->n_listeners; i++)
            empty = accept_batch(m, &m->g->listeners[i], INT32_MAX) && empty;
    if (!empty && now_ms() < m->drain_until_ms)
        return;
    close_listeners(m);
    m->stop = STOP_WHEN_EMPTY;
    generation_stop(m->g, m->stop);
}

static void on_signal(struct master *m)
{
    struct signalfd_siginfo info;

    if (read(m->signal_fd, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (m->stop == STOP_NOT) {
        log_notice("stopping; a second signal stops at once");
        m->stop = STOP_DRAIN;
        m->drain_until_ms = now_ms() + m->g->config->server.drain_timeout_ms;
    } else {
        m->stop = STOP_NOW;
        close_listeners(m);
    }
    generation_stop(m->g, m->stop);
}

static void accept_from(struct master *m, int fd)
{
    for (size_t i = 0; i < m->g->n_listeners; i++)
        if (m->g->listeners[i].fd == fd)
            (void)accept_batch(m, &m->g->listeners[i], ACCEPT_BATCH);
}

static void dispatch(struct master *m, int fd)
{
    if (fd == m->signal_fd)
        on_signal(m);
    else if (fd == m->g->gate.fd)
        gate_clear(&m->g->gate);
    else if (m->stop == STOP_NOT)
        accept_from(m, fd);
}

static void loop(struct master *m)
{
    struct epoll_event events[EVENTS];
    bool hands_out = m->g->config->server.accept == ACCEPT_HANDOFF;

    while (!m->closed || !generation_done(m->g)) {
        bool paused = hands_out && !m->accepting && !m->closed;
        int n = epoll_wait(m->epoll_fd, events, EVENTS, paused ? RETRY_MS : -1);
        for (int i = 0; i < n; i++)
            dispatch(m, events[i].data.fd);
        if (m->stop == STOP_DRAIN)
            empty_backlog(m);
        signal_touched(m);
        /* Woken by the gate, or after a while in any case: look whether there is room again. */
        if (paused && m->stop == STOP_NOT)
            watch_listeners(m, true);
    }
}

static int prepare(struct master *m)
{
    sigset_t set;

    stop_signals(&set);
    m->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    m->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    m->touched = calloc(m->g->n_workers, sizeof *m->touched);
    if (m->epoll_fd < 0 || m->signal_fd < 0)
        return -errno;
    if (m->touched == NULL)
        return -ENOMEM;

    int err = watch(m, EPOLL_CTL_ADD, m->signal_fd, EPOLLIN);
    if (err == 0)
        err = watch(m, EPOLL_CTL_ADD, m->g->gate.fd, EPOLLIN);
    if (m->g->config->server.accept == ACCEPT_HANDOFF) {
        for (size_t i = 0; i < m->g->n_listeners && err == 0; i++)
            err = watch(m, EPOLL_CTL_ADD, m->g->listeners[i].fd, EPOLLIN);
        m->accepting = true;
    }
    return err;
}

int master_run(struct generation *g)
{
    struct master m = {.g = g, .epoll_fd = -1, .signal_fd = -1};
    int err = prepare(&m);

    if (err == 0)
        err = generation_start(g);
    if (err == 0)
        loop(&m);
    if (m.epoll_fd >= 0)
        close(m.epoll_fd);
    if (m.signal_fd >= 0)
        close(m.signal_fd);
    free(m.touched);
    return err;
}
