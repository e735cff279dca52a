/* SPDX-License-Identifier: MIT */
/* Deadlines in O(1). A worker asks for the next one before it sleeps, and for those that are due after it woke. */

#include "io/timeout.h"

#include <limits.h>

void timeouts_init(struct timeouts *t, const uint64_t after_ms[TIMEOUT_KINDS])
{
    for (int kind = 0; kind < TIMEOUT_KINDS; kind++) {
        list_init(&t->fifo[kind]);
        t->after_ms[kind] = after_ms[kind];
    }
}

struct timer *timeouts_expired(struct timeouts *t, uint64_t now_ms)
{
    for (int kind = 0; kind < TIMEOUT_KINDS; kind++) {
        if (list_empty(&t->fifo[kind]))
            continue;
        struct timer *first = timer_of(t->fifo[kind].next);
        if (first->due_ms > now_ms)
            continue;
        list_remove(&first->link);
        return first;
    }
    return NULL;
}

int timeouts_next(const struct timeouts *t, uint64_t now_ms)
{
    uint64_t wait = UINT64_MAX;

    for (int kind = 0; kind < TIMEOUT_KINDS; kind++) {
        if (list_empty(&t->fifo[kind]))
            continue;
        uint64_t due = timer_of(t->fifo[kind].next)->due_ms;
        uint64_t left = due > now_ms ? due - now_ms : 0;
        wait = left < wait ? left : wait;
    }
    if (wait == UINT64_MAX)
        return -1;
    return wait < INT_MAX ? (int)wait : INT_MAX;
}
