/* SPDX-License-Identifier: MIT */
/* reference_dictionary.h: a second reading of structured fields, to hold http/digest against (header only).
 *
 * Dictionaries with all that may be in one, by the algorithms of RFC 8941 4.2, on which RFC 9530 builds; each takes its
 * piece from the front of *s. Of the values only integers are kept.
 *
 * Ownership: borrows the bytes.
 * Threads:   any; no state.
 * Errors:    false where the algorithm fails.
 * Source:    RFC 8941 4.2.2 to 4.2.8.
 */
#ifndef BATON_TESTS_REFERENCE_DICTIONARY_H
#define BATON_TESTS_REFERENCE_DICTIONARY_H

#include "fuzz.h"

struct reference_value {
    bool is_integer;
    int64_t integer;
};

static inline bool reference_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

#define REFERENCE_DIGIT "0123456789"
#define REFERENCE_LOWER "abcdefghijklmnopqrstuvwxyz"
#define REFERENCE_UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define REFERENCE_ALPHA REFERENCE_LOWER REFERENCE_UPPER

static inline bool reference_at(const struct sv *s, const char *set)
{
    return s->len > 0 && reference_one_of(s->p[0], set);
}

static inline bool reference_take(struct sv *s, const char *set)
{
    if (!reference_at(s, set))
        return false;
    *s = sv_skip(*s, 1);
    return true;
}

static inline struct sv reference_run(struct sv *s, const char *set)
{
    const char *from = s->p;
    size_t len = s->len;

    while (reference_take(s, set))
        ;
    return sv_of(from, len - s->len);
}

static inline bool reference_key(struct sv *s, struct sv *key)
{
    if (!reference_at(s, REFERENCE_LOWER "*"))
        return false;
    *key = reference_run(s, REFERENCE_LOWER REFERENCE_DIGIT "_-.*");
    return true;
}

static inline bool reference_number(struct sv *s, struct reference_value *v)
{
    bool negative = reference_take(s, "-");
    struct sv digits = reference_run(s, REFERENCE_DIGIT);

    if (digits.len == 0)
        return false;
    if (reference_take(s, ".")) {
        struct sv fraction = reference_run(s, REFERENCE_DIGIT);
        return digits.len <= 12 && fraction.len >= 1 && fraction.len <= 3;
    }
    if (digits.len > 15)
        return false;
    for (size_t i = 0; i < digits.len; i++)
        v->integer = v->integer * 10 + (digits.p[i] - '0');
    v->integer = negative ? -v->integer : v->integer;
    v->is_integer = true;
    return true;
}

static inline bool reference_string(struct sv *s)
{
    while (s->len > 0) {
        char c = s->p[0];
        *s = sv_skip(*s, 1);
        if (c == '"')
            return true;
        if (c == '\\' ? !reference_take(s, "\"\\") : (uint8_t)c < 0x20 || (uint8_t)c > 0x7e)
            return false;
    }
    return false;
}

static inline bool reference_bare_item(struct sv *s, struct reference_value *v)
{
    *v = (struct reference_value){0};
    if (reference_at(s, "-" REFERENCE_DIGIT))
        return reference_number(s, v);
    if (reference_take(s, "\""))
        return reference_string(s);
    if (reference_take(s, "*" REFERENCE_ALPHA)) {
        (void)reference_run(s, REFERENCE_ALPHA REFERENCE_DIGIT ":/!#$%&'*+-.^_`|~");
        return true;
    }
    if (reference_take(s, ":")) {
        struct sv letters = reference_run(s, REFERENCE_ALPHA REFERENCE_DIGIT "+/");
        struct sv pads = reference_run(s, "=");
        /* Whole groups of four, or what is left of one with all its padding or none. */
        static const size_t due[] = {0, SIZE_MAX, 2, 1};
        return letters.len % 4 != 1 && (pads.len == 0 || pads.len == due[letters.len % 4]) && reference_take(s, ":");
    }
    return reference_take(s, "?") && reference_take(s, "01");
}

static inline bool reference_parameters(struct sv *s)
{
    struct reference_value v;
    struct sv key;

    while (reference_take(s, ";")) {
        (void)reference_run(s, " ");
        if (!reference_key(s, &key) || (reference_take(s, "=") && !reference_bare_item(s, &v)))
            return false;
    }
    return true;
}

static inline bool reference_inner_list(struct sv *s)
{
    struct reference_value v;

    while (s->len > 0) {
        (void)reference_run(s, " ");
        if (reference_take(s, ")"))
            return reference_parameters(s);
        if (!reference_bare_item(s, &v) || !reference_parameters(s) || !reference_at(s, " )"))
            return false;
    }
    return false;
}

static inline bool reference_member(struct sv *s, struct reference_value *v)
{
    *v = (struct reference_value){0};
    if (!reference_take(s, "="))
        return reference_parameters(s);
    if (reference_take(s, "("))
        return reference_inner_list(s);
    return reference_bare_item(s, v) && reference_parameters(s);
}

/* Where the whole is a dictionary that has `name`, *value is what it has last. */
static inline bool reference_dictionary(struct sv s, struct sv name, struct reference_value *value)
{
    struct reference_value v;
    struct sv key;

    (void)reference_run(&s, " ");
    while (s.len > 0) {
        if (!reference_key(&s, &key) || !reference_member(&s, &v))
            return false;
        if (sv_eq(key, name))
            *value = v;
        (void)reference_run(&s, " \t");
        if (s.len == 0)
            return true;
        if (!reference_take(&s, ","))
            return false;
        (void)reference_run(&s, " \t");
        if (s.len == 0)
            return false;
    }
    return true;
}

#endif
