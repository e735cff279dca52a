/* SPDX-License-Identifier: MIT */
/* One worker's entries, by path: where most requests find all that they need. Eviction is second chance: entries wait
 * in a queue, and one that was used since it was last at the front goes to the back instead of out. */

#include "files/cache.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum { BUCKETS_FIRST = 256, SHORTAGE_TRIES = 4, CACHE_LINE = 64, PREFETCH = 10 * CACHE_LINE };

int cache_init(struct cache *c, const struct cache_limits *limits, const struct load_options *load)
{
    *c = (struct cache){.limits = *limits, .load = *load, .n_buckets = BUCKETS_FIRST, .root = {.fd = -1}};
    list_init(&c->in_memory.order);
    list_init(&c->open.order);
    hash_key_random(&c->key);
    c->bucket = calloc(c->n_buckets, sizeof(struct entry *));
    if (c->bucket == NULL)
        return -ENOMEM;
    return root_init(&c->root, load->site->root);
}

static struct entry **slot_of(struct cache *c, uint64_t hash)
{
    return &c->bucket[hash & (c->n_buckets - 1)];
}

static struct cache_queue *queue_of(struct cache *c, const struct entry *e)
{
    return e->fd >= 0 ? &c->open : &c->in_memory;
}

static void tell_size(const struct cache *c)
{
    counters_set(c->limits.counters, COUNTER_CACHE_ENTRIES, c->in_memory.n + c->open.n);
    counters_set(c->limits.counters, COUNTER_CACHE_BYTES, c->memory);
    counters_set(c->limits.counters, COUNTER_CACHE_FILES, c->open.n);
}

static void cache_remove(struct cache *c, struct entry *e)
{
    struct entry **at = slot_of(c, e->hash);

    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    list_remove(&e->order);
    queue_of(c, e)->n--;
    e->cached = false;
    c->memory -= e->cost;
    tell_size(c);
    ref_put(&e->ref);
}

static void remove_all(struct cache *c, struct cache_queue *q)
{
    while (!list_empty(&q->order))
        cache_remove(c, list_of(q->order.next, struct entry, order));
}

void cache_fini(struct cache *c)
{
    remove_all(c, &c->in_memory);
    remove_all(c, &c->open);
    free(c->bucket);
    c->bucket = NULL;
    root_fini(&c->root);
}

/* The next entry of the queue to go goes. False where there is none. */
static bool evict(struct cache *c, struct cache_queue *q)
{
    if (q->n == 0)
        return false;
    for (;;) {
        struct entry *e = list_of(q->order.next, struct entry, order);
        if (!e->used) {
            counters_add(c->limits.counters, COUNTER_EVICTIONS, 1);
            cache_remove(c, e);
            return true;
        }
        e->used = false;
        list_remove(&e->order);
        list_append(&q->order, &e->order);
    }
}

static void make_room(struct cache *c, uint64_t cost, uint32_t fds)
{
    while (c->open.n + fds > c->limits.fds)
        (void)evict(c, &c->open);
    while (c->memory + cost > c->limits.memory)
        if (!evict(c, &c->in_memory) && !evict(c, &c->open))
            return;
}

static void link_all(struct cache *c, const struct cache_queue *q)
{
    for (struct list *l = q->order.next; l != &q->order; l = l->next) {
        struct entry *e = list_of(l, struct entry, order);
        struct entry **slot = slot_of(c, e->hash);
        e->next = *slot;
        *slot = e;
    }
}

/* Twice as many buckets; without memory for them the chains are longer, no more. */
static void grow(struct cache *c)
{
    assert(c->n_buckets > 0);
    struct entry **bigger = calloc(c->n_buckets * 2, sizeof(struct entry *));

    if (bigger == NULL)
        return;
    free(c->bucket);
    c->bucket = bigger;
    c->n_buckets *= 2;
    link_all(c, &c->in_memory);
    link_all(c, &c->open);
}

/* An entry that fits in no way serves the request that asked for it and goes. So does one that tells of a shortage. */
static void cache_add(struct cache *c, struct entry *e)
{
    uint32_t fds = e->fd >= 0 ? 1 : 0;

    if (e->status >= 500 || e->cost > c->limits.memory || fds > c->limits.fds)
        return;
    make_room(c, e->cost, fds);
    if (c->in_memory.n + c->open.n >= c->n_buckets)
        grow(c);
    struct entry **slot = slot_of(c, e->hash);
    e->next = *slot;
    *slot = e;
    list_append(&queue_of(c, e)->order, &e->order);
    queue_of(c, e)->n++;
    e->cached = true;
    c->memory += e->cost;
    tell_size(c);
    ref_get(&e->ref);
}

static struct entry *find(struct cache *c, uint64_t hash, struct sv path, enum coding coding)
{
    struct entry *e = *slot_of(c, hash);

    /* One look at memory instead of a row of them: the key and the head follow the entry. */
    for (size_t at = 0; e != NULL && at < PREFETCH; at += CACHE_LINE)
        __builtin_prefetch((const char *)e + at);
    while (e != NULL && (e->hash != hash || e->coding != coding || !sv_eq(e->path, path)))
        e = e->next;
    return e;
}

/* `looked` is set where the file system was asked. */
static bool is_fresh(const struct cache *c, struct entry *e, uint64_t now_ms, bool *looked)
{
    struct stamp stamp;

    if (e->root_version != c->root.version)
        return false;
    if (now_ms - e->checked_ms < c->limits.ttl_ms)
        return true;
    if (e->recheck_open || root_stamp_at(&c->root, e->name.p, &stamp) < 0 || !stamp_same(&stamp, &e->stamp))
        return false;
    e->checked_ms = now_ms;
    *looked = true;
    return true;
}

static void look_for_siblings(struct cache *c, struct entry *e, uint64_t now_ms)
{
    e->siblings_ms = now_ms;
    if (e->name.len > 0)
        e->siblings = siblings_look(&c->load.codings, &c->root, e->name, e->status == 200 ? &e->stamp : NULL);
}

/* False where the entry must be made anew, because its head says the wrong thing about siblings. */
static bool siblings_are_known(struct cache *c, struct entry *e, uint64_t now_ms)
{
    bool varied = e->siblings != 0;

    if (now_ms - e->siblings_ms < c->limits.ttl_ms)
        return true;
    look_for_siblings(c, e, now_ms);
    return e->status != 200 || varied == (e->siblings != 0);
}

/* What to load, where the cache does not know it. */
struct wanted {
    struct sv path;
    const struct entry *original; /* borrowed; NULL where it is the one wanted */
    enum coding coding;
    bool coded;
};

static struct entry *load_once(const struct cache *c, const struct wanted *w, const struct clock *clock)
{
    if (w->original != NULL)
        return load_sibling(&c->load, &c->root, w->original, w->coding, clock);
    return load_path(&c->load, &c->root, w->path, clock);
}

/* A process that has no descriptor left may still have those of this cache. */
static struct entry *load(struct cache *c, const struct wanted *w, const struct clock *clock)
{
    struct entry *e = load_once(c, w, clock);

    for (int i = 0; i < SHORTAGE_TRIES && e != NULL && e->short_of_fds && evict(c, &c->open); i++) {
        ref_put(&e->ref);
        e = load_once(c, w, clock);
    }
    return e;
}

static void tell_look(struct cache *c, unsigned how)
{
    counters_add(c->limits.counters, COUNTER_LOOKUPS + how, 1);
    if (how >= c->dearest)
        c->dearest = (uint8_t)(1 + how);
}

static struct entry *get(struct cache *c, const struct wanted *w, const struct clock *clock)
{
    /* The codings of a path are neighbours of nobody: any odd factor does. */
    uint64_t h = hash(&c->key, w->path) + (uint64_t)w->coding * 0x9e3779b97f4a7c15;
    struct entry *e = find(c, h, w->path, w->coding);
    bool looked = false;

    if (e != NULL && is_fresh(c, e, clock->now_ms, &looked) && (!w->coded || siblings_are_known(c, e, clock->now_ms))) {
        tell_look(c, looked ? COUNT_REVALIDATED : COUNT_HIT);
        e->used = true;
        ref_get(&e->ref);
        return e;
    }
    tell_look(c, COUNT_MISS);
    if (e != NULL) {
        times_remember(c->load.times, e);
        cache_remove(c, e);
    }
    e = load(c, w, clock);
    if (e == NULL)
        return NULL;
    e->hash = h;
    e->checked_ms = clock->now_ms;
    e->root_version = c->root.version;
    e->siblings_ms = clock->now_ms;
    if (e->status != 200) /* nobody has looked yet */
        look_for_siblings(c, e, clock->now_ms);
    cache_add(c, e);
    return e;
}

struct entry *cache_get(struct cache *c, struct sv path, bool coded, const struct clock *clock)
{
    struct wanted w = {path, NULL, CODING_IDENTITY, coded};

    root_refresh(&c->root, clock->now_ms, c->limits.ttl_ms);
    return get(c, &w, clock);
}

struct entry *cache_get_sibling(struct cache *c, const struct entry *original, enum coding coding,
                                const struct clock *clock)
{
    struct wanted w = {original->path, original, coding, false};
    struct entry *e = get(c, &w, clock);

    if (e == NULL || (e->status == 200 && sibling_stands_for(e, original)))
        return e;
    ref_put(&e->ref);
    return NULL;
}
