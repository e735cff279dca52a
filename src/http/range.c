/* SPDX-License-Identifier: MIT */
/* Which part of a file a Range field asks for. Asked after the preconditions, for GET only. */

#include "http/range.h"

#include <stdbool.h>

/* Digits off the front of *s; a number too large for 64 bits counts as the largest. False where there is none. */
static bool take_number(struct sv *s, uint64_t *n)
{
    size_t i = 0;

    for (*n = 0; i < s->len && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
        uint64_t digit = (uint64_t)(s->p[i] - '0');
        *n = *n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *n * 10 + digit;
    }
    *s = sv_skip(*s, i);
    return i > 0;
}

/* "-500": the last bytes. */
static enum range_result read_suffix(struct sv spec, uint64_t size, struct range *range)
{
    uint64_t n;

    if (!take_number(&spec, &n) || spec.len > 0)
        return RANGE_NONE;
    if (n == 0)
        return RANGE_BEYOND;
    if (size == 0)
        return RANGE_NONE; /* satisfied by the whole of nothing */
    range->len = n < size ? n : size;
    range->first = size - range->len;
    return RANGE_ONE;
}

/* "0-499" and "500-". */
static enum range_result read_from(struct sv spec, uint64_t size, struct range *range)
{
    uint64_t first;
    uint64_t last = UINT64_MAX;

    if (!take_number(&spec, &first) || spec.len == 0 || spec.p[0] != '-')
        return RANGE_NONE;
    spec = sv_skip(spec, 1);
    if (spec.len > 0 && (!take_number(&spec, &last) || spec.len > 0 || last < first))
        return RANGE_NONE;
    if (first >= size)
        return RANGE_BEYOND;
    if (last >= size)
        last = size - 1;
    *range = (struct range){first, last - first + 1};
    return RANGE_ONE;
}

enum range_result range_read(struct sv field, uint64_t size, struct range *range)
{
    size_t equals = sv_find(field, '=');

    if (equals == field.len || !sv_ieq(sv_of(field.p, equals), SV("bytes")))
        return RANGE_NONE;
    struct sv spec = sv_skip(field, equals + 1);
    if (spec.len == 0)
        return RANGE_NONE;
    return spec.p[0] == '-' ? read_suffix(sv_skip(spec, 1), size, range) : read_from(spec, size, range);
}
