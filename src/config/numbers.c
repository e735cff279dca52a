/* SPDX-License-Identifier: MIT */
/* Numbers, and what stands for one. Each is read twice, to be checked and to be kept: reading is cheap, and then no
 * number has to be carried from the one to the other. */

#include "config/numbers.h"

#include <stdio.h>

#include "config/value.h"
#include "text/units.h"

static const struct {
    struct sv word;
    bool value;
} bools[] = {
    {{"yes", 3}, true},    {{"no", 2}, false}, {{"true", 4}, true},
    {{"false", 5}, false}, {{"on", 2}, true},  {{"off", 3}, false},
};

static bool read_bool(const struct schema_key *k, struct sv text, bool *out, struct fault *f)
{
    for (size_t i = 0; i < sizeof bools / sizeof *bools; i++)
        if (sv_ieq(text, bools[i].word)) {
            *out = bools[i].value;
            return true;
        }
    return value_fault_takes(f, k, text, "");
}

static bool check_bool(const struct schema_key *k, struct sv text, struct fault *f)
{
    bool unused;

    return read_bool(k, text, &unused, f);
}

static int store_bool(const struct schema_key *k, void *member, struct sv text)
{
    struct fault unused;

    (void)read_bool(k, text, member, &unused);
    return 0;
}

static int print_bool(struct buf *b, const struct schema_key *k, const void *member)
{
    (void)k;
    return buf_add(b, *(const bool *)member ? SV("yes") : SV("no"));
}

const struct value_type type_BOOL = {
    .takes = "yes or no",
    .check = check_bool,
    .store = store_bool,
    .print = print_bool,
};

static enum units_kind kind_of(const struct schema_key *k)
{
    return k->type == &type_SIZE ? UNITS_SIZE : k->type == &type_DURATION ? UNITS_DURATION : UNITS_COUNT;
}

/* What the word of a key is kept as: a number that is no value of it. */
static uint64_t word_number(const struct schema_key *k)
{
    return k->least > 0 ? 0 : CONFIG_AUTO;
}

static bool read_units(const struct schema_key *k, struct sv text, uint64_t *out, struct fault *f)
{
    size_t unit_at;

    if (schema_word_index(k, text) == 0) {
        *out = word_number(k);
        return true;
    }
    switch (units_parse(kind_of(k), text, out, &unit_at)) {
    case UNITS_NO_NUMBER:
        return value_fault_takes(f, k, text, "not a number: ");
    case UNITS_BAD_UNIT:
        return fault_set(f, unit_at, text.len - unit_at, "unknown unit: %s", units_describe(kind_of(k)));
    case UNITS_OVERFLOW:
        return value_fault_takes(f, k, text, "out of range: ");
    case UNITS_OK:
        break;
    }
    if (*out >= k->least && *out <= k->most)
        return true;
    (void)value_fault_takes(f, k, text, "out of range: ");
    return *out == 0 && k->type == &type_DURATION ? fault_add(f, "; 0 does not switch it off") : false;
}

static bool check_units(const struct schema_key *k, struct sv text, struct fault *f)
{
    uint64_t unused;

    return read_units(k, text, &unused, f);
}

static int store_units(const struct schema_key *k, void *member, struct sv text)
{
    struct fault unused;

    (void)read_units(k, text, member, &unused);
    return 0;
}

static int print_units(struct buf *b, const struct schema_key *k, const void *member)
{
    uint64_t value = *(const uint64_t *)member;
    char number[UNITS_TEXT];

    if (k->words != NULL && value == word_number(k))
        return buf_add(b, schema_words(k));
    units_format(kind_of(k), value, number);
    return buf_add(b, sv_cstr(number));
}

/* "auto or 1..1024" */
static int describe_units(struct buf *b, const struct schema_key *k)
{
    char range[2 * UNITS_TEXT + 2 + 32];
    char least[UNITS_TEXT];
    char most[UNITS_TEXT];

    units_format(kind_of(k), k->least, least);
    units_format(kind_of(k), k->most, most);
    (void)snprintf(range, sizeof range, "%s..%s%s", least, most, k->unit != NULL ? k->unit : "");
    return value_describe_words(b, k, range);
}

#define UNITS_TYPE                                                                                                \
    {                                                                                                             \
        .takes = "", .check = check_units, .store = store_units, .print = print_units, .describe = describe_units \
    }

const struct value_type type_COUNT = UNITS_TYPE;
const struct value_type type_SIZE = UNITS_TYPE;
const struct value_type type_DURATION = UNITS_TYPE;
