/* SPDX-License-Identifier: MIT */
/* http/range.h: which parts of a file a Range field asks for.
 *
 * Ranges that overlap become one; what is left is disjoint, so that all parts together are never longer than the file,
 * and stands in the order in which the client asked, each part where the first of its ranges stood.
 *
 * Ownership: none.
 * Threads:   any; no state.
 * Errors:    what is malformed in any member, of another unit, or more than is allowed is RANGE_NONE: the whole file is
 *            sent. Ranges of an empty file are RANGE_NONE too: 206 cannot say "all of nothing", and a proxy that asks for a
 *            file in slices would hand a 416 to clients that sent no Range.
 * Cost:      a look at each byte of at most 2 * RANGES_MAX list elements. Ranges in the order of the file, which do not
 *            overlap, are compared once each; others with each that stands before them.
 * Units:     bytes.
 * Source:    RFC 9110 14.1, 14.2 and 15.3.7.2.
 */
#ifndef BATON_HTTP_RANGE_H
#define BATON_HTTP_RANGE_H

#include <stdint.h>

#include "base/sv.h"

enum { RANGES_MAX = 1024 };

enum range_result { RANGE_NONE, RANGE_PARTS, RANGE_BEYOND };

struct range {
    uint64_t first;
    uint64_t len; /* > 0 */
};

struct ranges {
    uint32_t n; /* 1 to RANGES_MAX */
    struct range part[RANGES_MAX];
};

/* RANGE_PARTS fills *ranges; RANGE_BEYOND means 416: none of the ranges lies in the file. More than `most` ranges, or
 * than RANGES_MAX, counted as they are listed, are RANGE_NONE. */
enum range_result range_read(struct sv field, uint64_t size, uint32_t most, struct ranges *ranges);

#endif
