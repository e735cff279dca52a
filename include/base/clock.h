/* SPDX-License-Identifier: MIT */
/* base/clock.h: what time it is, for one turn of a loop (header only).
 *
 * Read once a turn, from the coarse clocks, which the vDSO answers without a system call; all that happens in the turn
 * happens at that time.
 *
 * Ownership: none.
 * Threads:   one for each struct clock.
 * Errors:    none; the clocks named here always exist.
 * Units:     now_ms in milliseconds of CLOCK_MONOTONIC, wall in seconds since 1970.
 * Source:    clock_gettime(2), vdso(7).
 */
#ifndef BATON_BASE_CLOCK_H
#define BATON_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

struct clock {
    uint64_t now_ms;
    int64_t wall;
};

static inline void clock_read(struct clock *c)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
    c->now_ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
    clock_gettime(CLOCK_REALTIME_COARSE, &ts);
    c->wall = ts.tv_sec;
}

/* CLOCK_MONOTONIC in microseconds, its low 32 bits: differences of up to an hour. Exact, and dearer than clock_read. */
static inline uint32_t clock_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint32_t)((uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000);
}

#endif
