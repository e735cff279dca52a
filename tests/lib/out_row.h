/* SPDX-License-Identifier: MIT */
/* out_row.h: rows of an io/out whose every byte is known, and sockets to send them to (header only).
 *
 * A row remembers the bytes that are meant, and the bytes that the row of pieces only borrows; row_saved overwrites
 * these, as the next turn of a worker would.
 *
 * Ownership: row_begin and row_end belong together; blobs are counted and must be back at one reference by row_end.
 * Threads:   the test's own.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_OUT_ROW_H
#define BATON_TESTS_OUT_ROW_H

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/list.h"
#include "io/out.h"

#include "scratch.h"
#include "threads.h"

enum { ROW_BYTES = 1024 * 1024, ROW_BLOBS = 4, BLOB_LEN = 20000 };

/* What pieces refer to, as to a cache entry. */
static inline bool out_empty(const struct out *o)
{
    return o->n == 0 && o->n_parts == 0 && o->bytes == 0;
}

/* out_flush with a budget of which nobody asks what is left. */
static inline enum out_result flush_row(struct out *o, int fd, bool last, size_t budget)
{
    return out_flush(o, fd, last, &budget);
}

struct blob {
    struct ref ref;
    int ended;
    char bytes[BLOB_LEN];
};

struct row {
    struct out *out;
    struct blob blob[ROW_BLOBS];
    size_t meant_len, borrowed_len, got;
    char meant[ROW_BYTES];
    char borrowed[ROW_BYTES];
};

static inline void blob_end(struct ref *ref)
{
    list_of(ref, struct blob, ref)->ended++;
}

static inline void row_begin(struct row *r, struct out *out)
{
    r->out = out;
    r->meant_len = 0;
    r->borrowed_len = 0;
    r->got = 0;
    for (size_t i = 0; i < ROW_BLOBS; i++) {
        r->blob[i].ref = (struct ref){.count = 1, .end = blob_end};
        r->blob[i].ended = 0;
        for (size_t k = 0; k < BLOB_LEN; k++)
            r->blob[i].bytes[k] = (char)(pattern(k) + (char)i);
    }
}

/* All references are back, and all bytes came. */
static inline void row_end(struct row *r)
{
    for (size_t i = 0; i < ROW_BLOBS; i++) {
        expect(r->blob[i].ref.count == 1, "blob %zu has %u references", i, r->blob[i].ref.count);
        assert_int_equal(r->blob[i].ended, 0);
    }
    assert_int_equal(r->got, r->meant_len);
}

static inline void row_mean(struct row *r, struct sv bytes)
{
    assert_true(r->meant_len + bytes.len <= ROW_BYTES);
    memcpy(r->meant + r->meant_len, bytes.p, bytes.len);
    r->meant_len += bytes.len;
}

static inline void row_owned(struct row *r, size_t blob, size_t at, size_t len)
{
    struct sv bytes = sv_of(r->blob[blob].bytes + at, len);

    out_piece(r->out, bytes, &r->blob[blob].ref);
    row_mean(r, bytes);
}

/* Bytes that differ from place to place. */
static inline void row_borrowed(struct row *r, size_t len)
{
    char *p = r->borrowed + r->borrowed_len;

    assert_true(r->borrowed_len + len <= ROW_BYTES);
    for (size_t i = 0; i < len; i++)
        p[i] = (char)('A' + (r->borrowed_len + i) % 59);
    r->borrowed_len += len;
    out_piece(r->out, sv_of(p, len), NULL);
    row_mean(r, sv_of(p, len));
}

static inline void row_text(struct row *r, size_t len)
{
    static char text[4096];

    assert_true(len <= sizeof text);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + (r->meant_len + i) % 23);
    out_text(r->out, sv_of(text, len));
    row_mean(r, sv_of(text, len));
    memset(text, '!', sizeof text); /* it was copied */
}

/* The bytes of a file are those of `content`. */
static inline void row_file(struct row *r, int fd, struct sv content, size_t at, size_t len)
{
    out_file(r->out, fd, at, len, &r->blob[0].ref);
    row_mean(r, sv_of(content.p + at, len));
}

/* Save what is left. Neither the old row nor what was borrowed is there any more. */
static inline void row_save(struct row *r, bool free_old)
{
    struct out *before = r->out;

    r->out = out_save(before);
    assert_non_null(r->out);
    assert_true(out_empty(before));
    if (before->text_cap > 0)
        memset(before->text, '#', before->text_cap < 65536 ? before->text_cap : 65536);
    if (free_old)
        out_free(&before);
    memset(r->borrowed, '#', r->borrowed_len);
}

/* Read up to `most` bytes, which must be those that are meant; 0 where none is there. */
static inline size_t row_read(struct row *r, int fd, size_t most)
{
    static char bytes[65536];
    ssize_t n = read(fd, bytes, most < sizeof bytes ? most : sizeof bytes);

    if (n < 0 && errno == EAGAIN)
        return 0;
    assert_true(n >= 0);
    expect(r->got + (size_t)n <= r->meant_len, "%zu bytes more than were meant", r->got + (size_t)n - r->meant_len);
    if (memcmp(bytes, r->meant + r->got, (size_t)n) != 0)
        fail_msg("the bytes from %zu on are not those that were meant", r->got);
    r->got += (size_t)n;
    return (size_t)n;
}

static inline void small_buffer(int fd)
{
    int size = 4096;

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
}

/* Two ends, neither of which blocks; [0] is what answers go to. */
static inline void make_unix_pair(int ends[2], bool small)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    if (small)
        small_buffer(ends[0]);
}

static inline void make_tcp_pair(int ends[2], bool small)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof a;
    int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (small)
        small_buffer(l);
    assert_int_equal(bind(l, (struct sockaddr *)(void *)&a, len), 0);
    assert_int_equal(listen(l, 1), 0);
    assert_int_equal(getsockname(l, (struct sockaddr *)(void *)&a, &len), 0);
    ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (small)
        small_buffer(ends[1]);
    assert_int_equal(connect(ends[1], (struct sockaddr *)(void *)&a, len), 0);
    ends[0] = accept4(l, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(ends[0] >= 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    (void)close(l);
}

static inline void close_pair(int ends[2])
{
    (void)close(ends[0]);
    (void)close(ends[1]);
}

#endif
