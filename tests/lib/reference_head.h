/* SPDX-License-Identifier: MIT */
/* reference_head.h: a second reading of a request head, to hold http/parse against (header only).
 *
 * Written from RFC 9112 for a reader, not for speed: it wants the whole head, looks for line ends first, and shares no
 * code and no table with the parser.
 *
 * Ownership: borrows the bytes; spans count from the first of them.
 * Threads:   the test's own.
 * Errors:    false where the bytes do not begin with a whole, well-formed head.
 */
#ifndef BATON_TESTS_REFERENCE_HEAD_H
#define BATON_TESTS_REFERENCE_HEAD_H

#include <stdbool.h>
#include <string.h>

#include "http/parse.h"

enum { REFERENCE_FIELDS = 64 };

struct reference_head {
    uint32_t len, n_fields;
    struct parse_span method, target, version;
    struct parse_field fields[REFERENCE_FIELDS];
};

static inline bool reference_only(const char *p, struct parse_span s, bool (*may)(unsigned char))
{
    for (uint32_t i = s.at; i < s.at + s.len; i++)
        if (!may((unsigned char)p[i]))
            return false;
    return true;
}

static inline bool reference_tchar(unsigned char c)
{
    return c > ' ' && c < 0x7f && strchr("\"(),/:;<=>?@[\\]{}", c) == NULL;
}

static inline bool reference_vchar(unsigned char c)
{
    return c > ' ' && c != 0x7f && c != '#';
}

static inline bool reference_text(unsigned char c)
{
    return c == '\t' || (c >= ' ' && c != 0x7f);
}

/* From `at` up to the next c, or up to the end. */
static inline struct parse_span reference_until(const char *p, uint32_t at, uint32_t end, char c)
{
    const char *found = at < end ? (const char *)memchr(p + at, c, end - at) : NULL;

    return (struct parse_span){at, found != NULL ? (uint32_t)(found - p) - at : end - at};
}

static inline bool reference_request_line(struct reference_head *h, const char *p, uint32_t at, uint32_t end)
{
    h->method = reference_until(p, at, end, ' ');
    at += h->method.len + 1;
    if (at >= end)
        return false;
    h->target = reference_until(p, at, end, ' ');
    at += h->target.len + 1;
    if (at >= end)
        return false;
    h->version = (struct parse_span){at, end - at};
    const char *v = p + at;
    return h->method.len > 0 && h->method.len <= 32 && reference_only(p, h->method, reference_tchar) &&
           h->target.len > 0 && reference_only(p, h->target, reference_vchar) && h->version.len == 8 &&
           memcmp(v, "HTTP/", 5) == 0 && v[6] == '.' && v[5] >= '0' && v[5] <= '9' && v[7] >= '0' && v[7] <= '9';
}

static inline bool reference_field_line(struct parse_field *f, const char *p, uint32_t at, uint32_t end)
{
    f->name = reference_until(p, at, end, ':');
    if (f->name.len == 0 || at + f->name.len == end || !reference_only(p, f->name, reference_tchar))
        return false;
    at += f->name.len + 1;
    while (at < end && (p[at] == ' ' || p[at] == '\t'))
        at++;
    while (end > at && (p[end - 1] == ' ' || p[end - 1] == '\t'))
        end--;
    f->value = (struct parse_span){at, end - at};
    return reference_only(p, f->value, reference_text);
}

static inline bool reference_head(struct reference_head *h, const char *p, uint32_t len)
{
    bool first = true;
    uint32_t at = 0;

    *h = (struct reference_head){0};
    for (;;) {
        const char *lf = at < len ? (const char *)memchr(p + at, '\n', len - at) : NULL;
        if (lf == NULL || lf == p + at || lf[-1] != '\r')
            return false;
        uint32_t end = (uint32_t)(lf - p) - 1;
        if (end == at) {
            h->len = end + 2;
            return !first;
        }
        if (first ? !reference_request_line(h, p, at, end)
                  : h->n_fields == REFERENCE_FIELDS || !reference_field_line(&h->fields[h->n_fields++], p, at, end))
            return false;
        first = false;
        at = end + 2;
    }
}

#endif
