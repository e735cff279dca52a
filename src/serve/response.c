/* SPDX-License-Identifier: MIT */
/* Put answers into a row of pieces: what serve has decided becomes bytes here, mostly by pointing at some. */

#include "serve/response.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "http/date.h"
#include "http/digest.h"
#include "http/path.h"
#include "serve/error_page.h"

enum { LINE_MAX_LEN = 256 };

void tails_refresh(struct tails *t, const struct clock *clock)
{
    static const char *const connection[PERSIST_KINDS] = {
        [PERSIST] = "",
        [PERSIST_SAID] = "Connection: keep-alive\r\n",
        [PERSIST_NOT] = "Connection: close\r\n",
    };
    char date[DATE_LEN];

    if (t->wall == clock->wall)
        return;
    t->wall = clock->wall;
    date_write(clock->wall, date);
    for (int i = 0; i < PERSIST_KINDS; i++)
        t->kind[i].len =
            (size_t)snprintf(t->kind[i].text, TAIL_MAX, "Date: %.*s\r\n%s\r\n", DATE_LEN, date, connection[i]);
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

static void add_digest(const struct response *r)
{
    if (r->sum == NULL)
        return;
    digest_write_line(r->sum->sha256, out_text_end(r->out));
    out_text_written(r->out, DIGEST_LINE_LEN);
}

uint64_t response_file(const struct response *r, struct entry *e)
{
    out_piece(r->out, e->head, &e->ref);
    add_digest(r);
    response_tail(r);
    return add_body(r, e, 0, e->size);
}

/* Formatted to the end of the row's text; at most LINE_MAX_LEN bytes. */
static void add_line(const struct response *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add_line(const struct response *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int len = vsnprintf(out_text_end(r->out), LINE_MAX_LEN, fmt, ap);
    va_end(ap);
    assert(len > 0 && len < LINE_MAX_LEN);
    out_text_written(r->out, (size_t)len);
}

/* The end of a head that was written earlier, with the tag that the client knows in the place of the entry's. */
static void add_written(const struct response *r, struct entry *e, struct sv head)
{
    size_t tag_line_end = e->etag.len + 2; /* the tag is what stands last */

    if (r->etag.len == 0 || sv_eq(r->etag, e->etag)) {
        out_piece(r->out, head, &e->ref);
        return;
    }
    out_piece(r->out, sv_of(head.p, head.len - tag_line_end), &e->ref);
    add_line(r, "%.*s\r\n", SV_ARG(r->etag));
}

/* All of a 206 behind its type: what a 200 has. RFC 9110 15.3.7 would have us leave most of it out where If-Range says that
 * the client knows it; but clients take the time of a file from its last answer, and stamp it with now where there is
 * none, so that their next If-Range names no file. */
static void add_rest_of_head(const struct response *r, struct entry *e)
{
    add_written(r, e, sv_skip(e->fields, e->type_line.len));
    add_digest(r);
    response_tail(r);
}

uint64_t response_part(const struct response *r, struct entry *e, const struct range *range)
{
    add_line(r,
             "HTTP/1.1 206 Partial Content\r\nServer: baton\r\nContent-Length: %" PRIu64 "\r\n"
             "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n",
             range->len, range->first, range->first + range->len - 1, e->size);
    out_piece(r->out, e->type_line, &e->ref);
    add_rest_of_head(r, e);
    return add_body(r, e, range->first, range->len);
}

/* Several parts, each with its type and place (RFC 9110 14.6). */
uint64_t response_parts(const struct response *r, struct entry *e, struct parts *parts, const struct boundary *boundary)
{
    uint64_t len = parts_len(parts);

    add_line(r,
             "HTTP/1.1 206 Partial Content\r\nServer: baton\r\nContent-Length: %" PRIu64 "\r\n"
             "Content-Type: multipart/byteranges; boundary=%.*s\r\n",
             len, BOUNDARY_LEN, boundary->text);
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
    if (r->varies)
        out_piece(r->out, SV("Vary: Accept-Encoding\r\n"), NULL);
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
    add_line(r, "Content-Range: bytes */%" PRIu64 "\r\n", e->size);
    return add_page(r, page);
}

uint64_t response_not_modified(const struct response *r, struct entry *e)
{
    out_piece(r->out, SV("HTTP/1.1 304 Not Modified\r\nServer: baton\r\n"), NULL);
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
    out_piece(r->out, SV("HTTP/1.1 204 No Content\r\nServer: baton\r\nAllow: GET, HEAD, OPTIONS\r\n"), NULL);
    response_tail(r);
    return 0;
}

/* The query's bytes are those of a request target, so none of them can end the line. */
uint64_t response_slash(const struct response *r, struct sv raw, struct sv path, struct sv query)
{
    const struct error_page *page = error_page(301);
    struct out *out = r->out;

    out_piece(out, page->head, NULL);
    out_text(out, SV("Location: "));
    assert(out->text_cap - out->text_len >= 3 * raw.len + 3 + query.len);
    out_text_written(out, path_to_slash(raw, path, out_text_end(out)));
    if (query.p != NULL) {
        out_text(out, SV("?"));
        out_text(out, query);
    }
    out_text(out, SV("\r\n"));
    return add_page(r, page);
}

void response_continue(struct out *out)
{
    out_piece(out, SV("HTTP/1.1 100 Continue\r\n\r\n"), NULL);
}
