/* SPDX-License-Identifier: MIT */
/* stage_peer.h: those at the other end of a stage's connections, which are socket pairs; and reports to ask for (header only).
 *
 * Ownership: what stage_connect and stage_pair return is the test's to close; stage_hear's bytes are borrowed until the next
 *            call.
 * Threads:   the test's own.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_STAGE_PEER_H
#define BATON_TESTS_STAGE_PEER_H

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/poison.h"
#include "reactor/intake.h"

#include "expect.h"
#include "stage.h"

enum { STAGE_HEARD = 1 << 20 };

/* A path is how many bytes its report has; /none is none. */
static inline int stage_make_report(void *context, struct sv path, struct report *report)
{
    size_t len = strtoul(path.p + 1, NULL, 10);
    int err = buf_reserve(&report->body, len);

    (void)context;
    if (sv_eq(path, SV("/none")))
        return -ENOENT;
    report->type = SV("text/plain");
    if (err == 0 && len > 0)
        memset(report->body.p, 'x', len);
    report->body.len = err == 0 ? len : 0;
    return err;
}

static const struct reporter stage_reporter = {stage_make_report, NULL};

/* A stage of reports, with these keys. */
static inline void stage_begin(struct stage *t, const char *const *set, size_t n_set)
{
    const struct stage_options options = {.set = set, .n_set = n_set, .reporter = &stage_reporter};

    assert_int_equal(stage_open(t, &options), 0);
}

/* Where all connections are closed, none is counted any more. */
static inline void stage_end(struct stage *t)
{
    stage_close_conns(t);
    assert_int_equal(t->shard.connections, 0);
    for (unsigned i = 0; i < COUNT_STATES; i++)
        assert_int_equal(counters_get(&t->shard.counters, COUNTER_STATE + i), 0);
    stage_close(t);
}

/* pair[0] is the peer's end, pair[1] that of the connection. */
static inline void stage_pair(int pair[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
}

static inline void stage_say(int peer, const char *text)
{
    assert_int_equal(send(peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* A connection is adopted on which the peer has said that already; the peer's end of it. */
static inline int stage_connect(struct stage *t, const char *text)
{
    int pair[2];

    stage_pair(pair);
    stage_say(pair[0], text);
    turn_adopt(&t->shard, &(struct baton){.fd = pair[1]});
    return pair[0];
}

/* All that has come and was not read yet; a string too. */
static inline struct sv stage_hear(int peer)
{
    static char heard[STAGE_HEARD];
    size_t len = 0;

    for (ssize_t n; len < sizeof heard - 1 && (n = recv(peer, heard + len, sizeof heard - 1 - len, 0)) > 0;)
        len += (size_t)n;
    heard[len] = '\0';
    return sv_of(heard, len);
}

/* Bytes have come: they are where a turn reads them to. */
static inline struct sv stage_put(struct stage *t, struct sv bytes)
{
    assert_in_range(bytes.len, 0, SHARD_BYTES);
    unpoison(t->shard.bytes, SHARD_BYTES);
    memcpy(t->shard.bytes, bytes.p, bytes.len);
    t->shard.came_us = t->shard.clock.turn_us;
    return sv_of(t->shard.bytes, bytes.len);
}

/* The same, and their answers are in the row. What is left to be read later. */
static inline struct sv stage_feed(struct stage *t, struct conn *c, const char *text)
{
    return intake_read(&t->shard, c, stage_put(t, sv_cstr(text)));
}

/* What is in the row, which is empty then; without files. A string too, until the next call. */
static inline struct sv stage_take_row(struct stage *t)
{
    static char text[STAGE_HEARD];
    const struct out *o = t->shard.out;
    size_t len = 0;

    for (uint32_t i = 0; i < o->n; i++) {
        assert_non_null(o->piece[i].iov_base);
        assert_in_range(o->piece[i].iov_len, 0, sizeof text - 1 - len);
        memcpy(text + len, o->piece[i].iov_base, o->piece[i].iov_len);
        len += o->piece[i].iov_len;
    }
    text[len] = '\0';
    out_clear(t->shard.out);
    return sv_of(text, len);
}

/* Has our side been closed, or shut down? Only once all was heard. */
static inline bool stage_is_over(int peer)
{
    char byte;

    return recv(peer, &byte, 1, MSG_PEEK) == 0;
}

static inline uint64_t stage_counted(const struct stage *t, unsigned which)
{
    return counters_get(&t->shard.counters, which);
}

static inline uint64_t stage_ended(const struct stage *t, enum close_reason reason)
{
    return stage_counted(t, COUNTER_CLOSED + (unsigned)reason);
}

/* Times that `what` is in what was heard. */
static inline size_t stage_count(struct sv heard, const char *what)
{
    size_t n = 0;

    for (const char *at = heard.p; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

static inline void expect_status(struct sv heard, const char *status)
{
    expect(heard.len > 12 && memcmp(heard.p, "HTTP/1.1 ", 9) == 0 && memcmp(heard.p + 9, status, 3) == 0,
           "not %s: %.*s", status, (int)(heard.len < 100 ? heard.len : 100), heard.p);
}

#endif
