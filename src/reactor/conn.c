/* SPDX-License-Identifier: MIT */
/* What a connection waits for, and which wait may follow which. */

#include "reactor/conn.h"

#include <assert.h>

#define BIT(kind) (1u << TIMEOUT_##kind)
#define AFTER_ALL (BIT(HEADER) | BIT(BODY) | BIT(KEEPALIVE) | BIT(SEND) | BIT(SUM) | BIT(LINGER))

/* The drawing of conn.h as a table. Only asserted. */
static __attribute__((unused)) bool may_follow(enum timeout_kind before, enum timeout_kind kind)
{
    static const unsigned next[TIMEOUT_KINDS] = {
        [TIMEOUT_HEADER] = AFTER_ALL, [TIMEOUT_BODY] = AFTER_ALL, [TIMEOUT_KEEPALIVE] = AFTER_ALL,
        [TIMEOUT_SEND] = AFTER_ALL,   [TIMEOUT_SUM] = AFTER_ALL,  [TIMEOUT_LINGER] = 0,
    };

    return (next[before] & 1u << kind) != 0;
}

/* Does it have what it would wait with? Only asserted. */
static __attribute__((unused)) bool is_fit_for(const struct conn *c, enum timeout_kind kind)
{
    switch (kind) {
    case TIMEOUT_HEADER:
    case TIMEOUT_BODY:
        return c->out == NULL;
    case TIMEOUT_KEEPALIVE:
        return c->out == NULL && c->requests > 0;
    case TIMEOUT_SEND: /* how fast the peer reads is seen over several answers, also between them */
        return c->out != NULL || c->waits_for == TIMEOUT_SEND;
    case TIMEOUT_SUM:
        return c->out == NULL && c->intake != NULL && c->put_off;
    case TIMEOUT_LINGER:
        return c->out == NULL && c->intake == NULL && c->last;
    case TIMEOUT_KINDS:
        break;
    }
    return false;
}

void conn_wait_for(struct shard *s, struct conn *c, enum timeout_kind kind)
{
    conn_assert_owner(s);
    assert(may_follow((enum timeout_kind)c->waits_for, kind) && is_fit_for(c, kind));
    counters_add(&s->counters, COUNTER_STATE + c->waits_for, (uint64_t)-1);
    counters_add(&s->counters, COUNTER_STATE + (unsigned)kind, 1);
    c->waits_for = (uint8_t)kind;
    timeouts_arm(&s->timeouts, &c->timer, kind, shard_now(s));
}
