/* SPDX-License-Identifier: MIT */
/* The steps from a request to its answer, in their order. A new feature is a step of its own, in a file of its own. */

#include "serve/steps.h"

#include "serve/file.h"
#include "serve/lookup.h"
#include "serve/redirect.h"
#include "serve/report.h"
#include "serve/route.h"

static bool error_step(struct answer *a)
{
    return answer_page(a, (enum why)a->e->why);
}

/* The table of steps: the first that returns true has answered. One expression and no array of pointers, so that the
 * compiler sees the whole way of a request. */
static bool take_steps(struct answer *a)
{
    return route_step(a) ||    /* which site and path it asks for, or why it is refused */
           options_step(a) ||  /* OPTIONS: what may be asked */
           report_step(a) ||   /* of a worker that reports, the reporter answers all else */
           entry_step(a) ||    /* what stands at the path */
           coding_step(a) ||   /* in the coding that the client likes best */
           file_step(a) ||     /* a file, or what of it the client wants */
           redirect_step(a) || /* a directory, asked for without its slash */
           error_step(a);      /* all else */
}

struct served steps_answer(struct serve *s, const struct request *rq, enum persist persist, bool may_wait,
                           struct out *out)
{
    struct answer a; /* `path` and `served` are written by those who come before their readers */

    a.serve = s;
    a.rq = rq;
    a.to = (struct response){out, &s->tails, persist, .head_only = rq->method == METHOD_HEAD};
    a.tree = NULL;
    a.e = NULL;
    a.may_wait = may_wait;
    s->cache.worst_lookup = 0;
    (void)take_steps(&a);
    if (a.e != NULL) {
        a.served.coding = a.e->coding;
        ref_put(&a.e->ref);
    }
    return a.served;
}

struct served steps_refuse(struct serve *s, enum why why, bool head_only, struct out *out)
{
    struct answer a = {.serve = s, .to = {out, &s->tails, PERSIST_NOT, .head_only = head_only}};

    s->cache.worst_lookup = 0;
    (void)answer_page(&a, why);
    return a.served;
}
