/* SPDX-License-Identifier: MIT */
/* Put answers into a row of pieces: what serve has decided becomes bytes here, mostly by pointing at some. */

#include "serve/response.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "http/date.h"
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

static void add_tail(const struct response *r)
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

uint64_t response_file(const struct response *r, struct entry *e)
{
    out_piece(r->out, e->head, &e->ref);
    add_tail(r);
    return add_body(r, e, 0, e->size);
}

static void add_text(const struct response *r, const char *text, int len)
{
    assert(len > 0);
    out_text(r->out, sv_of(text, (size_t)len));
}

uint64_t response_part(const struct response *r, struct entry *e, const struct range *range)
{
    char text[LINE_MAX_LEN];
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 206 Partial Content\r\nServer: baton\r\nContent-Length: %" PRIu64 "\r\n"
                       "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n",
                       range->len, range->first, range->first + range->len - 1, e->size);

    add_text(r, text, len);
    out_piece(r->out, e->fields, &e->ref);
    add_tail(r);
    return add_body(r, e, range->first, range->len);
}

static uint64_t add_page(const struct response *r, const struct error_page *page)
{
    add_tail(r);
    if (r->head_only)
        return 0;
    out_piece(r->out, page->body, NULL);
    return page->body.len;
}

uint64_t response_beyond(const struct response *r, struct entry *e)
{
    const struct error_page *page = error_page(416);
    char text[LINE_MAX_LEN];
    int len = snprintf(text, sizeof text, "Content-Range: bytes */%" PRIu64 "\r\n", e->size);

    out_piece(r->out, page->head, NULL);
    add_text(r, text, len);
    return add_page(r, page);
}

uint64_t response_not_modified(const struct response *r, struct entry *e)
{
    out_piece(r->out, SV("HTTP/1.1 304 Not Modified\r\nServer: baton\r\n"), NULL);
    out_piece(r->out, e->validators, &e->ref);
    add_tail(r);
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
    add_tail(r);
    return 0;
}

/* The path is one that path_read gave, so it begins with exactly one slash: what we write is a path on this host, and
 * not the name of another ("//host/"). Its encoding leaves no byte that could end the line. */
uint64_t response_slash(const struct response *r, struct sv path, struct sv query)
{
    const struct error_page *page = error_page(301);
    struct out *out = r->out;

    out_piece(out, page->head, NULL);
    out_text(out, SV("Location: "));
    assert(out->text_cap - out->text_len >= 3 * path.len + query.len);
    out_text_written(out, path_encode(path, out_text_end(out)));
    out_text(out, SV("/"));
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
