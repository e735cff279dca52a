/* SPDX-License-Identifier: MIT */
/* read_range.h: a Range field, read where one byte too far is a crash (header only).
 *
 * Ownership: the guard stays the caller's; nothing that is returned points into it.
 * Threads:   one at a time for each guard.
 * Errors:    a field that does not fit into the guard fails the test.
 */
#ifndef BATON_TESTS_READ_RANGE_H
#define BATON_TESTS_READ_RANGE_H

#include "expect.h"
#include "guard.h"
#include "http/range.h"

/* As many ranges as a server may allow; few, so that lists of more are short. */
enum { MOST = 16 };

/* Nothing of *ranges is zero to begin with: what range_read does not set, a test shall see. */
static inline enum range_result read_range(struct guard *g, const char *field, uint64_t size, uint32_t most,
                                           struct ranges *ranges)
{
    size_t len = strlen(field);

    memset(ranges, 0xa5, sizeof *ranges);
    return range_read(sv_of(guard_put(g, field, len), len), size, most, ranges);
}

#endif
