/* SPDX-License-Identifier: MIT */
/* The rules of a site's `cache`. Much of this is about what people write instead: they know the field of HTTP, and other
 * servers' ways to set it. */

#include "config/cache_rule.h"

#include <assert.h>
#include <inttypes.h>

#include "base/utf8.h"
#include "config/schema.h"
#include "text/diagnose.h"
#include "text/nearest.h"
#include "text/units.h"

/* A rule while it is read. */
struct reader {
    struct sv text; /* trimmed */
    struct sv rest;
    struct cache_rule *rule;
    struct fault *fault;
};

static const struct sv directives[] = {{"no-cache", 8}, {"no-store", 8}};
static const struct sv immutable = {"immutable", 9};

static size_t offset_of(const struct reader *r, struct sv part)
{
    return (size_t)(part.p - r->text.p);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_directive(struct sv word)
{
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        if (sv_eq(word, directives[i]))
            return true;
    return false;
}

static bool begins_a_pattern(struct sv word)
{
    return word.p[0] == '/' || word.p[0] == '*';
}

static bool fault_pattern(struct reader *r, struct sv word)
{
    struct sv cut = diagnose_cut(word);
    bool no_path = sv_find(word, ':') < word.len || word.p[0] == '"' || word.p[0] == '\'';
    char guess = word.p[0] == '.' ? '*' : '/';

    if (is_digit(word.p[0]) || is_directive(word))
        return fault_set(r->fault, 0, word.len, "the pattern comes first: /assets/* 1h");
    if (no_path || cut.len < word.len)
        return fault_set(r->fault, 0, word.len, "a pattern begins with '/' or '*': /assets/*, or *.html");
    return fault_set(r->fault, 0, word.len, "a pattern begins with '/' or '*'; did you mean '%c%.*s'?", guess,
                     SV_ARG(word));
}

static bool read_pattern(struct reader *r)
{
    struct sv word;

    (void)schema_next_word(&r->rest, &word);
    size_t invalid = utf8_find_invalid(word);
    r->rule->pattern = word;
    if (invalid < word.len)
        return fault_set(r->fault, invalid, 1, "this is not UTF-8");
    return begins_a_pattern(word) || fault_pattern(r, word);
}

/* The unit that somebody means by "year" or "sec"; empty where that is not clear. */
static struct sv guess_unit(struct sv word)
{
    static const struct sv names[] = {{"seconds", 7}, {"minutes", 7}, {"hours", 5},
                                      {"days", 4},    {"weeks", 5},   {"years", 5}};

    word.len = sv_find(word, ',');
    for (size_t i = 0; word.len > 0 && i < sizeof names / sizeof *names; i++)
        if (word.len <= names[i].len && sv_ieq(sv_of(names[i].p, word.len), word))
            return sv_of(names[i].p, 1);
    return (struct sv){"", 0};
}

static bool fault_unit(struct reader *r, struct sv digits, struct sv unit)
{
    struct sv guess = guess_unit(unit);
    const char *takes = units_describe(UNITS_DURATION);
    size_t at = offset_of(r, unit);

    if (guess.len == 0 || digits.len > UNITS_TEXT)
        return fault_set(r->fault, at, unit.len, "unknown unit: %s", takes);
    return fault_set(r->fault, at, unit.len, "unknown unit: %s; did you mean '%.*s%.*s'?", takes, SV_ARG(digits),
                     SV_ARG(guess));
}

/* The word is a number, with its unit or without. */
static bool read_age(struct reader *r, struct sv word)
{
    size_t unit_at;
    uint64_t ms = 0;
    enum units_status status = units_parse(UNITS_DURATION, word, &ms, &unit_at);
    char whole[UNITS_TEXT];

    if (status == UNITS_BAD_UNIT)
        return fault_unit(r, sv_of(word.p, unit_at), sv_skip(word, unit_at));
    if (status != UNITS_OK || ms > UINT64_C(1000) * CACHE_AGE_MAX)
        return fault_set(r->fault, offset_of(r, word), word.len, "an age is at most 10y");
    r->rule->age = ms / 1000;
    if (ms % 1000 == 0)
        return true;
    units_format(UNITS_DURATION, ms - ms % 1000 + 1000, whole);
    return fault_set(r->fault, offset_of(r, word), word.len, "an age is in whole seconds; did you mean '%s'?", whole);
}

/* The word behind the pattern is neither a number nor a directive. */
static bool fault_directive(struct reader *r, struct sv word)
{
    static const struct sv max_age = {"max-age=", 8};
    struct sv pattern = diagnose_cut(r->rule->pattern);
    size_t at = offset_of(r, word);
    struct sv age = sv_starts(word, max_age) ? sv_skip(word, max_age.len) : sv_of(word.p, 0);
    struct nearest near;

    nearest_init(&near, word);
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        nearest_try(&near, directives[i]);
    nearest_try(&near, immutable);
    if (begins_a_pattern(word))
        return fault_set(r->fault, at, word.len, "one pattern a line, and behind it an age, no-cache or no-store");
    if (sv_eq(near.best, immutable))
        return fault_set(r->fault, at, word.len, "'immutable' follows an age: %.*s 1y immutable", SV_ARG(pattern));
    if (near.best.len > 0)
        return fault_set(r->fault, at, word.len, "an age, no-cache or no-store must follow; did you mean '%.*s'?",
                         SV_ARG(near.best));
    age.len = age.len > 0 && is_digit(age.p[0]) ? sv_find(age, ',') : 0;
    if (age.len > 0 && age.len <= UNITS_TEXT)
        return fault_set(r->fault, at, word.len, "an age is written alone: %.*s %.*ss", SV_ARG(pattern), SV_ARG(age));
    return fault_set(r->fault, at, word.len, "an age, no-cache or no-store must follow a pattern, which has no space");
}

/* Behind the age: "immutable", or what was meant to be its unit. */
static bool read_immutable(struct reader *r, struct sv age, struct sv word)
{
    struct sv guess = is_digit(age.p[age.len - 1]) ? guess_unit(word) : sv_of("", 0);
    size_t at = offset_of(r, word);
    struct nearest near;

    r->rule->immutable = sv_eq(word, immutable);
    if (r->rule->immutable)
        return true;
    nearest_init(&near, word);
    nearest_try(&near, immutable);
    if (guess.len > 0)
        return fault_set(r->fault, offset_of(r, age), at + word.len - offset_of(r, age),
                         "a number and its unit are one word; did you mean '%.*s%.*s'?", SV_ARG(age), SV_ARG(guess));
    if (near.best.len > 0)
        return fault_set(r->fault, at, word.len, "only 'immutable' may follow an age; did you mean 'immutable'?");
    return fault_set(r->fault, at, word.len, "only 'immutable' may follow an age, and there is one rule a line");
}

static bool read_end(struct reader *r, struct sv last)
{
    struct sv word = sv_trim(r->rest);

    if (word.len == 0)
        return true;
    return fault_set(r->fault, offset_of(r, word), word.len, "nothing may follow '%.*s', and there is one rule a line",
                     SV_ARG(last));
}

bool cache_rule_read(struct sv text, struct cache_rule *rule, struct fault *f)
{
    struct reader r = {.text = text, .rest = text, .rule = rule, .fault = f};
    struct sv age;
    struct sv word;

    assert(text.len > 0 && sv_trim(text).len == text.len);
    *rule = (struct cache_rule){.directive = {"", 0}};
    if (!read_pattern(&r))
        return false;
    if (!schema_next_word(&r.rest, &age))
        return fault_set(f, text.len, 0, "an age, no-cache or no-store must follow: %.*s 1h",
                         SV_ARG(diagnose_cut(rule->pattern)));
    if (is_directive(age)) {
        rule->directive = age;
        return read_end(&r, age);
    }
    if (!is_digit(age.p[0]))
        return fault_directive(&r, age);
    if (!read_age(&r, age))
        return false;
    return !schema_next_word(&r.rest, &word) || (read_immutable(&r, age, word) && read_end(&r, word));
}

int cache_rule_print(struct buf *b, const struct cache_rule *rule)
{
    if (rule->directive.len > 0)
        return buf_addf(b, "%.*s %.*s", SV_ARG(rule->pattern), SV_ARG(rule->directive));
    return buf_addf(b, "%.*s max-age=%" PRIu64 "%s", SV_ARG(rule->pattern), rule->age,
                    rule->immutable ? ", immutable" : "");
}
