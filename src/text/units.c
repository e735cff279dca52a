/* SPDX-License-Identifier: MIT */
/* Durations and sizes of the configuration, as people write them. */

#include "text/units.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/decimal.h"

struct unit {
    const char *name;
    uint64_t factor;
};

enum { KINDS = 3, UNITS_MAX = 8 };

/* Largest first: that order is what units_format picks by. */
static const struct unit units[KINDS][UNITS_MAX] = {
    [UNITS_SIZE] = {{"g", 1 << 30}, {"m", 1 << 20}, {"k", 1 << 10}},
    [UNITS_DURATION] =
        {{"y", 31536000000}, {"w", 604800000}, {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}},
};

static const uint64_t bare[KINDS] = {[UNITS_COUNT] = 1, [UNITS_SIZE] = 1, [UNITS_DURATION] = 1000};

static uint64_t factor_of(enum units_kind kind, struct sv name)
{
    if (name.len == 0)
        return bare[kind];
    for (const struct unit *u = units[kind]; u->name != NULL; u++)
        if (kind == UNITS_SIZE ? sv_ieq(name, sv_cstr(u->name)) : sv_eq(name, sv_cstr(u->name)))
            return u->factor;
    return 0;
}

enum units_status units_parse(enum units_kind kind, struct sv text, uint64_t *out, size_t *unit_at)
{
    struct decimal d = decimal_read(text);
    uint64_t value;

    *unit_at = d.len;
    if (d.len == 0)
        return UNITS_NO_NUMBER;

    uint64_t factor = factor_of(kind, sv_skip(text, d.len));
    if (factor == 0)
        return UNITS_BAD_UNIT;
    if (d.is_beyond || __builtin_mul_overflow(d.value, factor, &value))
        return UNITS_OVERFLOW;
    *out = value;
    return UNITS_OK;
}

const char *units_describe(enum units_kind kind)
{
    static const char *const texts[KINDS] = {
        [UNITS_COUNT] = "this is a plain number",
        [UNITS_SIZE] = "sizes end in k, m or g",
        [UNITS_DURATION] = "durations end in ms, s, m, h, d, w or y",
    };

    return texts[kind];
}

struct sv units_guess(struct sv word)
{
    static const struct sv names[] = {{"seconds", 7}, {"minutes", 7}, {"hours", 5},
                                      {"days", 4},    {"weeks", 5},   {"years", 5}};

    for (size_t i = 0; word.len > 0 && i < sizeof names / sizeof *names; i++)
        if (word.len <= names[i].len && sv_ieq(sv_of(names[i].p, word.len), word))
            return sv_of(names[i].p, 1);
    return (struct sv){"", 0};
}

void units_format(enum units_kind kind, uint64_t value, char out[static UNITS_TEXT])
{
    const struct unit *u = units[kind];

    while (u->name != NULL && (value == 0 || value % u->factor != 0))
        u++;
    if (u->name != NULL)
        (void)snprintf(out, UNITS_TEXT, "%" PRIu64 "%s", value / u->factor, u->name);
    else
        (void)snprintf(out, UNITS_TEXT, "%" PRIu64 "%s", value, kind == UNITS_DURATION ? "s" : "");
}
