/* SPDX-License-Identifier: MIT */
/* io/timeout.h: deadlines in O(1).
 *
 * All timers of a kind run equally long, so a list in the order of arming is in the order of their ends too: arming
 * appends, expiring looks at the first. A timer is armed for one kind at a time, or for none.
 *
 * Ownership: the lists own nothing; a timer that is armed must be disarmed before its memory goes.
 * Threads:   the owning worker.
 * Errors:    none.
 * Units:     milliseconds of CLOCK_MONOTONIC.
 */
#ifndef BATON_IO_TIMEOUT_H
#define BATON_IO_TIMEOUT_H

#include <stdint.h>

#include "base/list.h"

enum timeout_kind {
    TIMEOUT_HEADER,
    TIMEOUT_BODY,
    TIMEOUT_KEEPALIVE,
    TIMEOUT_SEND,
    TIMEOUT_SUM,
    TIMEOUT_LINGER,
    TIMEOUT_KINDS
};

struct timer {
    struct list link;
    uint64_t due_ms;
};

struct timeouts {
    struct list fifo[TIMEOUT_KINDS];
    uint64_t after_ms[TIMEOUT_KINDS];
};

void timeouts_init(struct timeouts *t, const uint64_t after_ms[TIMEOUT_KINDS]);

/* Whose link this is. */
static inline struct timer *timer_of(struct list *link)
{
    return list_of(link, struct timer, link);
}

static inline void timer_init(struct timer *timer)
{
    list_init(&timer->link);
}

/* Arm, or arm anew, from now on. */
static inline void timeouts_arm(struct timeouts *t, struct timer *timer, enum timeout_kind kind, uint64_t now_ms)
{
    list_remove(&timer->link);
    timer->due_ms = now_ms + t->after_ms[kind];
    list_append(&t->fifo[kind], &timer->link);
}

static inline void timeouts_disarm(struct timer *timer)
{
    list_remove(&timer->link);
}

/* A timer that is due, disarmed by this call; NULL where none is. */
struct timer *timeouts_expired(struct timeouts *t, uint64_t now_ms);

/* Milliseconds until the first is due, for epoll_wait(2): -1 where none is armed. */
int timeouts_next(const struct timeouts *t, uint64_t now_ms);

#endif
