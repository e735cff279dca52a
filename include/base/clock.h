/* SPDX-License-Identifier: MIT */
/* base/clock.h: what time it is, for one turn of a loop (header only).
 *
 * Read once a turn, through the vDSO and so without a system call; all that happens in the turn happens at that time.
 *
 * Ownership: none.
 * Threads:   one for each struct clock.
 * Errors:    none; the clocks named here always exist.
 * Units:     now_ms, turn_us in milliseconds and microseconds of CLOCK_MONOTONIC, wall in seconds since 1970.
 * Source:    clock_gettime(2), vdso(7).
 */
#ifndef BATON_BASE_CLOCK_H
#define BATON_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

struct clock {
    uint64_t now_ms;
    uint64_t turn_us;
    int64_t wall;
};

/* CLOCK_MONOTONIC in microseconds, now: exact, and dearer than a look at a struct clock. */
static inline uint64_t clock_now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static inline void clock_read(struct clock *c)
{
    struct timespec ts;

    c->turn_us = clock_now_us();
    c->now_ms = c->turn_us / 1000;
    clock_gettime(CLOCK_REALTIME_COARSE, &ts);
    c->wall = ts.tv_sec;
}

/* Its low 32 bits: differences of up to an hour. */
static inline uint32_t clock_us(void)
{
    return (uint32_t)clock_now_us();
}

/* From one of those to another; 0 where another thread read the second one first. */
static inline uint32_t clock_since(uint32_t from_us, uint32_t to_us)
{
    uint32_t us = to_us - from_us;

    return us <= INT32_MAX ? us : 0;
}

#endif
