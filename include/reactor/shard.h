/* SPDX-License-Identifier: MIT */
/* reactor/shard.h: what one worker owns, and nobody else touches.
 *
 * The cache, the timers, the row of answers, and the buffers that all connections of the worker share: bytes are read
 * into `bytes`, and a request that is whole there is parsed and answered without a buffer of the connection's own.
 *
 * Ownership: owned by the worker; connections borrow it.
 * Threads:   the owning worker, from shard_init to shard_fini.
 * Errors:    shard_init returns 0 or -errno; shard_fini is due in both cases, once.
 */
#ifndef BATON_REACTOR_SHARD_H
#define BATON_REACTOR_SHARD_H

#include <pthread.h>
#include <stdbool.h>

#include "access/log.h"
#include "base/counters.h"
#include "base/list.h"
#include "config/config.h"
#include "http/parse.h"
#include "io/handoff.h"
#include "io/ip_count.h"
#include "io/out.h"
#include "io/timeout.h"
#include "serve/serve.h"

enum close_reason {
#define CLOSE(id, text) CLOSE_##id,
#include "reactor/close_reason.def"
#undef CLOSE
    CLOSE_REASONS
};

_Static_assert((int)CLOSE_REASONS <= (int)COUNT_REASONS, "each reason has a counter");
_Static_assert((int)TIMEOUT_KINDS <= (int)COUNT_STATES, "each kind of waiting has one");

enum { SHARD_BYTES = 16 * 1024 };

struct shard_options {
    const struct config *config;     /* borrowed */
    const struct sites *sites;       /* borrowed; NULL with a reporter */
    struct cache_limits cache;       /* this worker's share */
    struct sums *sums;               /* borrowed */
    struct watch *watch;             /* borrowed: of the roots; NULL = nobody else looks at them */
    struct ip_count *ip_count;       /* borrowed; NULL = connections of an address are not counted */
    const struct reporter *reporter; /* borrowed; NULL = it serves files; else no cache, sums and log are needed */
    struct log_ring *access;         /* borrowed; NULL = off */
};

struct shard {
    const struct config_limits *limits; /* borrowed */
    pthread_t thread;                   /* the worker's; debug builds compare */
    struct ip_count *ip_count;          /* borrowed; NULL = off */
    int epoll_fd;                       /* owned */
    bool ending;                        /* answers say that the connection ends */
    bool draining;                      /* idle connections end */
    bool evicting;                      /* this one does, whose turn it is, if it is idle */
    bool retiring;                      /* idle connections are passed on */
    _Atomic bool outbox_full;           /* one could not be passed on: whoever makes room there wakes us */
    struct handoff outbox;              /* to the master: what is passed on */

    struct clock clock; /* of this turn */
    struct serve serve;
    struct access_log access;
    struct timeouts timeouts;
    struct list ready;   /* connections that gave up the rest of their turn */
    struct list stalled; /* connections that have a request, and wait for room in the log */
    struct out *out;     /* owned */

    struct parse parse; /* of a request that begins in `bytes` */
    struct parse_limits parse_limits;
    struct parse_field *fields; /* owned: parse_limits.field_count of them */
    char *bytes;                /* owned: SHARD_BYTES of them */

    uint32_t summing; /* connections that wait for a file to be summed */
    uint64_t came_us; /* when the bytes in `bytes` came: the beginning of a turn */

    uint64_t connections;
    uint64_t ended; /* connections that are over, for whatever reason */
    struct counters counters;
};

int shard_init(struct shard *s, const struct shard_options *options);
void shard_fini(struct shard *s);

/* Say in the log, at its "info" level, how the connections of this worker ended. */
void shard_report(const struct shard *s);

static inline uint64_t shard_now(const struct shard *s)
{
    return s->clock.now_ms;
}

/* Begin a turn: read the clock. */
static inline void shard_turn(struct shard *s)
{
    clock_read(&s->clock);
    serve_turn(&s->serve);
}

#endif
