/* SPDX-License-Identifier: MIT */
/* All workers of a generation: what the master asks of one it asks of each. */

#include "reactor/crew.h"

#include <errno.h>
#include <stdlib.h>

#include "reactor/evict.h"

int crew_init(struct crew *c, size_t n)
{
    *c = (struct crew){.n = n};
    c->v = aligned_alloc(_Alignof(struct worker), n * sizeof *c->v);
    return c->v != NULL ? 0 : -ENOMEM;
}

int crew_make(struct crew *c, const struct worker_options *options)
{
    int err = worker_init(&c->v[c->n_made], options);

    c->n_made += err == 0;
    return err;
}

int crew_start(struct crew *c)
{
    int err = 0;

    for (; err == 0 && c->n_started < c->n_made; c->n_started += err == 0)
        err = worker_start(&c->v[c->n_started]);
    return err;
}

void crew_release(struct crew *c)
{
    for (size_t i = 0; i < c->n_started; i++)
        worker_release(&c->v[i]);
}

void crew_stop(struct crew *c, enum stop how)
{
    for (size_t i = 0; i < c->n_started; i++)
        worker_stop(&c->v[i], how);
}

void crew_join(struct crew *c)
{
    for (size_t i = 0; i < c->n_started; i++)
        worker_join(&c->v[i]);
}

void crew_fini(struct crew *c)
{
    for (size_t i = 0; i < c->n_made; i++)
        worker_fini(&c->v[i]);
    free(c->v);
    *c = (struct crew){0};
}

bool crew_is_done(const struct crew *c)
{
    for (size_t i = 0; i < c->n_started; i++)
        if (!atomic_load_explicit(&c->v[i].done, memory_order_acquire))
            return false;
    return true;
}

bool crew_is_deaf(const struct crew *c)
{
    for (size_t i = 0; i < c->n_started; i++)
        if (!accept_is_deaf(&c->v[i].accept))
            return false;
    return true;
}

/* Has it turned since it was woken the last time? Then wake it for the next. */
static bool turns(struct worker *w)
{
    uint64_t now = counters_get(&w->shard.counters, COUNTER_TURNS);
    bool stuck = w->poked && now == w->turns_seen && !atomic_load(&w->done);

    w->turns_seen = now;
    w->poked = true;
    handoff_signal(&w->handoff);
    return !stuck;
}

int crew_find_stuck(struct crew *c)
{
    int stuck = -1;

    for (size_t i = 0; i < c->n_started; i++)
        if (!turns(&c->v[i]))
            stuck = (int)i;
    return stuck;
}

struct worker *crew_next(struct crew *c)
{
    for (size_t tries = 0; tries < c->n; tries++) {
        size_t i = (c->next + tries) % c->n;
        if (!handoff_has_room(&c->v[i].handoff))
            continue;
        c->next = i;
        return &c->v[i];
    }
    return NULL;
}

void crew_give(struct crew *c, struct worker *w, const struct baton *b)
{
    (void)handoff_push(&w->handoff, b);
    if (!w->is_touched) {
        w->is_touched = true;
        w->touched = c->touched;
        c->touched = w;
    }
    c->next = (c->next + 1) % c->n;
}

void crew_flush(struct crew *c)
{
    for (struct worker *w; (w = c->touched) != NULL;) {
        c->touched = w->touched;
        w->is_touched = false;
        handoff_signal(&w->handoff);
    }
}

void crew_ask_who(struct crew *c)
{
    for (size_t i = 0; i < c->n; i++) {
        atomic_store(&c->v[i].first, EVICT_ASKED);
        handoff_signal(&c->v[i].handoff);
    }
}

struct worker *crew_find_first(const struct crew *c, uint64_t now_ms, bool asked_now, bool told_now)
{
    struct worker *best = NULL;
    uint64_t first = EVICT_NONE;

    for (size_t i = 0; i < c->n; i++) {
        struct worker *w = &c->v[i];
        uint64_t its = atomic_load(&w->first);
        bool goes = atomic_load(&w->to_go) > 0;
        if ((goes && told_now) || (its == EVICT_ASKED && asked_now))
            return NULL;
        if (!goes && its != EVICT_ASKED && its < first && evict_is_due(its, now_ms)) {
            best = w;
            first = its;
        }
    }
    return best;
}

void crew_outbox_has_room(struct crew *c, size_t i)
{
    if (atomic_load(&c->v[i].shard.outbox_full))
        handoff_signal(&c->v[i].handoff);
}
