/* SPDX-License-Identifier: MIT */
/* Range: the parts are disjoint, in the file, and cover just what a second, simpler reading says was asked for. The
 * input: "SIZE MOST " and the value of the field. */

#include "fuzz.h"
#include "http/range.h"

enum { SPECS_MAX = 2 * RANGES_MAX };

struct spec {
    uint64_t first, last; /* as they lie in the file */
};

struct asked {
    size_t listed; /* elements that are not empty */
    size_t n;      /* of those, such as lie in the file */
    struct spec spec[SPECS_MAX];
};

/* A number of digits only; larger ones than 64 bits hold count as the largest. */
static bool whole_number(struct sv s, uint64_t *n)
{
    *n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(*n, 10, n) || __builtin_add_overflow(*n, (uint64_t)(s.p[i] - '0'), n)) {
            *n = UINT64_MAX;
            while (++i < s.len)
                if (s.p[i] < '0' || s.p[i] > '9')
                    return false;
        }
    }
    return s.len > 0;
}

/* One element, by the grammar of RFC 9110 14.1.1. */
static bool take_spec(struct asked *a, struct sv spec, uint64_t size)
{
    size_t dash = sv_find(spec, '-');
    uint64_t first;
    uint64_t last = UINT64_MAX;

    if (dash == spec.len)
        return false;
    struct sv behind = sv_skip(spec, dash + 1);
    bool suffix = dash == 0;
    if (!suffix && !whole_number(sv_of(spec.p, dash), &first))
        return false;
    if ((suffix || behind.len > 0) && !whole_number(behind, &last))
        return false;
    if (suffix) {
        first = last < size ? size - last : 0;
        if (last == 0)
            first = UINT64_MAX;
        last = UINT64_MAX;
    } else if (last < first) {
        return false;
    }
    if (first < size)
        a->spec[a->n++] = (struct spec){first, last < size ? last : size - 1};
    return true;
}

/* False where the field is malformed. */
static bool reference_read(struct asked *a, struct sv field, uint64_t size)
{
    struct sv unit = fuzz_until(&field, '=');

    *a = (struct asked){0};
    if (!sv_ieq(unit, SV("bytes")))
        return false;
    while (field.len > 0) {
        struct sv spec = sv_trim(fuzz_until(&field, ','));
        if (spec.len == 0)
            continue;
        if (a->listed++ == SPECS_MAX || !take_spec(a, spec, size))
            return false;
    }
    return a->listed > 0;
}

static bool covered(const struct ranges *r, uint64_t at)
{
    for (uint32_t i = 0; i < r->n; i++)
        if (at >= r->part[i].first && at - r->part[i].first < r->part[i].len)
            return true;
    return false;
}

static bool asked_for(const struct asked *a, uint64_t at)
{
    for (size_t i = 0; i < a->n; i++)
        if (at >= a->spec[i].first && at <= a->spec[i].last)
            return true;
    return false;
}

static void check_parts(const struct ranges *r, uint64_t size, uint32_t most)
{
    uint64_t sum = 0;

    check(r->n >= 1 && r->n <= most && r->n <= RANGES_MAX, "%u parts of %u", r->n, most);
    for (uint32_t i = 0; i < r->n; i++) {
        const struct range *p = &r->part[i];
        check(p->len > 0 && p->first < size && p->len <= size - p->first, "part %u leaves the file", i);
        check(!__builtin_add_overflow(sum, p->len, &sum) && sum <= size, "the parts are longer than the file");
        for (uint32_t k = 0; k < i; k++)
            check(p->first >= r->part[k].first + r->part[k].len || r->part[k].first >= p->first + p->len,
                  "parts %u and %u overlap", k, i);
    }
}

/* Two sets of ranges are equal if they agree at each edge of one of them, and next to it. */
static void check_cover(const struct ranges *r, const struct asked *a)
{
    for (uint32_t i = 0; i < r->n; i++) {
        uint64_t first = r->part[i].first;
        uint64_t last = first + r->part[i].len - 1;
        check(asked_for(a, first) && asked_for(a, last), "part %u was not asked for", i);
        check(first == 0 || covered(r, first - 1) || !asked_for(a, first - 1), "part %u begins late", i);
        check(covered(r, last + 1) || !asked_for(a, last + 1), "part %u ends early", i);
    }
    for (size_t i = 0; i < a->n; i++) {
        check(covered(r, a->spec[i].first) && covered(r, a->spec[i].last), "range %zu is missing", i);
        check(a->spec[i].first == 0 || asked_for(a, a->spec[i].first - 1) || !covered(r, a->spec[i].first - 1),
              "more than range %zu", i);
        check(asked_for(a, a->spec[i].last + 1) || !covered(r, a->spec[i].last + 1), "more than range %zu", i);
    }
}

/* The part of the first range that lies in the file comes first, unless a later one joined it. */
static void check_order(const struct ranges *r, const struct asked *a)
{
    check(a->spec[0].first >= r->part[0].first && a->spec[0].first - r->part[0].first < r->part[0].len,
          "the first part is not the first that was asked for");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct ranges ranges;
    static struct asked asked;
    struct sv in = fuzz_input(data, len);
    uint64_t size = fuzz_number(&in) % INT64_MAX;
    uint32_t most = (uint32_t)(fuzz_number(&in) % (RANGES_MAX + 1));
    struct sv field = sv_of(fuzz_copy(in), in.len);
    bool sound = reference_read(&asked, field, size);

    memset(&ranges, 0xa5, sizeof ranges);
    enum range_result result = range_read(field, size, most, &ranges);
    if (result == RANGE_PARTS)
        check_parts(&ranges, size, most);
    check(sound || result == RANGE_NONE, "a malformed field is taken: %d", result);
    if (!sound || asked.listed > most) {
        check(result == RANGE_NONE, "%zu ranges of %u are taken", asked.listed, most);
    } else if (size == 0) {
        check(result == RANGE_NONE, "an empty file has no parts, and none beyond its end: %d", result);
    } else if (result == RANGE_BEYOND) {
        check(asked.n == 0, "%zu ranges do lie in the file", asked.n);
    } else if (result == RANGE_PARTS) {
        check(asked.n > 0, "none of the ranges lies in the file");
        check_cover(&ranges, &asked);
        check_order(&ranges, &asked);
    }
    fuzz_free(field.p);
    return 0;
}
