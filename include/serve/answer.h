/* SPDX-License-Identifier: MIT */
/* serve/answer.h: one request on its way to its answer, and all that was found out about it so far (header only).
 *
 * The steps of serve/steps look at it one after the other. Each one answers, or leaves it to the next: it returns true once
 * `served` holds what the answer was, and false otherwise.
 *
 * Ownership: it holds a reference to its entry, which serve/steps gives back. All else is borrowed for the time of the call.
 * Threads:   the owning worker.
 * Errors:    what goes wrong is answered too.
 */
#ifndef BATON_SERVE_ANSWER_H
#define BATON_SERVE_ANSWER_H

#include "http/request.h"
#include "serve/response.h"
#include "serve/serve.h"

/* What was answered, for the log. */
struct served {
    int status;     /* 0: nothing yet; the request is to be asked again in a while */
    uint8_t why;    /* enum why: of the status; WHY_NONE where a reporter named the status */
    uint8_t coding; /* enum coding: of the file that answered, or CODING_IDENTITY */
    uint64_t bytes; /* of the body */
};

struct answer {
    struct serve *serve;
    const struct request *rq;
    struct response to;   /* where the answer goes, and what its head says */
    struct tree *tree;    /* of the site that is asked; NULL before that is known */
    struct sv path;       /* that is asked for there, decoded; empty before */
    struct entry *e;      /* counted: what stands there; NULL before it was looked for */
    bool may_wait;        /* for a digest, say; else the answer goes without it */
    struct served served; /* what it came to */
};

/* `bytes` of body were put into the row, for this reason. */
static inline bool answer_as(struct answer *a, enum why why, uint64_t bytes)
{
    a->served = (struct served){why_status(why), (uint8_t)why, CODING_IDENTITY, bytes};
    return true;
}

static inline bool answer_page(struct answer *a, enum why why)
{
    return answer_as(a, why, response_error(&a->to, why_status(why)));
}

/* Not now. */
static inline bool answer_later(struct answer *a)
{
    a->served = (struct served){0};
    return true;
}

#endif
