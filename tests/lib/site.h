/* SPDX-License-Identifier: MIT */
/* site.h: a site below the scratch directory, and a cache over it, with a clock that the test turns (header only).
 *
 * Ownership: site_begin and site_end belong together; entries are the caller's to put.
 * Threads:   the test's own.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_SITE_H
#define BATON_TESTS_SITE_H

#include <inttypes.h>
#include <time.h>

#include "files/cache.h"

#include "scratch.h"

enum { BODY_MAX = 1000, TTL_MS = 1000 };

static char *site_index[] = {"index.html", "index.htm", "other.txt"};
static struct config_site site; /* what tests set, before or after site_begin: see site_compile */
static struct site site_compiled;
static struct tree tree;
static struct cache cache;
static struct clock site_clock;
static struct counters site_counters;

/* The files of the test are old, as far as this clock knows: their stamps tell every change. */
static inline void site_defaults(void)
{
    site = (struct config_site){.name = NULL, .root = (char *)(uintptr_t) "www", .index = {site_index, 3}};
    site_clock = (struct clock){.now_ms = 1000000, .wall = time(NULL) + 1000};
}

/* Of what may be tested beside memory and descriptors. */
static struct seats *site_seats;
static struct root_swaps *site_swaps;

/* The keys were changed. */
static inline void site_compile(void)
{
    site_fini(&site_compiled);
    assert_int_equal(site_init(&site_compiled, &site, 0), 0);
}

static inline void site_begin(uint64_t memory, uint32_t fds, uint64_t ttl_ms)
{
    struct cache_limits limits = {
        .stock = {.memory = memory, .fds = fds, .seats = site_seats, .counters = &site_counters},
        .ttl_ms = ttl_ms,
    };
    struct load_options load = {.body_max = BODY_MAX};

    site_compile();
    assert_int_equal(tree_init(&tree, &site_compiled, site_swaps), 0);
    assert_int_equal(cache_init(&cache, &limits, &load, &tree, 1), 0);
}

static inline size_t site_entries(void)
{
    return cache.stock.n;
}

static inline void site_end(void)
{
    cache_fini(&cache);
    tree_fini(&tree);
    site_fini(&site_compiled);
    assert_int_equal(site_entries(), 0);
    assert_int_equal(cache.stock.account.memory, 0);
    assert_int_equal(cache.stock.queue[STOCK_OPEN].n, 0);
}

static inline struct entry *site_get(const char *path)
{
    struct entry *e;

    (void)cache_get(&cache, &tree, sv_cstr(path), false, &site_clock, &e);
    assert_non_null(e);
    expect(sv_eq(e->path, sv_cstr(path)), "%s: the path of the entry is %.*s", path, SV_ARG(e->path));
    return e;
}

/* The entry that is kept for a path, borrowed; NULL where there is none. */
static inline struct entry *site_kept(const char *path)
{
    return stock_find(&cache.stock, cache_hash(&cache, &tree, sv_cstr(path), CODING_IDENTITY), &tree, sv_cstr(path),
                      CODING_IDENTITY);
}

static inline int site_status(const char *path)
{
    struct entry *e = site_get(path);
    int status = e->status;

    ref_put(&e->ref);
    return status;
}

/* The body, from memory or through the descriptor: at most 63 bytes, until the next call; "" where there is no file. */
static inline const char *site_text(const char *path)
{
    static char text[64];
    struct entry *e = site_get(path);
    size_t len = e->size < sizeof text - 1 ? e->size : sizeof text - 1;

    memset(text, 0, sizeof text);
    if (e->fd >= 0)
        assert_int_equal(pread(e->fd, text, len, 0), len);
    else if (e->status == 200)
        memcpy(text, e->body.p, len);
    ref_put(&e->ref);
    return text;
}

static inline void site_later(uint64_t ms)
{
    site_clock.now_ms += ms;
}

#endif
