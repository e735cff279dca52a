/* SPDX-License-Identifier: MIT */
/* base/counters.h: what one worker counts.
 *
 * A row of numbers that only their worker changes, in cache lines that hold nothing else: to count is to load, add and
 * store. What belongs together is a family, a row of base/counters.def, whose first number is COUNTER_id.
 *
 * A histogram has four buckets for each power of two, so a quantile is right within an eighth or so.
 *
 * Ownership: whoever embeds it; readers must be gone before its memory is.
 * Threads:   add, set, time: the owner. get: any; a figure may be younger than the one next to it.
 * Errors:    none. A counter of 64 bits does not overflow.
 * Units:     microseconds, bytes.
 */
#ifndef BATON_BASE_COUNTERS_H
#define BATON_BASE_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

/* What the numbers of a family stand for, as far as it is known down here. REASONS and STATES leave room for the tables
 * of higher layers. */
enum { COUNT_GET, COUNT_HEAD, COUNT_OPTIONS, COUNT_OTHER, COUNT_METHODS };
enum { COUNT_HIT, COUNT_REVALIDATED, COUNT_MISS, COUNT_LOOKUPS };
enum { COUNT_CLASSES = 4, COUNT_REASONS = 24, COUNT_STATES = 8 };

/* Every number of 32 bits has a bucket; behind them stands the sum. */
enum { HISTOGRAM_BUCKETS = 124, HISTOGRAM_SUM = HISTOGRAM_BUCKETS, HISTOGRAM_SLOTS };

enum counter {
#define FAMILY(id, kind, slots, name, help) COUNTER_##id, COUNTER_##id##_LAST = COUNTER_##id + (slots)-1,
#include "base/counters.def"
#undef FAMILY
    COUNTERS
};

enum { COUNTERS_LINE = 64 };

struct counters {
    _Alignas(COUNTERS_LINE) _Atomic uint64_t of[COUNTERS];
};

static inline uint64_t counters_get(const struct counters *c, unsigned which)
{
    return atomic_load_explicit(&c->of[which], memory_order_relaxed);
}

static inline void counters_set(struct counters *c, unsigned which, uint64_t value)
{
    atomic_store_explicit(&c->of[which], value, memory_order_relaxed);
}

/* A gauge shrinks by what is added modulo 2^64. */
static inline void counters_add(struct counters *c, unsigned which, uint64_t n)
{
    counters_set(c, which, counters_get(c, which) + n);
}

static inline unsigned histogram_bucket(uint32_t us)
{
    if (us < 4)
        return us;
    unsigned octave = 31 - (unsigned)__builtin_clz(us);
    return (octave - 1) * 4 + (us >> (octave - 2) & 3);
}

/* `n` things took `us` each; `which` is the first number of the histogram. The last bucket takes all above an hour. */
static inline void counters_time(struct counters *c, unsigned which, uint64_t us, uint32_t n)
{
    counters_add(c, which + histogram_bucket(us < UINT32_MAX ? (uint32_t)us : UINT32_MAX), n);
    counters_add(c, which + HISTOGRAM_SUM, us * n);
}

/* The least that falls into a bucket; for HISTOGRAM_BUCKETS the end of the last one. */
uint64_t histogram_floor(unsigned bucket);

uint64_t histogram_count(const uint64_t buckets[HISTOGRAM_BUCKETS]);

/* What `per_mille` of all were below, or at; 0 where there were none. Values are taken to lie evenly in a bucket. */
uint64_t histogram_quantile(const uint64_t buckets[HISTOGRAM_BUCKETS], unsigned per_mille);

#endif
