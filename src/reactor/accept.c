/* SPDX-License-Identifier: MIT */
/* Accept, in a worker: the beginning of a connection's way where no master hands it over. */

#include "reactor/accept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "reactor/evict.h"
#include "reactor/turn.h"

enum { ACCEPT_BATCH = 32, RETRY_MS = 100, SOON_MS = 10 };

void accept_init(struct accept *a, struct shard *s, struct door *doors, size_t n_doors)
{
    *a = (struct accept){.shard = s, .doors = doors, .n_doors = n_doors, .left = n_doors == 0};
    atomic_init(&a->held, true);
    atomic_init(&a->deaf, n_doors == 0);
}

void accept_fini(struct accept *a)
{
    free(a->doors);
    a->doors = NULL;
}

/* A door may be another worker's too; then one of them is woken. */
static void start(struct accept *a)
{
    a->watching = true;
    for (size_t i = 0; i < a->n_doors; i++) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = &a->doors[i]};
        if (epoll_ctl(a->shard->epoll_fd, EPOLL_CTL_ADD, a->doors[i].fd, &event) < 0 && errno != EEXIST)
            a->watching = false;
    }
}

static void stop(struct accept *a)
{
    for (size_t i = 0; i < a->n_doors; i++)
        (void)epoll_ctl(a->shard->epoll_fd, EPOLL_CTL_DEL, a->doors[i].fd, NULL);
    a->watching = false;
}

/* Trying again at once would fail again at once. */
static void pause_for(struct accept *a, int err)
{
    log_warning("cannot accept, will try again: %s", strerror(-err));
    stop(a);
    a->again_ms = shard_now(a->shard) + RETRY_MS;
}

static void take(struct accept *a, const struct door *door, int fd)
{
    struct baton baton = {.fd = fd, .since_us = clock_us(), .terms = door->terms};

    a->owed -= a->owed > 0;
    turn_adopt(a->shard, &baton);
}

void accept_leave_seats(struct accept *a)
{
    uint64_t ended = a->shard->ended - a->seats_of_ended;

    if (ended == 0)
        return;
    a->seats_of_ended = a->shard->ended;
    seats_leave(a->seats, ended);
}

/* `waits`: somebody does, so that one who is idle has to go. */
static bool take_seat(struct accept *a, bool waits)
{
    accept_leave_seats(a);
    if (seats_take(a->seats))
        return true;
    if (!waits)
        return false;
    if (evict_one(a->shard)) {
        accept_leave_seats(a);
        return seats_take(a->seats);
    }
    /* Another worker may have one that can go: the master asks. */
    atomic_store(&a->seats->wanted, true);
    atomic_store(&a->gate->waiting, true);
    stop(a);
    a->again_ms = shard_now(a->shard) + SOON_MS;
    return false;
}

bool accept_some(struct accept *a, const struct door *door)
{
    int in_vain = 0;

    for (int i = 0; i < ACCEPT_BATCH; i++) {
        if (!take_seat(a, i == 0))
            return false;
        int fd = listener_accept(door->fd);
        if (fd >= 0) {
            take(a, door, fd);
            continue;
        }
        seats_leave(a->seats, 1);
        enum listener_failure failure = listener_failure(fd);
        if (failure == LISTENER_NEXT && ++in_vain == ACCEPT_BATCH)
            failure = LISTENER_PAUSE; /* what should be of one connection is of all */
        if (failure == LISTENER_PAUSE) {
            (void)(i == 0 && evict_one(a->shard));
            pause_for(a, fd);
        }
        if (failure != LISTENER_NEXT)
            return failure == LISTENER_EMPTY;
    }
    return false;
}

void accept_leave(struct accept *a)
{
    if (a->left)
        return;
    stop(a);
    a->left = true;
    atomic_store(&a->deaf, true);
    atomic_store(&a->gate->waiting, true);
}

void accept_begin_drain(struct accept *a)
{
    for (size_t i = 0; i < a->n_doors; i++)
        a->owed += (uint64_t)a->doors[i].backlog;
}

void accept_rest(struct accept *a, uint64_t until_ms)
{
    bool empty = true;

    for (size_t i = 0; i < a->n_doors && a->owed > 0; i++)
        empty = accept_some(a, &a->doors[i]) && empty;
    if (empty || a->owed == 0 || shard_now(a->shard) >= until_ms)
        accept_leave(a);
}

/* It may accept, and has had to stop, or not begun. */
static bool wants_to(const struct accept *a)
{
    return !a->watching && a->n_doors > 0 && !a->left && !atomic_load(&a->held);
}

void accept_again(struct accept *a)
{
    if (wants_to(a) && shard_now(a->shard) >= a->again_ms)
        start(a);
}

int accept_wait_ms(const struct accept *a)
{
    uint64_t now = shard_now(a->shard);

    if (!wants_to(a))
        return -1;
    return a->again_ms > now ? (int)(a->again_ms - now) : RETRY_MS;
}
