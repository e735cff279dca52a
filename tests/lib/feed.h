/* SPDX-License-Identifier: MIT */
/* feed.h: give a request head to http/parse in pieces, as a socket might (header only).
 *
 * Whatever the pieces, the parser must find the same. Each call gets the bytes at another address, with the last of them
 * at the end of a page; the bytes that were consumed are spoiled before the next call, all but white space of a value
 * that is not yet whole: the parser may look back at that, and at nothing else.
 *
 * Ownership: struct feed owns its two guards.
 * Threads:   the test's own.
 * Errors:    those of expect.
 */
#ifndef BATON_TESTS_FEED_H
#define BATON_TESTS_FEED_H

#include "expect.h"
#include "guard.h"
#include "http/parse.h"

enum { FEED_FIELDS_MAX = 64 };

struct feed {
    struct guard guards[2];
    unsigned turn;
    const struct parse_limits *limits;
};

struct fed {
    enum parse_result result;
    struct parse ps;
    struct parse_field fields[FEED_FIELDS_MAX + 1]; /* the last is never to be written */
};

static inline struct feed feed_new(const struct parse_limits *limits, size_t room)
{
    return (struct feed){.guards = {guard_new(room), guard_new(room)}, .limits = limits};
}

static inline void feed_free(struct feed *f)
{
    guard_free(&f->guards[0]);
    guard_free(&f->guards[1]);
}

static inline void feed_begin(struct feed *f, struct fed *fed)
{
    expect(f->limits->field_count <= FEED_FIELDS_MAX, "more fields than this test has room for");
    memset(fed, 0xa5, sizeof *fed);
    parse_init(&fed->ps, f->limits, fed->fields);
    fed->result = PARSE_MORE;
}

/* Go on with the first n bytes of the input. */
static inline void feed_upto(struct feed *f, struct fed *fed, struct sv input, size_t n)
{
    char *p = guard_put(&f->guards[f->turn], input.p, n);

    for (uint32_t i = 0; i < fed->ps.pos; i++)
        if (i < fed->ps.mark || (p[i] != ' ' && p[i] != '\t'))
            p[i] = '\0';
    f->turn ^= 1;
    guard_room(&f->guards[f->turn], f->guards[f->turn].room);
    fed->result = parse_head(&fed->ps, p, n);
    expect(fed->ps.pos <= n, "%u bytes consumed of %zu", fed->ps.pos, n);
    expect(fed->ps.mark <= fed->ps.pos, "mark %u behind pos %u", fed->ps.mark, fed->ps.pos);
}

static inline void feed_whole(struct feed *f, struct fed *fed, struct sv input)
{
    feed_begin(f, fed);
    feed_upto(f, fed, input, input.len);
}

/* `step` bytes at a time; each piece is given twice, as if a wakeup had brought nothing. */
static inline void feed_steps(struct feed *f, struct fed *fed, struct sv input, size_t step)
{
    feed_begin(f, fed);
    for (size_t n = 0; fed->result == PARSE_MORE && n < input.len;) {
        n = input.len - n > step ? n + step : input.len;
        feed_upto(f, fed, input, n);
        if (fed->result == PARSE_MORE)
            feed_upto(f, fed, input, n);
    }
}

static inline void feed_cut(struct feed *f, struct fed *fed, struct sv input, size_t cut)
{
    feed_begin(f, fed);
    feed_upto(f, fed, input, cut);
    if (fed->result == PARSE_MORE)
        feed_upto(f, fed, input, input.len);
}

static inline bool same_span(struct parse_span a, struct parse_span b)
{
    return a.at == b.at && a.len == b.len;
}

static inline void expect_same_fields(const struct parse_field *a, const struct parse_field *b, uint32_t n,
                                      const char *what)
{
    for (uint32_t i = 0; i < n; i++) {
        expect(same_span(a[i].name, b[i].name), "%s: name %u", what, i);
        expect(same_span(a[i].value, b[i].value), "%s: value %u", what, i);
    }
}

static inline void expect_same(const struct fed *a, const struct fed *b, const char *what)
{
    expect(a->result == b->result, "%s: result %d, was %d", what, b->result, a->result);
    expect(a->ps.n_fields == b->ps.n_fields, "%s: %u fields, were %u", what, b->ps.n_fields, a->ps.n_fields);
    expect_same_fields(a->fields, b->fields, a->ps.n_fields, what);
    if (a->result == PARSE_BAD)
        expect(a->ps.status == b->ps.status, "%s: status %u, was %u", what, b->ps.status, a->ps.status);
    if (a->result != PARSE_DONE)
        return;
    expect(a->ps.pos == b->ps.pos, "%s: head of %u bytes, had %u", what, b->ps.pos, a->ps.pos);
    expect(same_span(a->ps.method, b->ps.method), "%s: method", what);
    expect(same_span(a->ps.target, b->ps.target), "%s: target", what);
    expect(same_span(a->ps.version, b->ps.version), "%s: version", what);
}

/* Every way of feeding finds what *whole has found. */
static inline void expect_same_in_all_ways(struct feed *f, const struct fed *whole, struct sv input, const char *name)
{
    char what[200];
    struct fed other;

    for (size_t step = 1; step <= 3; step++) {
        (void)snprintf(what, sizeof what, "%s: %zu bytes at a time", name, step);
        feed_steps(f, &other, input, step);
        expect_same(whole, &other, what);
    }
    for (size_t cut = 0; cut <= input.len; cut++) {
        (void)snprintf(what, sizeof what, "%s: cut at %zu", name, cut);
        feed_cut(f, &other, input, cut);
        expect_same(whole, &other, what);
    }
}

#endif
