/* SPDX-License-Identifier: MIT */
/* In which content coding a client wants a file. Asked after the cache knows that there is a choice, before the file that
 * answers is known. */

#include "http/negotiate.h"

#include "base/decimal.h"
#include "http/elements.h"

enum { QUALITY_MAX = 1000, NOT_SAID = UINT16_MAX };

const struct coding_name coding_names[CODING_COUNT] = {
#define CODING(id, token, suffix, x_name) [CODING_##id] = {{token, sizeof(token) - 1}, {suffix, sizeof(suffix) - 1}},
#include "http/coding.def"
#undef CODING
};

static const struct sv x_names[CODING_COUNT] = {
#define CODING(id, token, suffix, x_name) [CODING_##id] = {x_name, sizeof(x_name) - 1},
#include "http/coding.def"
#undef CODING
};

enum coding coding_of_suffix(struct sv suffix)
{
    enum coding c = 0;

    while (c < CODING_COUNT && !sv_eq(suffix, coding_names[c].suffix))
        c++;
    return c < CODING_COUNT ? c : CODING_NONE;
}

/* "0.5", "1.000": at most three digits behind the point, and no more than 1. */
static bool read_weight(struct sv s, uint16_t *quality)
{
    uint32_t q = 0;

    if (s.len == 0 || s.len > 5 || (s.p[0] != '0' && s.p[0] != '1') || (s.len > 1 && s.p[1] != '.'))
        return false;
    q = (uint32_t)(s.p[0] - '0') * QUALITY_MAX;
    for (size_t i = 2, unit = 100; i < s.len; i++, unit /= 10) {
        if (!decimal_is_digit(s.p[i]))
            return false;
        q += (uint32_t)(s.p[i] - '0') * (uint32_t)unit;
    }
    *quality = (uint16_t)q;
    return q <= QUALITY_MAX;
}

/* "gzip", "gzip;q=0.5": false where it is malformed, or says more than that. */
static bool read_element(struct sv element, struct sv *coding, uint16_t *quality)
{
    size_t semicolon = sv_find(element, ';');

    *coding = sv_trim(sv_of(element.p, semicolon));
    *quality = QUALITY_MAX;
    if (semicolon == element.len)
        return true;
    struct sv weight = sv_trim(sv_skip(element, semicolon + 1));
    return weight.len > 2 && (weight.p[0] | 0x20) == 'q' && weight.p[1] == '=' &&
           read_weight(sv_skip(weight, 2), quality);
}

static enum coding find(struct sv name)
{
    enum coding c = 0;

    while (c < CODING_COUNT && !sv_ieq(name, coding_names[c].token) &&
           (x_names[c].len == 0 || !sv_ieq(name, x_names[c])))
        c++;
    if (c < CODING_COUNT)
        return c;
    return sv_ieq(name, SV("identity")) ? CODING_IDENTITY : CODING_NONE;
}

/* What is said twice counts at its lower quality. */
static void lower(uint16_t *said, uint16_t quality)
{
    if (quality < *said)
        *said = quality;
}

void negotiate_read(struct acceptable *a, const struct request *rq)
{
    uint16_t others = NOT_SAID;
    uint32_t at = 0;

    for (int c = 0; c <= CODING_COUNT; c++)
        a->quality[c] = NOT_SAID;
    for (struct sv line; (line = request_next(rq, FIELD_ACCEPT_ENCODING, &at)).p != NULL;) {
        for (struct sv element; element_next(&line, &element);) {
            struct sv name;
            uint16_t quality;
            if (!read_element(element, &name, &quality))
                continue;
            enum coding c = find(name);
            if (c != CODING_NONE)
                lower(&a->quality[c], quality);
            else if (sv_eq(name, SV("*")))
                lower(&others, quality);
        }
    }
    for (int c = 0; c <= CODING_COUNT; c++)
        if (a->quality[c] == NOT_SAID)
            a->quality[c] = others != NOT_SAID ? others : c == CODING_IDENTITY ? 1 : 0;
}

enum coding negotiate_choose(const struct acceptable *a, uint32_t available, const uint8_t *order, size_t n)
{
    enum coding best = CODING_NONE;
    uint16_t quality = 0;

    for (size_t i = 0; i <= n; i++) {
        enum coding c = i < n ? (enum coding)order[i] : CODING_IDENTITY;
        if ((available >> c & 1) != 0 && a->quality[c] > quality) {
            best = c;
            quality = a->quality[c];
        }
    }
    return best;
}
