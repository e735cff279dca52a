/* SPDX-License-Identifier: MIT */
/* reactor/crew.h: the workers of one generation, as one. Nobody else knows which of them there are.
 *
 *     crew_init -> crew_make, n times -> crew_start -> crew_release -> crew_stop, ever more urgently -> crew_join -> crew_fini
 *
 * Ownership: a crew owns its workers, from crew_init to crew_fini.
 * Threads:   the master; crew_counters any.
 * Errors:    init, make and start return 0 or -errno; crew_fini is due in all cases, once none runs.
 */
#ifndef BATON_REACTOR_CREW_H
#define BATON_REACTOR_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reactor/worker.h"

struct crew {
    struct worker *v; /* owned */
    size_t n;         /* that there are to be */
    size_t n_made;
    size_t n_started;
    size_t next;            /* of the round */
    struct worker *touched; /* borrowed: those that were handed something since they were last woken */
};

int crew_init(struct crew *c, size_t n);
/* The next of them. */
int crew_make(struct crew *c, const struct worker_options *options);
/* All threads, held. Where one cannot be had the others run. */
int crew_start(struct crew *c);
void crew_release(struct crew *c);
void crew_stop(struct crew *c, enum stop how);
/* Wait for the end of those that were started. */
void crew_join(struct crew *c);
void crew_fini(struct crew *c);

/* Have all that were started ended? */
bool crew_is_done(const struct crew *c);
/* No worker accepts any more, and what was in their backlogs is theirs. */
bool crew_is_deaf(const struct crew *c);
/* Wake all. One that has not turned since it was woken the last time; -1 where all have. */
int crew_find_stuck(struct crew *c);

/* The next of the round whose ring has room; NULL where none has. */
struct worker *crew_next(struct crew *c);
/* Give it a connection: there is room, as only the master fills its ring. It is woken by crew_flush. */
void crew_give(struct crew *c, struct worker *w, const struct baton *b);
/* Wake those that were given something. */
void crew_flush(struct crew *c);

/* From now on, for a while, the workers say who of theirs could go. */
void crew_ask_who(struct crew *c);
/* The worker with the one who goes first; NULL where nobody can, or it is not known yet. A worker that has not answered
 * what it was asked, or not done what it was told, is waited for only where that was a moment ago. */
struct worker *crew_find_first(const struct crew *c, uint64_t now_ms, bool asked_now, bool told_now);

/* Those that came out of a worker, the i-th of crew_started, and are to be passed on. */
static inline struct handoff *crew_outbox(struct crew *c, size_t i)
{
    return &c->v[i].shard.outbox;
}

static inline size_t crew_started(const struct crew *c)
{
    return c->n_started;
}
/* There is room in it again: wake a worker that waits for that. */
void crew_outbox_has_room(struct crew *c, size_t i);

/* What the i-th of `n` counts. */
static inline const struct counters *crew_counters(const struct crew *c, size_t i)
{
    return &c->v[i].shard.counters;
}

#endif
