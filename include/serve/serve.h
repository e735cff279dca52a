/* SPDX-License-Identifier: MIT */
/* serve/serve.h: from a request to its answer.
 *
 * Ownership: struct serve belongs to one worker and owns its cache; answers go to the row that the caller names.
 * Threads:   the owning worker.
 * Errors:    serve_init returns 0 or -errno; serve_fini is due in both cases. Every request has an answer; `served` says which.
 * Source:    RFC 9110 9 (methods), 12.1 (negotiation), 13.2 (order of preconditions), 14.2 (Range); RFC 9530 4 (Want-Repr-Digest).
 */
#ifndef BATON_SERVE_SERVE_H
#define BATON_SERVE_SERVE_H

#include "base/clock.h"
#include "config/config.h"
#include "files/cache.h"
#include "files/watch.h"
#include "http/request.h"
#include "io/out.h"
#include "serve/report.h"
#include "serve/response.h"

struct serve_options {
    const struct config *config; /* borrowed */
    const struct sites *sites;   /* borrowed */
    struct cache_limits cache;   /* this worker's share */
    struct sums *sums;           /* borrowed */
    struct watch *watch;         /* borrowed: of the roots; NULL = nobody else looks at them */
};

struct serve {
    const struct reporter *reporter; /* borrowed; NULL = answers come from the cache */
    struct tree *trees;              /* owned: one for each site; none where they do not */
    size_t n_trees;
    struct cache cache; /* of the trees */
    struct times times; /* the cache's */
    bool letting_go;    /* of the cache, and it is not empty */
    bool let_go;        /* it is */
    struct clock clock;
    struct tails tails;
    struct hash_key boundary_key;
    uint32_t sums_news;  /* as they were before the last look for a sum */
    uint64_t boundaries; /* made so far */
    uint32_t ranges_max;
    struct ranges ranges; /* that the request at hand asks for: large, so not on the stack */
    char *room;           /* owned: for paths that have to be decoded */
};

/* What was answered, for the log. */
struct served {
    int status;     /* 0: nothing yet; the request is to be asked again in a while */
    uint8_t why;    /* enum why: of the status; WHY_NONE where the caller named the status */
    uint8_t coding; /* enum coding: of the file that answered, or CODING_IDENTITY */
    uint64_t bytes; /* of the body */
};

/* `share` is one worker's part of the cache; `sums` is borrowed. */
int serve_init(struct serve *s, const struct serve_options *options);
/* The same for answers that are made by `reporter`, which is borrowed. */
int serve_init_reports(struct serve *s, const struct config *config, const struct reporter *reporter);
void serve_fini(struct serve *s);

/* What its answer says about the connection; `ours`: we end it, whatever the peer wants. */
static inline enum persist serve_persist(const struct request *rq, bool ours)
{
    if (ours || !rq->keep_alive)
        return PERSIST_NOT;
    return rq->http11 ? PERSIST : PERSIST_SAID;
}

/* The tree that a request is about: there is one site. */
static inline struct tree *serve_tree(const struct serve *s)
{
    return &s->trees[0];
}

/* Begin a turn: read the clock. */
void serve_turn(struct serve *s);

/* Once in a turn: look after what is kept. */
static inline void serve_tend(struct serve *s)
{
    if (s->reporter == NULL && cache_is_due(&s->cache, s->clock.now_ms))
        cache_tend(&s->cache, s->clock.now_ms);
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

/* `may_wait`: a digest that is wanted may be waited for; else the answer goes without it. */
struct served serve_request(struct serve *s, const struct request *rq, enum persist persist, bool may_wait,
                            struct out *out);

/* What the cache did for the last answer: "hit", "revalidated" or "miss"; empty where it was not asked. */
struct sv serve_verdict(const struct serve *s);

/* The answer to what is no request. */
struct served serve_error(struct serve *s, enum why why, bool head_only, struct out *out);

#endif
