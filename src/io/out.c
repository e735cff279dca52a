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

/* One allocation: the structure, its iovecs, their owners, the bytes. */
static struct out *out_sized(uint32_t pieces, uint32_t text)
{
    size_t size = sizeof(struct out) + pieces * (sizeof(struct iovec) + sizeof(struct ref *)) + text;
    struct out *o = malloc(size);

    if (o == NULL)
        return NULL;
    *o = (struct out){.cap = pieces, .text_cap = text};
    o->piece = (struct iovec *)(void *)(o + 1);
    o->owner = (struct ref **)(void *)(o->piece + pieces);
    o->text = (char *)(o->owner + pieces);
    return o;
}

struct out *out_new(void)
{
    return out_sized(OUT_PIECES, OUT_TEXT);
}

void out_free(struct out **o)
{
    if (*o != NULL)
        out_clear(*o);
    free(*o);
    *o = NULL;
}

static void forget_file(struct out *o)
{
    if (o->file.owner != NULL)
        ref_put(o->file.owner);
    o->file.owner = NULL;
}

static void forget_pieces(struct out *o)
{
    for (uint32_t i = 0; i < o->n; i++)
        if (o->owner[i] != NULL)
            ref_put(o->owner[i]);
    o->n = 0;
    o->first = 0;
    o->text_len = 0;
    o->bytes = 0;
}

void out_clear(struct out *o)
{
    forget_pieces(o);
    forget_file(o);
}

void out_text(struct out *o, struct sv bytes)
{
    assert(bytes.len <= o->text_cap - o->text_len);
    memcpy(out_text_end(o), bytes.p, bytes.len);
    out_text_written(o, bytes.len);
}

void out_text_written(struct out *o, size_t len)
{
    char *at = out_text_end(o);
    struct iovec *last = o->n > 0 && o->owner[o->n - 1] == NULL ? &o->piece[o->n - 1] : NULL;

    o->text_len += (uint32_t)len;
    if (last == NULL || (char *)last->iov_base + last->iov_len != at) {
        out_piece(o, sv_of(at, len), NULL);
        return;
    }
    last->iov_len += len;
    o->bytes += len;
}

void out_file(struct out *o, int fd, uint64_t at, uint64_t len, struct ref *owner)
{
    ref_get(owner);
    o->file = (struct out_file){owner, fd, at, len};
}

static void count_sent(struct out *o, size_t sent, size_t *budget)
{
    o->sent += sent;
    *budget -= sent < *budget ? sent : *budget;
}

/* The front of the row was sent. */
static void advance(struct out *o, size_t sent)
{
    while (o->first < o->n && sent >= o->piece[o->first].iov_len)
        sent -= o->piece[o->first++].iov_len;
    if (o->first < o->n) {
        struct iovec *part = &o->piece[o->first];
        part->iov_base = (char *)part->iov_base + sent;
        part->iov_len -= sent;
    }
}

static ssize_t send_pieces(const struct out *o, int fd, bool more)
{
    struct iovec *from = o->piece + o->first;
    size_t n = o->n - o->first;

    if (!more)
        return writev(fd, from, (int)n);

    struct msghdr message = {.msg_iov = from, .msg_iovlen = n};
    return sendmsg(fd, &message, MSG_MORE | MSG_NOSIGNAL);
}

static enum out_result flush_pieces(struct out *o, int fd, bool more, size_t *budget)
{
    while (o->first < o->n) {
        ssize_t sent = send_pieces(o, fd, more);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN ? OUT_BLOCKED : OUT_FAILED;
        count_sent(o, (size_t)sent, budget);
        advance(o, (size_t)sent);
    }
    forget_pieces(o);
    return OUT_DONE;
}

static enum out_result file_failed(void)
{
    if (errno == EAGAIN)
        return OUT_BLOCKED;
    return errno == EIO ? OUT_SHRANK : OUT_FAILED;
}

static enum out_result flush_file(struct out *o, int fd, size_t *budget)
{
    while (o->file.left > 0) {
        if (*budget == 0)
            return OUT_YIELD;
        off_t at = (off_t)o->file.at;
        ssize_t sent = sendfile(fd, o->file.fd, &at, o->file.left < *budget ? o->file.left : *budget);
        if (sent == 0)
            return OUT_SHRANK;
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return file_failed();
        o->file.at += (uint64_t)sent;
        o->file.left -= (uint64_t)sent;
        count_sent(o, (size_t)sent, budget);
    }
    forget_file(o);
    return OUT_DONE;
}

enum out_result out_flush(struct out *o, int fd, bool last, size_t *budget)
{
    enum out_result result = flush_pieces(o, fd, last || o->file.owner != NULL, budget);

    return result == OUT_DONE && o->file.owner != NULL ? flush_file(o, fd, budget) : result;
}

struct out *out_save(struct out *o)
{
    size_t copied = 0;

    for (uint32_t i = o->first; i < o->n; i++)
        copied += o->owner[i] == NULL ? o->piece[i].iov_len : 0;
    struct out *kept = out_sized(o->n - o->first, (uint32_t)copied);
    if (kept == NULL)
        return NULL;
    for (uint32_t i = o->first; i < o->n; i++) {
        struct sv bytes = sv_of(o->piece[i].iov_base, o->piece[i].iov_len);
        if (o->owner[i] == NULL)
            out_text(kept, bytes);
        else
            out_piece(kept, bytes, o->owner[i]);
    }
    kept->file = o->file;
    o->file.owner = NULL;
    out_clear(o);
    return kept;
}
