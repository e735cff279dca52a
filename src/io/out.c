/* SPDX-License-Identifier: MIT */
/* Answers on their way to a socket: the last station of a request. In the usual case all pieces go in one writev and
 * the row is empty again; all else is for sockets that are full and files that are large. */

#include "io/out.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

/* One allocation: the structure, its iovecs, their owners, parts of files, the bytes. */
static struct out *out_sized(uint32_t pieces, uint32_t parts, uint32_t text)
{
    size_t piece = sizeof(struct iovec) + sizeof(struct ref *);
    struct out *o = malloc(sizeof *o + pieces * piece + parts * sizeof(struct out_part) + text);

    if (o == NULL)
        return NULL;
    *o = (struct out){.cap = pieces, .cap_parts = parts, .text_cap = text};
    o->piece = (struct iovec *)(void *)(o + 1);
    o->owner = (struct ref **)(void *)(o->piece + pieces);
    o->part = (struct out_part *)(void *)(o->owner + pieces);
    o->text = (char *)(o->part + parts);
    return o;
}

struct out *out_new(void)
{
    return out_sized(OUT_PIECES, OUT_ANSWER_PARTS, OUT_TEXT);
}

void out_free(struct out **o)
{
    if (*o != NULL)
        out_clear(*o);
    free(*o);
    *o = NULL;
}

static void drop_pieces(struct out *o)
{
    for (uint32_t i = 0; i < o->n; i++)
        if (o->owner[i] != NULL)
            ref_put(o->owner[i]);
    o->n = 0;
    o->first = 0;
    o->n_parts = 0;
    o->first_part = 0;
    o->text_len = 0;
}

static void end_source(struct out *o)
{
    o->source->end(o->source);
    o->source = NULL;
}

void out_clear(struct out *o)
{
    drop_pieces(o);
    if (o->source != NULL)
        end_source(o);
    o->bytes = 0;
    o->answers = 0;
    o->body = o->last_body = 0;
}

void out_text(struct out *o, struct sv bytes)
{
    assert(bytes.len <= o->text_cap - o->text_len);
    memcpy(out_text_end(o), bytes.p, bytes.len);
    out_text_written(o, bytes.len);
}

/* Does the row end in text that ends here? */
static bool ends_at(const struct out *o, const char *at)
{
    if (o->n == 0 || o->owner[o->n - 1] != NULL)
        return false;
    const struct iovec *last = &o->piece[o->n - 1];
    return (const char *)last->iov_base + last->iov_len == at;
}

void out_text_written(struct out *o, size_t len)
{
    char *at = out_text_end(o);

    o->text_len += (uint32_t)len;
    if (!ends_at(o, at)) {
        out_piece(o, sv_of(at, len), NULL);
        return;
    }
    o->piece[o->n - 1].iov_len += len;
    o->bytes += len;
}

void out_file(struct out *o, int fd, uint64_t at, uint64_t len, struct ref *owner)
{
    assert(o->n_parts < o->cap_parts);
    out_piece(o, (struct sv){0}, owner);
    o->part[o->n_parts++] = (struct out_part){fd, at, len};
    o->bytes += len;
}

/* What it puts in was counted when it was given to the row. */
static void ask_source(struct out *o)
{
    uint64_t bytes = o->bytes;

    o->source->more(o->source, o);
    assert(o->bytes > bytes && o->bytes - bytes <= o->source->left);
    o->source->left -= o->bytes - bytes;
    o->bytes = bytes;
    if (o->source->left == 0)
        end_source(o);
}

void out_source(struct out *o, struct out_source *s)
{
    assert(o->source == NULL);
    o->source = s;
    o->bytes += s->left;
    ask_source(o);
}

static bool is_part(const struct out *o, uint32_t i)
{
    return o->piece[i].iov_base == NULL;
}

/* The pieces in memory from the front on end before this one. */
static uint32_t end_of_run(const struct out *o)
{
    uint32_t end = o->first;

    if (o->first_part == o->n_parts)
        return o->n;
    while (!is_part(o, end))
        end++;
    return end;
}

static void spend(size_t *budget, size_t bytes)
{
    *budget -= bytes < *budget ? bytes : *budget;
}

static void count_sent(struct out *o, size_t sent, size_t *budget)
{
    o->sent += sent;
    spend(budget, sent);
}

/* The front of the row was sent; `end` is where its run ends. */
static void advance(struct out *o, uint32_t end, size_t sent)
{
    while (o->first < end && sent >= o->piece[o->first].iov_len)
        sent -= o->piece[o->first++].iov_len;
    if (o->first < end) {
        struct iovec *part = &o->piece[o->first];
        part->iov_base = (char *)part->iov_base + sent;
        part->iov_len -= sent;
    }
}

static ssize_t send_run(const struct out *o, int fd, uint32_t end, bool more)
{
    struct iovec *from = o->piece + o->first;
    size_t n = end - o->first;

    if (!more)
        return writev(fd, from, (int)n);

    struct msghdr message = {.msg_iov = from, .msg_iovlen = n};
    return sendmsg(fd, &message, MSG_MORE | MSG_NOSIGNAL);
}

static enum out_result flush_run(struct out *o, int fd, bool last, size_t *budget)
{
    uint32_t end = end_of_run(o);

    while (o->first < end) {
        ssize_t sent = send_run(o, fd, end, last || end < o->n || o->source != NULL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN ? OUT_BLOCKED : OUT_FAILED;
        count_sent(o, (size_t)sent, budget);
        advance(o, end, (size_t)sent);
    }
    return OUT_DONE;
}

static enum out_result part_failed(void)
{
    if (errno == EAGAIN)
        return OUT_BLOCKED;
    return errno == EIO ? OUT_SHRANK : OUT_FAILED;
}

static enum out_result flush_part(struct out *o, int fd, size_t *budget)
{
    struct out_part *part = &o->part[o->first_part];

    while (part->left > 0) {
        if (*budget == 0)
            return OUT_YIELD;
        off_t at = (off_t)part->at;
        ssize_t sent = sendfile(fd, part->fd, &at, part->left < *budget ? part->left : *budget);
        if (sent == 0)
            return OUT_SHRANK;
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return part_failed();
        part->at += (uint64_t)sent;
        part->left -= (uint64_t)sent;
        count_sent(o, (size_t)sent, budget);
    }
    o->first++;
    o->first_part++;
    return OUT_DONE;
}

enum out_result out_flush(struct out *o, int fd, bool last, size_t *budget)
{
    enum out_result result = OUT_DONE;

    for (;;) {
        while (o->first < o->n && result == OUT_DONE)
            result = is_part(o, o->first) ? flush_part(o, fd, budget) : flush_run(o, fd, last, budget);
        if (result != OUT_DONE || o->source == NULL)
            break;
        if (*budget == 0)
            return OUT_YIELD;
        spend(budget, OUT_SOURCE_COST); /* so that a turn of many small pieces ends too */
        drop_pieces(o);
        ask_source(o);
    }
    if (result == OUT_DONE)
        out_clear(o);
    return result;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* A row for what is left of this one, and for what its source puts in next. */
static struct out *out_for_rest(const struct out *o)
{
    uint32_t pieces = o->n - o->first;
    uint32_t parts = o->n_parts - o->first_part;
    uint32_t text = 0;

    for (uint32_t i = o->first; i < o->n; i++)
        text += o->owner[i] == NULL ? (uint32_t)o->piece[i].iov_len : 0;
    if (o->source == NULL)
        return out_sized(pieces, parts, text);
    return out_sized(larger(pieces, OUT_SOURCE_PIECES), larger(parts, OUT_SOURCE_PARTS), larger(text, OUT_SOURCE_TEXT));
}

struct out *out_save(struct out *o)
{
    uint32_t part = o->first_part;
    struct out *kept = out_for_rest(o);

    if (kept == NULL)
        return NULL;
    kept->answers = o->answers;
    kept->first_us = o->first_us;
    kept->others_us = o->others_us;
    kept->body = o->body;
    kept->last_body = o->last_body;
    for (uint32_t i = o->first; i < o->n; i++) {
        struct sv bytes = sv_of(o->piece[i].iov_base, o->piece[i].iov_len);
        if (is_part(o, i)) {
            out_file(kept, o->part[part].fd, o->part[part].at, o->part[part].left, o->owner[i]);
            part++;
        } else if (o->owner[i] == NULL) {
            out_text(kept, bytes);
        } else {
            out_piece(kept, bytes, o->owner[i]);
        }
    }
    kept->source = o->source;
    kept->bytes += o->source != NULL ? o->source->left : 0;
    o->source = NULL;
    out_clear(o);
    return kept;
}
