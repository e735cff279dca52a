/* SPDX-License-Identifier: MIT */
/* Put answers into a row of pieces: what serve has decided becomes bytes here, mostly by pointing at some. */

#include "serve/response.h"

#include <assert.h>

#include "http/date.h"
#include "http/head.h"
#include "http/path.h"
#include "serve/error_page.h"

enum { LINES_MAX = 256 };

void tails_refresh(struct tails *t, const struct clock *clock)
{
    static const struct sv connection[PERSIST_KINDS] = {
        [PERSIST_SAID] = {"keep-alive", sizeof "keep-alive" - 1},
        [PERSIST_NOT] = {"close", sizeof "close" - 1},
    };
    char date[DATE_LEN];

    if (t->wall == clock->wall)
        return;
    t->wall = clock->wall;
    date_write(clock->wall, date);
    for (int i = 0; i < PERSIST_KINDS; i++) {
        struct head h = head_in(t->kind[i].text, TAIL_MAX);
        head_field(&h, SV("Date"), sv_of(date, DATE_LEN));
        head_field(&h, SV("Connection"), connection[i]);
        head_end(&h);
        assert(head_is_whole(&h));
        t->kind[i].len = h.len;
    }
}

void response_tail(const struct response *r)
{
    out_piece(r->out, sv_of(r->tails->kind[r->persist].text, r->tails->kind[r->persist].len), NULL);
}

/* `first` bytes into the body, `len` of them. */
static uint64_t add_body(const struct response *r, struct entry *e, uint64_t first, uint64_t len)
{
    if (r->head_only || len == 0)
        return 0;
    if (e->fd >= 0)
        out_file(r->out, e->fd, first, len, &e->ref);
    else
        out_piece(r->out, sv_of(e->body.p + first, len), &e->ref);
    return len;
}

/* A part of the head is written to the end of the row's text, where it has room for LINES_MAX bytes. */
static struct head begin_lines(const struct response *r)
{
    return head_in(out_text_end(r->out), LINES_MAX);
}

static void end_lines(const struct response *r, const struct head *h)
{
    assert(head_is_whole(h));
    out_text_written(r->out, h->len);
}

static void write_digest(const struct response *r)
{
    struct head h = begin_lines(r);

    head_digest(&h, r->sum->sha256);
    end_lines(r, &h);
}

static void add_digest(const struct response *r)
{
    if (r->sum != NULL)
        write_digest(r);
}

uint64_t response_file(const struct response *r, struct entry *e)
{
    out_piece(r->out, e->head, &e->ref);
    add_digest(r);
    response_tail(r);
    return add_body(r, e, 0, e->size);
}

/* The end of a head that was written earlier, with the tag that the client knows in the place of the entry's. */
static void add_written(const struct response *r, struct entry *e, struct sv head)
{
    if (r->etag.len == 0 || sv_eq(r->etag, e->etag)) {
        out_piece(r->out, head, &e->ref);
        return;
    }
    size_t before = (size_t)(e->etag.p - head.p);
    out_piece(r->out, sv_of(head.p, before), &e->ref);
    out_text(r->out, r->etag);
    out_piece(r->out, sv_skip(head, before + e->etag.len), &e->ref);
}

/* All of a 206 behind its type: what a 200 has. RFC 9110 15.3.7 would have us leave most of it out where If-Range says that
 * the client knows it; but clients take the time of a file from its last answer, and stamp it with now where there is
 * none, so that their next If-Range names no file. */
static void add_rest_of_head(const struct response *r, struct entry *e)
{
    add_written(r, e, e->described);
    add_digest(r);
    response_tail(r);
}

uint64_t response_part(const struct response *r, struct entry *e, const struct range *range)
{
    struct head h = begin_lines(r);

    head_begin(&h, STATUS_INDEX_206);
    head_content_length(&h, range->len);
    head_content_range(&h, range, e->size);
    end_lines(r, &h);
    out_piece(r->out, e->type_line, &e->ref);
    add_rest_of_head(r, e);
    return add_body(r, e, range->first, range->len);
}

/* Several parts, each with its type and place (RFC 9110 14.6). */
uint64_t response_parts(const struct response *r, struct entry *e, struct parts *parts, const struct boundary *boundary)
{
    uint64_t len = parts_len(parts);
    struct head h = begin_lines(r);

    head_begin(&h, STATUS_INDEX_206);
    head_content_length(&h, len);
    head_open(&h, SV("Content-Type"));
    head_put(&h, SV("multipart/byteranges; boundary="));
    head_put(&h, sv_of(boundary->text, BOUNDARY_LEN));
    head_close(&h);
    end_lines(r, &h);
    add_rest_of_head(r, e);
    if (!r->head_only) {
        parts_add(parts, r->out);
        return len;
    }
    parts_free(&parts);
    return 0;
}

static uint64_t add_page(const struct response *r, const struct error_page *page)
{
    if (r->policy != NULL && r->policy->all.len > 0)
        out_piece(r->out, r->policy->all, &r->policy->ref);
    if (r->varies) {
        struct head h = begin_lines(r);
        head_field(&h, SV("Vary"), SV("Accept-Encoding"));
        end_lines(r, &h);
    }
    response_tail(r);
    if (r->head_only)
        return 0;
    out_piece(r->out, page->body, NULL);
    return page->body.len;
}

uint64_t response_beyond(const struct response *r, struct entry *e)
{
    const struct error_page *page = error_page(416);

    out_piece(r->out, page->head, NULL);
    struct head h = begin_lines(r);
    head_content_range(&h, NULL, e->size);
    end_lines(r, &h);
    return add_page(r, page);
}

uint64_t response_not_modified(const struct response *r, struct entry *e)
{
    out_piece(r->out, head_starts[STATUS_INDEX_304], NULL);
    add_written(r, e, e->shared);
    response_tail(r);
    return 0;
}

uint64_t response_error(const struct response *r, int status)
{
    const struct error_page *page = error_page(status);

    out_piece(r->out, page->head, NULL);
    return add_page(r, page);
}

uint64_t response_options(const struct response *r)
{
    struct head h = begin_lines(r);

    head_begin(&h, STATUS_INDEX_204);
    head_field(&h, SV("Allow"), HEAD_METHODS);
    end_lines(r, &h);
    response_tail(r);
    return 0;
}

/* The query's bytes are those of a request target, so none of them can end the line. */
uint64_t response_slash(const struct response *r, struct sv raw, struct sv path, struct sv query)
{
    const struct error_page *page = error_page(301);
    struct out *out = r->out;

    out_piece(out, page->head, NULL);
    size_t room = out->text_cap - out->text_len;
    struct head h = head_in(out_text_end(out), room);
    head_open(&h, SV("Location"));
    assert(room >= h.len + 3 * raw.len + 3 + query.len);
    h.len += path_to_slash(raw, path, h.room + h.len);
    if (query.p != NULL) {
        head_put(&h, SV("?"));
        head_put(&h, query);
    }
    head_close(&h);
    end_lines(r, &h);
    return add_page(r, page);
}

void response_continue(struct out *out)
{
    out_piece(out, SV("HTTP/1.1 100 Continue\r\n\r\n"), NULL);
}
