/* SPDX-License-Identifier: MIT */
/* The body of an answer in several parts. The row asks for a few of them at a time, and gets for each: a delimiter, its
 * type and place, and a view of the file's bytes or a part of the file. */

#include "serve/parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "http/head.h"

enum { LINE_MAX_LEN = 160 };

_Static_assert((int)LINE_MAX_LEN *OUT_SOURCE_PARTS <= (int)OUT_SOURCE_TEXT, "the row has room for each line");

struct parts {
    struct out_source source;
    struct entry *e; /* counted */
    struct boundary boundary;
    uint32_t next; /* those before it are in the row */
    uint32_t n;
    struct range part[];
};

/* The line end before the first one is allowed (RFC 2046 5.1.1), and there are clients that look for it. */
static const char delimiter_form[] = "\r\n--%.*s\r\n";
static const char end_form[] = "\r\n--%.*s--\r\n";

/* Write a form to LINE_MAX_LEN bytes of room, and return its length. */
static size_t write_delimiter(const struct parts *p, const char *form, char *room)
{
    return (size_t)snprintf(room, LINE_MAX_LEN, form, BOUNDARY_LEN, p->boundary.text);
}

static size_t write_range(const struct parts *p, const struct range *part, char *room)
{
    struct head h = head_in(room, LINE_MAX_LEN);

    head_content_range(&h, part, p->e->size);
    head_end(&h);
    assert(head_is_whole(&h));
    return h.len;
}

static void add_part(const struct parts *p, const struct range *part, struct out *out)
{
    struct entry *e = p->e;

    out_text_written(out, write_delimiter(p, delimiter_form, out_text_end(out)));
    out_piece(out, e->type_line, &e->ref);
    out_text_written(out, write_range(p, part, out_text_end(out)));
    if (e->fd >= 0)
        out_file(out, e->fd, part->first, part->len, &e->ref);
    else
        out_piece(out, sv_of(e->body.p + part->first, part->len), &e->ref);
}

static void add_some(struct out_source *s, struct out *out)
{
    struct parts *p = list_of(s, struct parts, source);

    for (uint32_t i = 0; i < OUT_SOURCE_PARTS && p->next < p->n; i++)
        add_part(p, &p->part[p->next++], out);
    if (p->next == p->n)
        out_text_written(out, write_delimiter(p, end_form, out_text_end(out)));
}

static void end(struct out_source *s)
{
    struct parts *p = list_of(s, struct parts, source);

    parts_free(&p);
}

static uint64_t len_of(const struct parts *p)
{
    char line[LINE_MAX_LEN];
    uint64_t len = write_delimiter(p, end_form, line);
    size_t around = write_delimiter(p, delimiter_form, line) + p->e->type_line.len;

    for (uint32_t i = 0; i < p->n; i++)
        len += around + write_range(p, &p->part[i], line) + p->part[i].len;
    return len;
}

struct parts *parts_new(struct entry *e, const struct ranges *ranges, const struct boundary *boundary)
{
    struct parts *p = malloc(sizeof *p + ranges->n * sizeof p->part[0]);

    if (p == NULL)
        return NULL;
    *p = (struct parts){.source = {add_some, end, 0}, .e = e, .boundary = *boundary, .n = ranges->n};
    memcpy(p->part, ranges->part, ranges->n * sizeof p->part[0]);
    ref_get(&e->ref);
    p->source.left = len_of(p);
    return p;
}

void parts_free(struct parts **p)
{
    if (*p == NULL)
        return;
    ref_put(&(*p)->e->ref);
    free(*p);
    *p = NULL;
}

uint64_t parts_len(const struct parts *p)
{
    return p->source.left;
}

void parts_add(struct parts *p, struct out *out)
{
    out_source(out, &p->source);
}
