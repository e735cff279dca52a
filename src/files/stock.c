/* SPDX-License-Identifier: MIT */
/* What one worker keeps. Everything that is counted is counted here, and everything that goes goes here. */

#include "files/stock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum { BUCKETS_FIRST = 256, CACHE_LINE = 64, PREFETCH = 10 * CACHE_LINE };

/* Of the memory, what tells of missing paths may take an eighth, and bodies leave a sixteenth to entries that have none. */
enum { MISSING_SHARE = 8, BODILESS_SHARE = 16 };

/* PINNED_TRIES: entries that are being sent, which eviction passes before it gives up. STEP: entries that are looked at, or
 * let go, in one turn of a worker's loop. */
enum { PINNED_TRIES = 64, STEP = 64 };

int stock_init(struct stock *s, const struct stock_limits *limits)
{
    *s = (struct stock){.limits = *limits, .account = {.seats = limits->seats}, .n_buckets = BUCKETS_FIRST};
    for (size_t i = 0; i < STOCK_KINDS; i++)
        list_init(&s->queue[i].order);
    s->bucket = calloc(s->n_buckets, sizeof(struct entry *));
    return s->bucket != NULL ? 0 : -ENOMEM;
}

static struct entry **slot_of(struct stock *s, uint64_t hash)
{
    return &s->bucket[hash & (s->n_buckets - 1)];
}

static struct stock_queue *queue_of(struct stock *s, const struct entry *e)
{
    if (e->fd >= 0)
        return &s->queue[STOCK_OPEN];
    return &s->queue[e->status == 200 || e->status == 301 ? STOCK_IN_MEMORY : STOCK_MISSING];
}

static void tell_size(const struct stock *s)
{
    counters_set(s->limits.counters, COUNTER_CACHE_ENTRIES, s->n);
    counters_set(s->limits.counters, COUNTER_CACHE_BYTES, s->account.memory);
    counters_set(s->limits.counters, COUNTER_CACHE_FILES, s->account.files);
}

void stock_remove(struct stock *s, struct entry *e)
{
    struct stock_queue *q = queue_of(s, e);
    struct entry **at = slot_of(s, e->hash);

    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    list_remove(&e->order);
    q->n--;
    s->missing -= q == &s->queue[STOCK_MISSING] ? e->cost : 0;
    s->n--;
    e->cached = false;
    ref_put(&e->ref);
    tell_size(s);
}

void stock_fini(struct stock *s)
{
    if (s->bucket == NULL)
        return;
    while (stock_close(s))
        continue;
    free(s->bucket);
    s->bucket = NULL;
}

static void to_the_back(struct stock_queue *q, struct entry *e)
{
    list_remove(&e->order);
    list_append(&q->order, &e->order);
}

static struct entry *first_of(struct stock_queue *q)
{
    return list_of(q->order.next, struct entry, order);
}

/* One goes. False where there is none, or where too many are being sent. */
static bool evict(struct stock *s, enum stock_kind kind)
{
    struct stock_queue *q = &s->queue[kind];

    for (int pinned = 0; q->n > 0 && pinned < PINNED_TRIES;) {
        struct entry *e = first_of(q);
        if (!e->used && !ref_is_shared(&e->ref)) {
            counters_add(s->limits.counters, COUNTER_EVICTIONS, 1);
            stock_remove(s, e);
            return true;
        }
        pinned += !e->used;
        e->used = false;
        to_the_back(q, e);
    }
    return false;
}

bool stock_evict_open(struct stock *s)
{
    return evict(s, STOCK_OPEN);
}

static bool make_room(struct stock *s, uint64_t most)
{
    while (s->account.memory > most)
        if (!evict(s, STOCK_IN_MEMORY) && !evict(s, STOCK_OPEN) && !evict(s, STOCK_MISSING))
            return false;
    return true;
}

bool stock_has_room(struct stock *s, uint64_t bytes)
{
    uint64_t most = s->limits.memory - s->limits.memory / BODILESS_SHARE;

    return !s->closed && bytes <= most && make_room(s, most - bytes);
}

static void link_all(struct stock *s, const struct stock_queue *q)
{
    for (struct list *l = q->order.next; l != &q->order; l = l->next) {
        struct entry *e = list_of(l, struct entry, order);
        struct entry **slot = slot_of(s, e->hash);
        e->next = *slot;
        *slot = e;
    }
}

/* Twice as many buckets; without memory for them the chains are longer, no more. */
static void grow(struct stock *s)
{
    assert(s->n_buckets > 0);
    struct entry **bigger = calloc(s->n_buckets * 2, sizeof(struct entry *));

    if (bigger == NULL)
        return;
    free(s->bucket);
    s->bucket = bigger;
    s->n_buckets *= 2;
    for (size_t i = 0; i < STOCK_KINDS; i++)
        link_all(s, &s->queue[i]);
}

bool stock_count(struct stock *s, struct entry *e)
{
    struct seats *seats = s->limits.seats;

    while (e->fd >= 0 && seats != NULL && !seats_take_file(seats))
        if (!evict(s, STOCK_OPEN))
            return false;
    entry_charge(e, &s->account);
    return true;
}

/* What was just put in is being sent, so it does not go. */
static void trim(struct stock *s, const struct stock_queue *q)
{
    if (q == &s->queue[STOCK_MISSING])
        while (s->missing > s->limits.memory / MISSING_SHARE && evict(s, STOCK_MISSING))
            continue;
    if (q == &s->queue[STOCK_OPEN])
        while (q->n > s->limits.fds && evict(s, STOCK_OPEN))
            continue;
}

void stock_add(struct stock *s, struct entry *e)
{
    struct stock_queue *q = queue_of(s, e);

    if (s->closed || (e->fd >= 0 && s->limits.fds == 0) || e->cost > s->limits.memory ||
        !make_room(s, s->limits.memory))
        return;
    if (s->n >= s->n_buckets)
        grow(s);
    struct entry **slot = slot_of(s, e->hash);
    e->next = *slot;
    *slot = e;
    list_append(&q->order, &e->order);
    q->n++;
    s->missing += q == &s->queue[STOCK_MISSING] ? e->cost : 0;
    s->n++;
    e->cached = true;
    ref_get(&e->ref);
    trim(s, q);
    tell_size(s);
}

struct entry *stock_find(const struct stock *s, uint64_t hash, const struct tree *tree, struct sv path,
                         enum coding coding)
{
    struct entry *e = s->bucket[hash & (s->n_buckets - 1)];

    /* One look at memory instead of a row of them: the key and the head follow the entry. */
    for (size_t at = 0; e != NULL && at < PREFETCH; at += CACHE_LINE)
        __builtin_prefetch((const char *)e + at);
    while (e != NULL && (e->hash != hash || e->tree != tree || e->coding != coding || !sv_eq(e->path, path)))
        e = e->next;
    return e;
}

void stock_sweep_begin(struct stock *s)
{
    s->to_sweep = s->queue[STOCK_OPEN].n;
}

static void close_file(struct stock *s, struct entry *e)
{
    struct stock_queue *from = queue_of(s, e);

    entry_close(e);
    struct stock_queue *to = queue_of(s, e);
    from->n--;
    to->n++;
    to_the_back(to, e);
}

bool stock_sweep(struct stock *s, enum stock_verdict (*judge)(const struct entry *e, const void *of), const void *of)
{
    struct stock_queue *q = &s->queue[STOCK_OPEN];

    for (int i = 0; i < STEP && s->to_sweep > 0 && q->n > 0; i++, s->to_sweep--) {
        struct entry *e = first_of(q);
        enum stock_verdict verdict = judge(e, of);
        if (verdict == STOCK_FORGET)
            stock_remove(s, e);
        else if (verdict == STOCK_CLOSE && !ref_is_shared(&e->ref))
            close_file(s, e);
        else
            to_the_back(q, e);
    }
    if (q->n == 0)
        s->to_sweep = 0;
    trim(s, q);
    tell_size(s);
    return s->to_sweep > 0;
}

bool stock_close(struct stock *s)
{
    s->closed = true;
    for (int i = 0; i < STEP; i++) {
        size_t kind = 0;
        while (kind < STOCK_KINDS && s->queue[kind].n == 0)
            kind++;
        if (kind == STOCK_KINDS)
            return false;
        stock_remove(s, first_of(&s->queue[kind]));
    }
    return true;
}
