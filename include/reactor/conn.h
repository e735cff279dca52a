/* SPDX-License-Identifier: MIT */
/* reactor/conn.h: one connection, and what it waits for.
 *
 * It has one timer, and waits for one thing at a time, which gives the timer its kind (io/timeout):
 *
 *     adopt -> HEADER --> KEEPALIVE <--> HEADER <--> BODY        waiting for bytes
 *                 \            ^            |          |
 *                  \           +---- SEND <-+----------+         waiting for room to send in
 *                   \            \    |
 *                    \            +-- | --> SUM                 putting a request off until a file is summed
 *                     \               |
 *                      +--> LINGER <--+                         answered for the last time; until the peer is silent
 *
 * An idle connection is this structure and nothing else: no buffer, no parser.
 *
 * Ownership: a connection is made by turn_adopt, and freed by conn_close (reactor/close).
 * Threads:   the worker that adopted it; debug builds assert that.
 */
#ifndef BATON_REACTOR_CONN_H
#define BATON_REACTOR_CONN_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "io/out.h"
#include "io/peer.h"
#include "io/timeout.h"
#include "reactor/shard.h"

struct intake;

struct conn {
    struct timer timer;
    struct list ready;         /* in the shard's list when it gave up the rest of a turn, or in that of the stalled */
    struct intake *intake;     /* owned: a request that is not whole yet, or bytes that must wait; NULL as a rule */
    struct out *out;           /* owned: answers that the socket would not take; NULL as a rule */
    const struct terms *terms; /* borrowed: under which it was accepted; NULL = none */
    int fd;                    /* owned */
    uint32_t requests;         /* answered so far */
    union {
        uint32_t given;    /* SEND: bytes not confirmed when the timer was armed, and those sent since */
        uint32_t lingered; /* LINGER: bytes thrown away since the last answer */
    };
    uint16_t sum_waits;       /* times that the request at the front was put off, until a file is summed */
    uint32_t sums_news;       /* when it last looked */
    uint8_t waits_for;        /* enum timeout_kind */
    bool readable : 1;        /* there may be bytes in the socket */
    bool hung_up : 1;         /* the peer will send no more than what is in the socket */
    bool last : 1;            /* the answers in the row, or in `out`, are the last */
    bool lingers : 1;         /* the peer may still be sending, so it must be heard out */
    bool put_off : 1;         /* the request at the front of the bytes is to be read again in a while */
    bool awaits_proxy : 1;    /* a PROXY header must come first */
    bool slot_of_request : 1; /* the slot is that of a client behind a trusted proxy, until its request is answered */
    struct peer peer;         /* once it was told, or somebody has asked */
    uint32_t ip_slot;         /* in io/ip_count; 0 = not counted */
};

/* Whose timer this is. */
static inline struct conn *conn_of(struct timer *timer)
{
    return list_of(timer, struct conn, timer);
}

static inline void conn_assert_owner(const struct shard *s)
{
    (void)s;
    assert(pthread_equal(s->thread, pthread_self()));
}

/* Start to wait for something; the time runs from now. Debug builds assert that the wait may follow the one before. */
void conn_wait_for(struct shard *s, struct conn *c, enum timeout_kind kind);

#endif
