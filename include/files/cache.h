/* SPDX-License-Identifier: MIT */
/* files/cache.h: one worker's entries, by tree, path and coding.
 *
 * What was not looked at for `ttl_ms` is checked against the file system before it is used again; that a path is missing is
 * remembered in the same way. A file that there is no memory for is sent from its descriptor.
 *
 * Ownership: the stock holds a reference to each entry in it; cache_get gives the caller one more, to be put.
 * Threads:   the owning worker.
 * Errors:    what goes wrong with a file is told by its entry's status.
 */
#ifndef BATON_FILES_CACHE_H
#define BATON_FILES_CACHE_H

#include "base/clock.h"
#include "base/hash.h"
#include "files/load.h"
#include "files/stock.h"
#include "files/tree.h"

#define CACHE_FACTOR 0x9e3779b97f4a7c15

struct cache_limits {
    struct stock_limits stock;
    uint64_t ttl_ms;
};

/* It must stay where it is. */
struct cache {
    uint64_t ttl_ms;
    struct load_options load;
    struct tree *trees; /* borrowed */
    size_t n_trees;
    struct hash_key key;
    uint8_t worst_lookup; /* 1 + COUNT_HIT to 1 + COUNT_MISS: the worst look since the owner zeroed it */
    struct stock stock;
    uint64_t sweep_ms; /* when open files are looked at next */
};

/* Over so many trees, which have been opened. 0 or -errno; cache_fini is due in both cases, before the trees go. */
int cache_init(struct cache *c, const struct cache_limits *limits, const struct load_options *load, struct tree *trees,
               size_t n_trees);
void cache_fini(struct cache *c);

/* Where the stock has it. The codings of a path, and one path in several trees, are neighbours of nobody: any odd factor
 * does. */
static inline uint64_t cache_hash(const struct cache *c, const struct tree *t, struct sv path, enum coding coding)
{
    return hash(&c->key, path) + t->seed + (uint64_t)coding * CACHE_FACTOR;
}

/* CACHE_LATER: it is not at hand, and the caller should ask again once the worker is woken; today all is loaded at once.
 * CACHE_NO_MEMORY: not even for an entry that says so. */
enum cache_result { CACHE_HIT, CACHE_LATER, CACHE_NO_MEMORY };

/* Has the entry for a path that http/path has read in *e, NULL unless it is CACHE_HIT. With `coded` its `siblings` are up
 * to date too. */
enum cache_result cache_get(struct cache *c, struct tree *t, struct sv path, bool coded, const struct clock *clock,
                            struct entry **e);

/* The same file in another coding; NULL where it is not there, or older than the original, or made of another state of
 * it, or without memory. */
struct entry *cache_get_sibling(struct cache *c, const struct entry *original, enum coding coding,
                                const struct clock *clock);

/* As load_sum. */
static inline enum sum_state cache_sum(const struct cache *c, struct entry *e)
{
    return load_sum(&c->load, e);
}

/* Once in a turn: now and then some of the files that are open are looked at, so that those that were deleted are closed. */
void cache_tend(struct cache *c, uint64_t now_ms);
static inline bool cache_is_due(const struct cache *c, uint64_t now_ms)
{
    return now_ms >= c->sweep_ms || c->stock.to_sweep > 0;
}
/* Milliseconds until that is due. */
int cache_wait_ms(const struct cache *c, uint64_t now_ms);

#endif
