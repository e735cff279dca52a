/* SPDX-License-Identifier: MIT */
/* io/handoff.h: hand connections from one thread to another.
 *
 * From the master to each of its workers, and from a worker that retires back to the master.
 *
 * A fixed ring with one producer and one consumer, and the eventfd that wakes the consumer.
 *
 * Ownership: a push that succeeds moves the descriptor to the other side; after one that fails the caller still owns it.
 *            handoff_fini closes what nobody popped.
 * Threads:   push, has_room, signal: the one that hands over. pop, peek, waits: the one that takes. signal may be called by any thread.
 * Errors:    init returns 0 or -errno. push fails only when the ring is full; it never blocks, allocates or logs.
 * Order:     the one that takes watches wake_fd with EPOLLET and, after an event, pops until the ring is empty, in as many turns
 *            as it likes. Every signal is an edge of its own, so the count is never read: that would be a system call
 *            for nothing, and its order a trap.
 * Source:    eventfd(2).
 */
#ifndef BATON_IO_HANDOFF_H
#define BATON_IO_HANDOFF_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/baton.h"

enum { HANDOFF_SLOTS = 1024, HANDOFF_LINE = 64 };

struct handoff {
    _Alignas(HANDOFF_LINE) _Atomic uint32_t pushed; /* written by the one that hands over */
    uint32_t popped_seen;                           /* its copy of `popped` */
    _Alignas(HANDOFF_LINE) _Atomic uint32_t popped; /* written by the one that takes */
    uint32_t pushed_seen;                           /* its copy of `pushed` */
    _Alignas(HANDOFF_LINE) int wake_fd;             /* owned; an edge when there may be something to pop */
    struct baton slot[HANDOFF_SLOTS];
};

int handoff_init(struct handoff *h);
/* How many it closed. */
size_t handoff_fini(struct handoff *h);

bool handoff_push(struct handoff *h, const struct baton *b);
bool handoff_has_room(struct handoff *h);
void handoff_signal(struct handoff *h);

/* The next one; false where the ring is empty. */
bool handoff_pop(struct handoff *h, struct baton *b);
/* The same, but it stays in the ring. */
bool handoff_peek(struct handoff *h, struct baton *b);
/* Is there one? */
bool handoff_waits(const struct handoff *h);

#endif
