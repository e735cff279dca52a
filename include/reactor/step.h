/* SPDX-License-Identifier: MIT */
/* reactor/step.h: how a connection's turn goes on after a part of it (header only).
 *
 * Threads: the owning worker.
 */
#ifndef BATON_REACTOR_STEP_H
#define BATON_REACTOR_STEP_H

#include <stddef.h>

#include "base/list.h"
#include "reactor/close.h"
#include "reactor/conn.h"

/* GONE: the connection was closed and freed. WAIT: the turn is over. GO: on with the turn. */
enum step { GONE, WAIT, GO };

/* What a turn may still do before the others have theirs. */
struct turn {
    int reads;
    size_t send; /* bytes */
};

static inline enum step step_gone(struct shard *s, struct conn *c, enum close_reason reason)
{
    conn_close(s, c, reason);
    return GONE;
}

/* It gives up the rest of its turn. */
static inline enum step step_yield(struct shard *s, struct conn *c)
{
    if (list_empty(&c->ready))
        list_append(&s->ready, &c->ready);
    return WAIT;
}

#endif
