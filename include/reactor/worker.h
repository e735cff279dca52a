/* SPDX-License-Identifier: MIT */
/* reactor/worker.h: a thread with its loop.
 *
 * A worker that was started is held: it accepts nothing until worker_release, so that a generation of which not everything
 * could be started has taken no connection.
 *
 * Ownership: a worker owns its descriptors and buffers from worker_init to worker_fini.
 * Threads:   init, start, release, stop, make_room, join, fini and `done`: the master. What else is inside is the
 *            worker's own, but for what is said to be the crew's, or written by the master; counters and the outbox are shared.
 * Errors:    init opens all that the worker will ever need itself; it and start return 0 or -errno.
 * Source:    epoll(7), pthreads(7).
 */
#ifndef BATON_REACTOR_WORKER_H
#define BATON_REACTOR_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/thread.h"
#include "config/config.h"
#include "io/gate.h"
#include "io/handoff.h"
#include "io/seats.h"
#include "reactor/accept.h"
#include "reactor/shard.h"

/* How the worker is asked to end, each more urgent than the one before it:
 *     RETIRE      another generation goes on: pass on what is idle or becomes it, finish all else, and end
 *     ANNOUNCE    say with each answer that the connection ends; else go on
 *     DRAIN       finish the answers, within drain_timeout, and those of connections that are still handed over, or wait
 *                 to be accepted
 *     WHEN_EMPTY  none will be handed over any more: end once there is none
 *     NOW         end */
enum stop { STOP_NOT, STOP_RETIRE, STOP_ANNOUNCE, STOP_DRAIN, STOP_WHEN_EMPTY, STOP_NOW };

struct worker_options {
    struct shard_options shard;
    struct thread_enter enter; /* what its thread gives up first */
    struct gate *gate;         /* borrowed: opened when a connection ended or was adopted */
    struct seats *seats;       /* borrowed: that its connections have; it takes one for those that it accepts itself */
    struct door *doors;        /* owned by the worker once worker_init is called: where it accepts */
    size_t n_doors;
};

struct worker {
    /* The crew's: */
    pthread_t thread;       /* to join */
    struct worker *touched; /* the next one that was handed something, and not woken yet */
    bool is_touched;        /* it is among those */
    bool poked;             /* it was woken, to see whether it turns */
    uint64_t turns_seen;    /* when it was */

    struct handoff handoff; /* from the master */
    struct shard shard;
    struct accept accept;
    struct worker_options options;
    bool adopting;           /* the ring may hold more, of which epoll will not tell again */
    int stopping;            /* enum stop; as far as it has begun */
    uint64_t awake_until_ms; /* busy_poll behind the last event */
    uint64_t drain_until_ms;
    _Atomic uint64_t first; /* written by the worker while seats are scarce: who would have to go (reactor/evict) */
    _Atomic uint32_t to_go; /* written by the master: so many have to */
    _Atomic int stop;       /* enum stop; written by the master */
    _Atomic bool done;      /* written by the worker, last */
};

int worker_init(struct worker *w, const struct worker_options *options);
int worker_start(struct worker *w);
void worker_release(struct worker *w);
void worker_stop(struct worker *w, enum stop how);
/* Somebody new wants the seat of one that is idle. */
void worker_make_room(struct worker *w);
/* Wait for the end of one that was started. */
void worker_join(struct worker *w);
void worker_fini(struct worker *w);

#endif
