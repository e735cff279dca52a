/* SPDX-License-Identifier: MIT */
/* reactor/turn.h: one connection's share of a turn of the loop, and how its parts go on (header only).
 *
 * Ownership: none.
 * Threads:   the owning worker.
 * Errors:    none.
 * Units:     bytes.
 */
#ifndef BATON_REACTOR_TURN_H
#define BATON_REACTOR_TURN_H

#include "reactor/conn.h"

/* GONE: the connection was closed and freed. WAIT: the turn is over. GO: on with the turn. */
enum step { GONE, WAIT, GO };

/* What a turn may still do before the others have theirs. */
struct turn {
    int reads;
    size_t send; /* bytes */
};

static inline enum step turn_gone(struct shard *s, struct conn *c, enum close_reason reason)
{
    conn_close(s, c, reason);
    return GONE;
}

/* It gives up the rest of its turn. */
static inline enum step turn_yield(struct shard *s, struct conn *c)
{
    if (list_empty(&c->ready))
        list_append(&s->ready, &c->ready);
    return WAIT;
}

#endif
