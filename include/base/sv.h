/* SPDX-License-Identifier: MIT */
/* base/sv.h: views of bytes that somebody else owns (header only).
 *
 * A view is a pointer and a length; it is never terminated and may hold any byte.
 *
 * Ownership: none. Whoever hands out a view says how long its bytes live.
 * Threads:   any; values are passed by copy.
 * Errors:    none. Comparing an empty view is defined, its pointer may be NULL.
 */
#ifndef BATON_BASE_SV_H
#define BATON_BASE_SV_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct sv {
    const char *p; /* borrowed */
    size_t len;
};

/* A view of a string literal, usable in initialisers and expressions. */
#define SV(literal) ((struct sv){"" literal, sizeof(literal) - 1})

/* Arguments for a "%.*s" in a format. */
#define SV_ARG(v) (int)(v).len, (v).p

static inline struct sv sv_of(const char *p, size_t len)
{
    return (struct sv){p, len};
}

static inline struct sv sv_cstr(const char *s)
{
    return (struct sv){s, s != NULL ? strlen(s) : 0};
}

static inline bool sv_eq(struct sv a, struct sv b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static inline char sv_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Equal without regard to the case of ASCII letters. */
static inline bool sv_ieq(struct sv a, struct sv b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (sv_lower(a.p[i]) != sv_lower(b.p[i]))
            return false;
    return true;
}

static inline bool sv_starts(struct sv s, struct sv prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.p, prefix.p, prefix.len) == 0);
}

static inline bool sv_ends(struct sv s, struct sv suffix)
{
    return s.len >= suffix.len && (suffix.len == 0 || memcmp(s.p + s.len - suffix.len, suffix.p, suffix.len) == 0);
}

/* What follows the first n bytes; n is at most the length. (NULL + 0 is undefined.) */
static inline struct sv sv_skip(struct sv s, size_t n)
{
    return (struct sv){n > 0 ? s.p + n : s.p, s.len - n};
}

static inline bool sv_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Without the spaces and tabs at both ends (OWS of RFC 9110 5.6.3). */
static inline struct sv sv_trim(struct sv s)
{
    while (s.len > 0 && sv_is_blank(s.p[0]))
        s = sv_skip(s, 1);
    while (s.len > 0 && sv_is_blank(s.p[s.len - 1]))
        s.len--;
    return s;
}

/* Offset of the first c, or the length where there is none. */
static inline size_t sv_find(struct sv s, char c)
{
    const char *at = s.len > 0 ? (const char *)memchr(s.p, c, s.len) : NULL;

    return at != NULL ? (size_t)(at - s.p) : s.len;
}

/* Take the next of the words, parted by spaces and tabs, off the front of *rest. Returns false, and an empty word at
 * the end, when there is none left. */
static inline bool sv_next_word(struct sv *rest, struct sv *word)
{
    struct sv s = sv_trim(*rest);
    size_t n = 0;

    while (n < s.len && !sv_is_blank(s.p[n]))
        n++;
    *word = sv_of(s.p, n);
    *rest = sv_skip(s, n);
    return n > 0;
}

#endif
