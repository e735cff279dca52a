/* SPDX-License-Identifier: MIT */
/* The rules of a site's `cache`. Much of this is about what people write instead: they know the field of HTTP, and other
 * servers' ways to set it. */

#include "config/cache_rule.h"

#include <assert.h>
#include <inttypes.h>

#include "base/decimal.h"
#include "base/utf8.h"
#include "config/draft.h"
#include "config/rule_pattern.h"
#include "config/store.h"
#include "http/pattern.h"
#include "text/nearest.h"
#include "text/units.h"

enum { CACHE_AGE_MAX = 10 * 31536000 }; /* seconds */

struct cache_rule {
    struct sv pattern;
    struct sv directive; /* no-cache or no-store; its length is 0 where there is an age */
    uint64_t age;        /* in seconds */
    bool immutable;
};

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

static bool is_directive(struct sv word)
{
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        if (sv_eq(word, directives[i]))
            return true;
    return false;
}

static bool read_pattern(struct reader *r)
{
    struct sv rest = r->rest;
    struct sv word;

    (void)sv_next_word(&rest, &word);
    if (is_directive(word) || (decimal_is_digit(word.p[0]) && utf8_find_invalid(word) == word.len))
        return fault_set(r->fault, 0, word.len, "the pattern comes first: /assets/* 1h");
    return rule_pattern_read(&r->rest, &r->rule->pattern, r->fault);
}

static bool fault_unit(struct reader *r, struct sv digits, struct sv unit)
{
    struct sv guess = units_guess(sv_of(unit.p, sv_find(unit, ',')));
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
    if (rule_pattern_begins(word))
        return fault_set(r->fault, at, word.len, "one pattern a line, and behind it an age, no-cache or no-store");
    if (sv_eq(near.best, immutable))
        return fault_set(r->fault, at, word.len, "'immutable' follows an age: %.*s 1y immutable", SV_ARG(pattern));
    if (near.best.len > 0)
        return fault_set(r->fault, at, word.len, "an age, no-cache or no-store must follow; did you mean '%.*s'?",
                         SV_ARG(near.best));
    age.len = age.len > 0 && decimal_is_digit(age.p[0]) ? sv_find(age, ',') : 0;
    if (age.len > 0 && age.len <= UNITS_TEXT)
        return fault_set(r->fault, at, word.len, "an age is written alone: %.*s %.*ss", SV_ARG(pattern), SV_ARG(age));
    return fault_set(r->fault, at, word.len, "an age, no-cache or no-store must follow a pattern, which has no space");
}

/* Behind the age: "immutable", or what was meant to be its unit. */
static bool read_immutable(struct reader *r, struct sv age, struct sv word)
{
    struct sv guess = units_guess(sv_of(word.p, decimal_is_digit(age.p[age.len - 1]) ? sv_find(word, ',') : 0));
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

static bool read_cache_rule(struct sv text, struct cache_rule *rule, struct fault *f)
{
    struct reader r = {.text = text, .rest = text, .rule = rule, .fault = f};
    struct sv age;
    struct sv word;

    assert(text.len > 0 && sv_trim(text).len == text.len);
    *rule = (struct cache_rule){.directive = {"", 0}};
    if (!read_pattern(&r))
        return false;
    if (!sv_next_word(&r.rest, &age))
        return fault_set(f, text.len, 0, "an age, no-cache or no-store must follow: %.*s 1h",
                         SV_ARG(diagnose_cut(rule->pattern)));
    if (is_directive(age)) {
        rule->directive = age;
        return read_end(&r, age);
    }
    if (!decimal_is_digit(age.p[0]))
        return fault_directive(&r, age);
    if (!read_age(&r, age))
        return false;
    return !sv_next_word(&r.rest, &word) || (read_immutable(&r, age, word) && read_end(&r, word));
}

static bool check_cache_rule(const struct schema_key *k, struct sv text, struct fault *f)
{
    struct cache_rule unused;

    (void)k;
    return read_cache_rule(text, &unused, f);
}

/* As "PATTERN VALUE", with one space: VALUE is that of the field Cache-Control. */
static int store_cache_rule(const struct schema_key *k, void *member, struct sv text)
{
    struct cache_rule rule;
    struct fault unused;
    struct buf row = {0};
    int err;

    (void)read_cache_rule(text, &rule, &unused);
    if (rule.directive.len > 0)
        err = buf_addf(&row, "%.*s %.*s", SV_ARG(rule.pattern), SV_ARG(rule.directive));
    else
        err = buf_addf(&row, "%.*s max-age=%" PRIu64 "%s", SV_ARG(rule.pattern), rule.age,
                       rule.immutable ? ", immutable" : "");
    return store_made(k, member, &row, err);
}

/* The pattern of a rule; empty where the rule is wrong. */
static struct sv pattern_of(const struct setting *one)
{
    struct sv rest = one->value.text;
    struct sv pattern = {"", 0};

    if (!one->faulty)
        (void)sv_next_word(&rest, &pattern);
    return pattern;
}

/* A rule is never used where one before it has its pattern, or one that matches all that its own does: to '*', the '*'
 * of another is a byte like any. The first is a slip; the second does no harm. */
static void check_rule_is_used(struct agreement *a, const struct setting *first, const struct setting *one)
{
    struct sv later = pattern_of(one);
    struct place at = ini_place(&one->value, 0, later.len);
    const struct setting *wider = NULL;

    if (later.len == 0)
        return;
    for (const struct setting *other = first; other != one; other = other->next) {
        struct sv earlier = pattern_of(other);
        if (sv_eq(earlier, later)) {
            diagnose_error(a->report, at, "there is a rule for this pattern already, and the first decides");
            diagnose_note(a->report, ini_place(&other->value, 0, later.len), "here");
            return;
        }
        if (wider != NULL || earlier.len == 0 || a->work < earlier.len + later.len)
            continue;
        a->work -= earlier.len + later.len;
        if (pattern_matches(earlier, later))
            wider = other;
    }
    if (wider == NULL)
        return;
    diagnose_warning(a->report, at,
                     "never used: a rule before it matches every path that this one does; put this one first");
    diagnose_note(a->report, ini_place(&wider->value, 0, pattern_of(wider).len), "here");
}

static void agree_cache_rules(struct agreement *a, const struct setting *first)
{
    for (const struct setting *one = first; one != NULL; one = one->next)
        check_rule_is_used(a, first, one);
}

const struct value_type type_CACHE = {
    .takes = "PATTERN, then AGE [immutable], no-cache or no-store",
    .shape = SHAPE_RULE,
    .is_list = true,
    .check = check_cache_rule,
    .store = store_cache_rule,
    .clear = store_clear_list,
    .agree = agree_cache_rules,
};
