/* SPDX-License-Identifier: MIT */
/* serve/serve.h: what one worker answers requests from: a tree for each site, the cache of them, or a reporter.
 *
 * Ownership: struct serve belongs to one worker and owns its trees and its cache.
 * Threads:   the owning worker.
 * Errors:    serve_init returns 0 or -errno; serve_fini is due in both cases.
 */
#ifndef BATON_SERVE_SERVE_H
#define BATON_SERVE_SERVE_H

#include "base/clock.h"
#include "config/config.h"
#include "files/cache.h"
#include "http/request.h"
#include "io/out.h"
#include "roots/watch.h"
#include "serve/response.h"

struct reporter;

struct serve_options {
    const struct config *config;     /* borrowed */
    const struct clock *clock;       /* borrowed: the worker's, of this turn */
    const struct sites *sites;       /* borrowed; NULL = none */
    const struct reporter *reporter; /* borrowed: it answers all requests; NULL = the sites do */
    struct cache_limits cache;       /* this worker's share */
    struct sums *sums;               /* borrowed; NULL where there are no sites */
    struct watch *watch;             /* borrowed: of the roots; NULL = nobody else looks at them */
};

struct serve {
    const struct clock *clock;       /* borrowed */
    const struct sites *sites;       /* borrowed; NULL = none */
    const struct reporter *reporter; /* borrowed; NULL = the sites answer */
    struct tree *trees;              /* owned: one for each site */
    size_t n_trees;
    struct cache cache; /* of the trees */
    struct times times; /* the cache's */
    bool letting_go;    /* of the cache, and it is not empty */
    bool let_go;        /* it is */
    struct tails tails;
    struct hash_key boundary_key;
    uint32_t sums_news;  /* as they were before the last look for a sum */
    uint64_t boundaries; /* made so far */
    uint32_t ranges_max;
    struct ranges ranges; /* that the request at hand asks for: large, so not on the stack */
    char *room;           /* owned: for paths that have to be decoded */
};

int serve_init(struct serve *s, const struct serve_options *options);
void serve_fini(struct serve *s);

/* What its answer says about the connection; `ours`: we end it, whatever the peer wants. */
static inline enum persist serve_persist(const struct request *rq, bool ours)
{
    if (ours || !rq->keep_alive)
        return PERSIST_NOT;
    return rq->http11 ? PERSIST : PERSIST_SAID;
}

/* Begin a turn: the clock was read. */
static inline void serve_turn(struct serve *s)
{
    tails_refresh(&s->tails, s->clock);
}

/* Once in a turn: look after what is kept. */
static inline void serve_tend(struct serve *s)
{
    if (s->n_trees > 0 && cache_is_due(&s->cache, s->clock->now_ms))
        cache_tend(&s->cache, s->clock->now_ms);
}
/* The same for one whose place others have taken: let go of it, some in each turn. */
void serve_retire(struct serve *s);
/* Milliseconds until that is due in any case; -1 = it is not. */
int serve_wait_ms(const struct serve *s);
/* Let go of all that is kept now, in the caller's time. */
void serve_let_go(struct serve *s);

/* Was something summed since this look for a sum? */
static inline bool serve_has_sums_since(const struct serve *s, uint32_t news)
{
    return sums_news(s->cache.load.sums) != news;
}

/* Bytes that an answer to this request may copy into the row, for out_has_room. */
static inline size_t serve_text_max(size_t target_len)
{
    return OUT_ANSWER_TEXT + 3 * target_len;
}

/* What the cache did for the last answer: "hit", "revalidated" or "miss"; empty where it was not asked. */
struct sv serve_verdict(const struct serve *s);

#endif
