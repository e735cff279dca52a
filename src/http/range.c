/* SPDX-License-Identifier: MIT */
/* Which parts of a file a Range field asks for. Asked after the preconditions, for GET only. What a client can make us
 * do is bounded twice: by the members of its list that we look at, and by the bytes that are left once they are merged. */

#include "http/range.h"

#include <stdbool.h>

#include "base/decimal.h"
#include "http/elements.h"

/* Empty elements are a sender's slip; a list of more elements than this, empty ones counted, is none (RFC 9110
 * 5.6.1.2). */
enum { ELEMENTS_MAX = 2 * RANGES_MAX };

/* Digits off the front of *s; a number too large for 64 bits counts as the largest. False where there is none. */
static bool take_number(struct sv *s, uint64_t *n)
{
    struct decimal d = decimal_read(*s);

    *n = d.value;
    *s = sv_skip(*s, d.len);
    return d.len > 0;
}

/* "-500": the last bytes. */
static enum range_result read_suffix(struct sv spec, uint64_t size, struct range *range)
{
    uint64_t n;

    if (!take_number(&spec, &n) || spec.len > 0)
        return RANGE_NONE;
    if (n == 0)
        return RANGE_BEYOND;
    range->len = n < size ? n : size;
    range->first = size - range->len;
    return RANGE_PARTS;
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
    return RANGE_PARTS;
}

static bool overlap(const struct range *a, const struct range *b)
{
    return a->first < b->first + b->len && b->first < a->first + a->len;
}

static struct range join(const struct range *a, const struct range *b)
{
    uint64_t first = a->first < b->first ? a->first : b->first;
    uint64_t a_end = a->first + a->len;
    uint64_t b_end = b->first + b->len;

    return (struct range){first, (a_end > b_end ? a_end : b_end) - first};
}

/* The parts so far are disjoint, so those that `new` overlaps are all that it joins, however far it grows by them. They
 * become one, which stands where the first of them stood. */
static void join_range(struct ranges *ranges, struct range new)
{
    uint32_t place = RANGES_MAX;
    uint32_t n = 0;

    for (uint32_t i = 0; i < ranges->n; i++) {
        const struct range *part = &ranges->part[i];
        if (!overlap(part, &new)) {
            ranges->part[n++] = *part;
            continue;
        }
        new = join(part, &new);
        if (place == RANGES_MAX)
            place = n++;
    }
    if (place == RANGES_MAX)
        place = n++;
    ranges->part[place] = new;
    ranges->n = n;
}

/* `end` is where the last of those so far ends: most lists go on behind it. */
static void add_range(struct ranges *ranges, struct range new, uint64_t *end)
{
    if (new.first >= *end)
        ranges->part[ranges->n++] = new;
    else
        join_range(ranges, new);
    if (new.first + new.len > *end)
        *end = new.first + new.len;
}

static enum range_result read_list(struct sv list, uint64_t size, uint32_t most, struct ranges *ranges)
{
    uint32_t listed = 0;
    uint64_t end = 0;

    ranges->n = 0;
    for (uint32_t elements = 0; list.len > 0; elements++) {
        if (elements == ELEMENTS_MAX)
            return RANGE_NONE;
        struct range range = {0};
        struct sv spec = element_take(&list);
        if (spec.len == 0)
            continue;
        if (listed++ == most)
            return RANGE_NONE;
        enum range_result result =
            spec.p[0] == '-' ? read_suffix(sv_skip(spec, 1), size, &range) : read_from(spec, size, &range);
        if (result == RANGE_NONE)
            return RANGE_NONE;
        if (result == RANGE_PARTS)
            add_range(ranges, range, &end);
    }
    if (listed == 0)
        return RANGE_NONE;
    return ranges->n > 0 ? RANGE_PARTS : RANGE_BEYOND;
}

enum range_result range_read(struct sv field, uint64_t size, uint32_t most, struct ranges *ranges)
{
    size_t equals = sv_find(field, '=');

    if (size == 0 || equals == field.len || !sv_ieq(sv_of(field.p, equals), SV("bytes")))
        return RANGE_NONE;
    struct sv list = sv_skip(field, equals + 1);
    return read_list(list, size, most < RANGES_MAX ? most : RANGES_MAX, ranges);
}
