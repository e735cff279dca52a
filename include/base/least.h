/* SPDX-License-Identifier: MIT */
/* base/least.h: the smaller of two numbers (header only).
 *
 * Ownership: none.
 * Threads:   any.
 * Errors:    none.
 */
#ifndef BATON_BASE_LEAST_H
#define BATON_BASE_LEAST_H

#include <stdint.h>

static inline uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

#endif
