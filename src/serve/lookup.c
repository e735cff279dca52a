/* SPDX-License-Identifier: MIT */
/* From a path to what the cache has for it: two steps on the way of every request for a file. */

#include "serve/lookup.h"

#include "http/negotiate.h"

static bool has_codings(const struct request *rq)
{
    return rq->field[FIELD_ACCEPT_ENCODING].p != NULL;
}

bool entry_step(struct answer *a)
{
    struct serve *s = a->serve;

    switch (cache_get(&s->cache, a->tree, a->path, has_codings(a->rq), s->clock, &a->e)) {
    case CACHE_HIT:
        break;
    case CACHE_LATER:
        return answer_later(a);
    case CACHE_NO_MEMORY:
        return answer_page(a, WHY_SHORTAGE);
    }
    a->to.varies = entry_varies(a->e);
    a->to.policy = a->e->policy;
    return false;
}

/* Puts the entry in that coding in the place of the one without. False where there is none that the client would accept. */
static bool negotiate(struct answer *a)
{
    const struct codings *codings = &a->tree->site->codings;
    struct entry *e = a->e;
    uint32_t available = e->siblings | (e->status == 200 ? 1U << CODING_IDENTITY : 0);
    struct acceptable acceptable;

    negotiate_read(&acceptable, a->rq);
    while (available != 0) {
        enum coding best = negotiate_choose(&acceptable, available, codings->order, codings->n);
        if (best == CODING_IDENTITY)
            return true;
        if (best == CODING_NONE)
            return false;
        struct entry *sibling = cache_get_sibling(&a->serve->cache, e, best, a->serve->clock);
        if (sibling != NULL) {
            ref_put(&e->ref);
            a->e = sibling;
            return true;
        }
        available &= ~(1U << best);
    }
    return true;
}

bool coding_step(struct answer *a)
{
    if (!has_codings(a->rq) || !a->to.varies)
        return false;
    bool found = negotiate(a);
    a->to.policy = a->e->policy; /* the entry may be another now */
    return !found && answer_page(a, WHY_NOT_ACCEPTABLE);
}
