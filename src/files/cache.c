/* SPDX-License-Identifier: MIT */
/* One worker's entries, by path: where most requests find all that they need. What is kept, and what goes, is the stock's. */

#include "files/cache.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "base/least.h"
#include "base/log.h"
#include "files/siblings.h"
#include "files/tag.h"

/* SHORTAGE_TRIES: files that are closed where the process has no descriptor left. SWEEP_MS: how often open files are looked
 * at at most, and the root that is held open; IDLE_MS: so much later where no file is open. UNUSED_MS: how long one stays open
 * that nobody asks for. */
enum { SHORTAGE_TRIES = 4, SWEEP_MS = 1000, IDLE_MS = 9 * 1000, UNUSED_MS = 60 * 1000 };

/* A body may take this part of the memory, so that one file does not drive out all others. */
enum { BODY_SHARE = 4 };

static bool has_room(void *of, uint64_t bytes)
{
    return stock_has_room(of, bytes);
}

int cache_init(struct cache *c, const struct cache_limits *limits, const struct load_options *load, struct tree *trees,
               size_t n_trees)
{
    *c = (struct cache){.ttl_ms = limits->ttl_ms, .load = *load, .trees = trees, .n_trees = n_trees};
    c->load.room = (struct load_room){has_room, &c->stock};
    c->load.body_max = least(load->body_max, limits->stock.memory / BODY_SHARE);
    for (size_t i = 0; i < n_trees; i++)
        trees[i].seed = i * CODING_COUNT * CACHE_FACTOR;
    hash_key_random(&c->key);
    return stock_init(&c->stock, &limits->stock);
}

void cache_fini(struct cache *c)
{
    stock_fini(&c->stock);
}

/* Are the index files still missing that would stand for the directory before the one that does? What is there, but is no
 * file or may not be looked at, is for load_path to judge. */
static bool is_first_index(const struct entry *e)
{
    const struct strings *index = e->tree->site->index;
    struct sv directory = sv_skip(e->path, 1);
    char name[PATH_MAX];
    struct stamp stamp;

    for (uint32_t i = 0; i < e->index; i++) {
        int n = snprintf(name, sizeof name, "%.*s%s", SV_ARG(directory), index->v[i]);
        if (n < 0 || (size_t)n >= sizeof name || root_stamp_at(&e->tree->root, name, &stamp) != -ENOENT)
            return false;
    }
    return true;
}

/* `looked` is set where the file system was asked. */
static bool is_fresh(const struct cache *c, struct entry *e, const struct clock *clock, bool *looked)
{
    struct stamp stamp;

    if (e->root_version != e->tree->root.version || e->closed)
        return false;
    if (clock->now_ms - e->checked_ms < c->ttl_ms)
        return true;
    if (e->ahead && !tag_is_ahead(&e->stamp, clock->wall))
        return false; /* its time has come, and may be told */
    if (e->recheck_open || root_stamp_at(&e->tree->root, e->name.p, &stamp) < 0 || !stamp_same(&stamp, &e->stamp) ||
        !is_first_index(e) || !times_stands(e))
        return false;
    e->checked_ms = clock->now_ms;
    *looked = true;
    return true;
}

static void look_for_siblings(struct entry *e, uint64_t now_ms)
{
    e->siblings_ms = now_ms;
    if (e->name.len > 0)
        e->siblings = siblings_look(e->tree->site, &e->tree->root, e->name, e->status == 200 ? &e->stamp : NULL);
}

/* False where the entry must be made anew, because its head says the wrong thing about siblings. */
static bool siblings_are_known(const struct cache *c, struct entry *e, uint64_t now_ms)
{
    bool varied = e->siblings != 0;

    if (now_ms - e->siblings_ms < c->ttl_ms)
        return true;
    look_for_siblings(e, now_ms);
    return e->status != 200 || varied == (e->siblings != 0);
}

/* What to load, where the cache does not know it. */
struct wanted {
    struct tree *tree;
    struct sv path;
    const struct entry *original; /* borrowed; NULL where it is the one wanted */
    enum coding coding;
    bool coded;
};

static struct entry *load_once(const struct cache *c, const struct wanted *w, const struct clock *clock)
{
    if (w->original != NULL)
        return load_sibling(&c->load, w->tree, w->original, w->coding, clock);
    return load_path(&c->load, w->tree, w->path, clock);
}

/* A process that has no descriptor left may still have those of this cache. */
static struct entry *load(struct cache *c, const struct wanted *w, const struct clock *clock)
{
    struct entry *e = load_once(c, w, clock);

    for (int i = 0; i < SHORTAGE_TRIES && e != NULL && e->short_of_fds && stock_evict_open(&c->stock); i++) {
        ref_put(&e->ref);
        e = load_once(c, w, clock);
    }
    if (e != NULL && e->short_of_fds)
        log_warning("no descriptor is free to open a file with: requests are answered with %d", e->status);
    return e;
}

/* The same, counted. A file that there is no seat for is not sent: whoever comes would find no place. */
static struct entry *load_counted(struct cache *c, const struct wanted *w, const struct clock *clock)
{
    struct entry *e = load(c, w, clock);

    if (e == NULL || stock_count(&c->stock, e))
        return e;
    log_warning("files that are being sent have taken their half of all descriptors: requests are answered with %d",
                why_status(WHY_SHORTAGE));
    ref_put(&e->ref);
    e = entry_new_status(w->path, SV(""), w->coding, WHY_SHORTAGE);
    if (e != NULL)
        (void)stock_count(&c->stock, e);
    return e;
}

static void tell_look(struct cache *c, unsigned how)
{
    counters_add(c->stock.limits.counters, COUNTER_LOOKUPS + how, 1);
    if (how >= c->worst_lookup)
        c->worst_lookup = (uint8_t)(1 + how);
}

static struct entry *get(struct cache *c, const struct wanted *w, const struct clock *clock)
{
    uint64_t h = cache_hash(c, w->tree, w->path, w->coding);
    struct entry *e = stock_find(&c->stock, h, w->tree, w->path, w->coding);
    bool looked = false;

    if (e != NULL && is_fresh(c, e, clock, &looked) && (!w->coded || siblings_are_known(c, e, clock->now_ms))) {
        tell_look(c, looked ? COUNT_REVALIDATED : COUNT_HIT);
        e->used = true;
        ref_get(&e->ref);
        return e;
    }
    tell_look(c, COUNT_MISS);
    if (e != NULL) {
        times_remember(c->load.times, e);
        stock_remove(&c->stock, e);
    }
    e = load_counted(c, w, clock);
    if (e == NULL)
        return NULL;
    e->hash = h;
    e->tree = w->tree;
    e->checked_ms = clock->now_ms;
    e->root_version = w->tree->root.version;
    e->siblings_ms = clock->now_ms;
    if (e->status != 200) /* nobody has looked yet */
        look_for_siblings(e, clock->now_ms);
    if (e->status < 500) /* what tells of a shortage is asked again */
        stock_add(&c->stock, e);
    return e;
}

enum cache_result cache_get(struct cache *c, struct tree *t, struct sv path, bool coded, const struct clock *clock,
                            struct entry **e)
{
    struct wanted w = {t, path, NULL, CODING_IDENTITY, coded};

    root_refresh(&t->root, clock->now_ms, c->ttl_ms);
    *e = get(c, &w, clock);
    return *e != NULL ? CACHE_HIT : CACHE_NO_MEMORY;
}

struct entry *cache_get_sibling(struct cache *c, const struct entry *original, enum coding coding,
                                const struct clock *clock)
{
    struct wanted w = {original->tree, original->path, original, coding, false};
    struct entry *e = get(c, &w, clock);

    if (e == NULL || (e->status == 200 && sibling_stands_for(e, original)))
        return e;
    ref_put(&e->ref);
    return NULL;
}

struct tending {
    const struct cache *cache;
    uint64_t now_ms;
};

static enum stock_verdict judge_known(const struct entry *e, const void *of)
{
    const struct tending *t = of;

    if (e->root_version != e->tree->root.version || file_is_deleted(e->fd))
        return STOCK_CLOSE;
    return t->now_ms - e->checked_ms >= t->cache->ttl_ms + UNUSED_MS ? STOCK_FORGET : STOCK_KEEP;
}

void cache_tend(struct cache *c, uint64_t now_ms)
{
    struct tending tending = {c, now_ms};

    if (!cache_is_due(c, now_ms))
        return;
    if (c->stock.to_sweep == 0) {
        c->sweep_ms = now_ms + SWEEP_MS;
        for (size_t i = 0; i < c->n_trees; i++)
            root_refresh(&c->trees[i].root, now_ms, c->ttl_ms); /* what is not served any more can be unmounted */
        stock_sweep_begin(&c->stock);
    }
    (void)stock_sweep(&c->stock, judge_known, &tending);
}

int cache_wait_ms(const struct cache *c, uint64_t now_ms)
{
    if (c->stock.to_sweep > 0)
        return 0;
    uint64_t at_ms = c->sweep_ms + (c->stock.queue[STOCK_OPEN].n == 0 ? IDLE_MS : 0);

    return at_ms > now_ms ? (int)least(at_ms - now_ms, INT32_MAX) : 0;
}
