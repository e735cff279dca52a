/* SPDX-License-Identifier: MIT */
/* base/ref.h: a plain reference count, to embed (header only).
 *
 * Ownership: whoever holds a reference keeps the thing alive; the last put ends it through `end`.
 * Threads:   one; the count is not atomic, since all that share a thing belong to one worker.
 * Errors:    none.
 */
#ifndef BATON_BASE_REF_H
#define BATON_BASE_REF_H

#include <stdbool.h>
#include <stdint.h>

struct ref {
    uint32_t count;
    void (*end)(struct ref *); /* called by the last put */
};

static inline void ref_get(struct ref *r)
{
    r->count++;
}

/* Does somebody hold it beside the one who asks? */
static inline bool ref_is_shared(const struct ref *r)
{
    return r->count > 1;
}

static inline void ref_put(struct ref *r)
{
    if (--r->count == 0)
        r->end(r);
}

#endif
