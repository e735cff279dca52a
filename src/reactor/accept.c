/* SPDX-License-Identifier: MIT */
/* Accept, in a worker: the beginning of a connection's way where no master hands it over. */

#include "reactor/accept.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "reactor/conn.h"
#include "reactor/evict.h"

enum { ACCEPT_BATCH = 32, RETRY_MS = 100, SOON_MS = 10 };

/* A door may be another worker's too; then one of them is woken. */
static void start(struct worker *w)
{
    w->accepting = true;
    for (size_t i = 0; i < w->options.n_doors; i++) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = &w->options.doors[i]};
        if (epoll_ctl(w->shard.epoll_fd, EPOLL_CTL_ADD, w->options.doors[i].fd, &event) < 0 && errno != EEXIST)
            w->accepting = false;
    }
}

static void stop(struct worker *w)
{
    for (size_t i = 0; i < w->options.n_doors; i++)
        (void)epoll_ctl(w->shard.epoll_fd, EPOLL_CTL_DEL, w->options.doors[i].fd, NULL);
    w->accepting = false;
}

/* Trying again at once would fail again at once. */
static void pause_for(struct worker *w, int err)
{
    log_warning("cannot accept, will try again: %s", strerror(-err));
    stop(w);
    w->accept_again_ms = shard_now(&w->shard) + RETRY_MS;
}

static void take(struct worker *w, const struct door *door, int fd)
{
    struct baton baton = {.fd = fd, .since_us = clock_us(), .terms = door->terms};

    w->owed -= w->owed > 0;
    conn_adopt(&w->shard, &baton);
}

void accept_leave_seats(struct worker *w)
{
    uint64_t ended = w->shard.ended - w->told_ended;

    if (ended == 0)
        return;
    w->told_ended = w->shard.ended;
    seats_leave(w->options.seats, ended);
}

/* `waits`: somebody does, so that one who is idle has to go. */
static bool take_seat(struct worker *w, bool waits)
{
    accept_leave_seats(w);
    if (seats_take(w->options.seats))
        return true;
    if (!waits)
        return false;
    if (evict_one(&w->shard)) {
        accept_leave_seats(w);
        return seats_take(w->options.seats);
    }
    /* Another worker may have one that can go: the master asks. */
    atomic_store(&w->options.seats->wanted, true);
    atomic_store(&w->options.gate->waiting, true);
    stop(w);
    w->accept_again_ms = shard_now(&w->shard) + SOON_MS;
    return false;
}

bool accept_some(struct worker *w, const struct door *door)
{
    int in_vain = 0;

    for (int i = 0; i < ACCEPT_BATCH; i++) {
        if (!take_seat(w, i == 0))
            return false;
        int fd = listener_accept(door->fd);
        if (fd >= 0) {
            take(w, door, fd);
            continue;
        }
        seats_leave(w->options.seats, 1);
        enum listener_failure failure = listener_failure(fd);
        if (failure == LISTENER_NEXT && ++in_vain == ACCEPT_BATCH)
            failure = LISTENER_PAUSE; /* what should be of one connection is of all */
        if (failure == LISTENER_PAUSE) {
            (void)(i == 0 && evict_one(&w->shard));
            pause_for(w, fd);
        }
        if (failure != LISTENER_NEXT)
            return failure == LISTENER_EMPTY;
    }
    return false;
}

void accept_leave(struct worker *w)
{
    if (w->left_doors)
        return;
    stop(w);
    w->left_doors = true;
    atomic_store(&w->deaf, true);
    atomic_store(&w->options.gate->waiting, true);
}

void accept_rest(struct worker *w)
{
    bool empty = true;

    for (size_t i = 0; i < w->options.n_doors && w->owed > 0; i++)
        empty = accept_some(w, &w->options.doors[i]) && empty;
    if (empty || w->owed == 0 || shard_now(&w->shard) >= w->drain_until_ms)
        accept_leave(w);
}

/* It may accept, and has had to stop, or not begun. */
static bool wants_to(const struct worker *w)
{
    return !w->accepting && w->options.n_doors > 0 && !w->left_doors && !atomic_load(&w->held);
}

void accept_again(struct worker *w)
{
    if (wants_to(w) && shard_now(&w->shard) >= w->accept_again_ms)
        start(w);
}

int accept_wait_ms(const struct worker *w)
{
    uint64_t now = shard_now(&w->shard);

    if (!wants_to(w))
        return -1;
    return w->accept_again_ms > now ? (int)(w->accept_again_ms - now) : RETRY_MS;
}
