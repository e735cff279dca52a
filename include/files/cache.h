/* SPDX-License-Identifier: MIT */
/* files/cache.h: one worker's entries, by path and coding.
 *
 * Bounded in bytes and in open files. What was not looked at for `ttl_ms` is checked against the file system before it
 * is used again; that a path is missing is remembered in the same way.
 *
 * Ownership: the table holds a reference to each entry in it; cache_get gives the caller one more, to be put.
 * Threads:   the owning worker.
 * Errors:    cache_get returns NULL only without memory; all else is told by the entry's status.
 */
#ifndef BATON_FILES_CACHE_H
#define BATON_FILES_CACHE_H

#include "base/clock.h"
#include "base/counters.h"
#include "base/hash.h"
#include "base/list.h"
#include "files/load.h"
#include "files/root.h"

struct cache_limits {
    uint64_t memory; /* bytes of all entries */
    uint64_t ttl_ms;
    uint32_t fds;              /* files kept open */
    struct counters *counters; /* borrowed: the worker's */
};

struct cache {
    struct cache_limits limits;
    struct load_options load;
    struct root root;
    struct hash_key key;
    uint8_t dearest;       /* 1 + COUNT_HIT to 1 + COUNT_MISS: the dearest look since the owner zeroed it */
    struct entry **bucket; /* owned */
    size_t n_buckets;      /* a power of two */
    uint64_t memory;
    /* In the order of eviction, the first goes first: entries that hold memory only, and those that hold a file open,
     * of which there may be few among many of the others. */
    struct cache_queue {
        struct list order;
        size_t n;
    } in_memory, open;
};

/* 0 or -errno, of the root's open(2) as a rule; cache_fini is due in both cases. */
int cache_init(struct cache *c, const struct cache_limits *limits, const struct load_options *load);
void cache_fini(struct cache *c);

/* The entry for a path that http/path has read. With `coded` its `siblings` are up to date too. */
struct entry *cache_get(struct cache *c, struct sv path, bool coded, const struct clock *clock);

/* The same file in another coding; NULL where it is not there, or older than the original, or made of another state of
 * it, or without memory. */
struct entry *cache_get_sibling(struct cache *c, const struct entry *original, enum coding coding,
                                const struct clock *clock);

#endif
