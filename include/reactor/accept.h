/* SPDX-License-Identifier: MIT */
/* reactor/accept.h: a worker that accepts for itself, from sockets of its own (reuseport) or those of [status].
 *
 * Each connection takes a seat of the service. Where there is none, one of ours that is idle goes for the one who waits, or
 * else the master has another worker's go.
 *
 * Ownership: struct accept is part of its worker. It owns the array of doors, not their descriptors.
 * Threads:   the worker; accept_release and accept_is_deaf the master.
 * Errors:    shortages are logged, and it tries again.
 * Source:    accept4(2), epoll(7) on EPOLLEXCLUSIVE.
 */
#ifndef BATON_REACTOR_ACCEPT_H
#define BATON_REACTOR_ACCEPT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "io/gate.h"
#include "io/listen.h"
#include "io/seats.h"
#include "reactor/shard.h"

struct accept {
    struct shard *shard; /* borrowed */
    struct gate *gate;   /* borrowed */
    struct seats *seats; /* borrowed */
    struct door *doors;  /* owned: where it accepts */
    size_t n_doors;
    bool watching;     /* the doors are in epoll */
    bool left;         /* it accepts no more */
    uint64_t owed;     /* draining: connections that may have waited when it began, and were not accepted yet */
    uint64_t again_ms; /* after a shortage: not before this */
    uint64_t seats_of_ended;
    _Atomic bool held; /* written by the master: it may not accept yet */
    _Atomic bool deaf; /* written by the worker: it accepts no more, and its doors may be closed */
};

/* `doors` is owned from here; held until accept_release. Where there are none it never accepts. */
void accept_init(struct accept *a, struct shard *s, struct door *doors, size_t n_doors);
void accept_fini(struct accept *a);

static inline void accept_release(struct accept *a)
{
    atomic_store(&a->held, false);
}

static inline bool accept_is_deaf(const struct accept *a)
{
    return atomic_load(&a->deaf);
}

/* Is that what an event told of one of its doors? */
static inline bool accept_has_door(const struct accept *a, const void *what)
{
    const struct door *door = what;

    return door >= a->doors && door < a->doors + a->n_doors;
}

/* Begin, or go on where it had to stop, if it is time. */
void accept_again(struct accept *a);
/* When that may be; -1 where nothing is to be tried. */
int accept_wait_ms(const struct accept *a);

/* A door has news: a few connections. True once nobody waits. */
bool accept_some(struct accept *a, const struct door *door);

/* From now on connections come in elsewhere, or nowhere. */
void accept_leave(struct accept *a);
/* The drain begins: what the kernel has connected by now is still ours to answer. */
void accept_begin_drain(struct accept *a);
/* A few of those in each turn, as those that we have go on being served; and no more than can have waited when it began, as
 * clients may come faster than we answer. None after until_ms. */
void accept_rest(struct accept *a, uint64_t until_ms);

/* Give back the seats of those that ended since the last call. */
void accept_leave_seats(struct accept *a);

#endif
