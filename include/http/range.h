/* SPDX-License-Identifier: MIT */
/* http/range.h: which part of a file a Range field asks for.
 *
 * Ownership: none.
 * Threads:   any; no state.
 * Errors:    what is malformed, of another unit, or asks for several parts is RANGE_NONE: the whole file is sent.
 * Units:     bytes.
 * Source:    RFC 9110 14.1 and 14.2.
 */
#ifndef BATON_HTTP_RANGE_H
#define BATON_HTTP_RANGE_H

#include <stdint.h>

#include "base/sv.h"

enum { RANGES_MAX = 64 };

enum range_result { RANGE_NONE, RANGE_ONE, RANGE_BEYOND };

struct range {
    uint64_t first;
    uint64_t len; /* > 0 */
};

/* RANGE_ONE fills *range; RANGE_BEYOND means 416. */
enum range_result range_read(struct sv field, uint64_t size, struct range *range);

#endif
