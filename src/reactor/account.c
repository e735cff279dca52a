/* SPDX-License-Identifier: MIT */
/* What connections and answers mean for the counters. A request comes by twice: when it is answered, and when its answer
 * is sent. */

#include "reactor/account.h"

_Static_assert((int)METHOD_GET == COUNT_GET && (int)METHOD_HEAD == COUNT_HEAD && (int)METHOD_OPTIONS == COUNT_OPTIONS,
               "the methods that are served come first");

static void add(struct shard *s, unsigned which, uint64_t n)
{
    counters_add(&s->counters, which, n);
}

void account_begin(struct shard *s, const struct conn *c, const struct baton *b)
{
    add(s, b->passed ? COUNTER_ADOPTED : COUNTER_ACCEPTED, 1);
    add(s, COUNTER_STATE + c->waits_for, 1);
    s->connections++;
}

void account_wait(struct shard *s, const struct conn *c, enum timeout_kind next)
{
    add(s, COUNTER_STATE + c->waits_for, (uint64_t)-1);
    add(s, COUNTER_STATE + (unsigned)next, 1);
}

void account_end(struct shard *s, const struct conn *c, enum close_reason reason)
{
    add(s, COUNTER_STATE + c->waits_for, (uint64_t)-1);
    add(s, COUNTER_CLOSED + (unsigned)reason, 1);
    s->connections--;
    s->ended++;
}

void account_refused(struct shard *s, enum close_reason reason)
{
    add(s, COUNTER_CLOSED + (unsigned)reason, 1);
    s->ended++;
}

void account_answer(struct shard *s, enum method method, struct served served, uint64_t since_us)
{
    unsigned row = (unsigned)method < COUNT_OTHER ? (unsigned)method : COUNT_OTHER;
    unsigned class = (unsigned)served.status / 100 - 2;

    add(s, COUNTER_REQUESTS + row * COUNT_CLASSES + class, 1);
    add(s, COUNTER_BODY_BYTES, served.bytes);
    if (s->out->answers++ == 0)
        s->out->first_us = since_us;
    s->out->others_us = since_us;
}

enum out_result account_flush(struct shard *s, struct conn *c, struct out *o, size_t *budget)
{
    uint64_t before = o->sent;
    uint32_t answers = o->answers; /* the row forgets them with all else */
    enum out_result result = out_flush(o, c->fd, c->last, budget);

    add(s, COUNTER_SENT_BYTES, o->sent - before);
    if (result != OUT_DONE || answers == 0)
        return result;
    uint64_t now = clock_now_us();
    counters_time(&s->counters, COUNTER_DURATION, now - o->first_us, 1);
    if (answers > 1)
        counters_time(&s->counters, COUNTER_DURATION, now - o->others_us, answers - 1);
    return result;
}
