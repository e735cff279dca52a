/* SPDX-License-Identifier: MIT */
/* access/merge.h: the lines of several workers in one row, in the order in which their answers ended.
 *
 * A worker shows its lines at the end of a turn of its loop, or when a block is full. So a line is taken only once no worker
 * is in a turn that began before it: what is still to be shown is later. A worker that hangs in its turn is waited for
 * no longer than LOG_MERGE_PATIENCE_US; its lines stand late then.
 *
 * Ownership: borrows the queues.
 * Threads:   the consumer of all of them.
 * Errors:    init returns 0 or -ENOMEM.
 * Units:     bytes; microseconds of CLOCK_MONOTONIC.
 */
#ifndef BATON_ACCESS_MERGE_H
#define BATON_ACCESS_MERGE_H

#include "access/ring.h"

enum { LOG_MERGE_PATIENCE_US = 1000000 };

struct log_merge {
    struct log_ring *ring; /* borrowed: n of them */
    size_t n;
    struct log_line *head; /* owned: the oldest line of each, at UINT64_MAX where there is none */
};

int log_merge_init(struct log_merge *m, struct log_ring *rings, size_t n);
void log_merge_fini(struct log_merge *m);

/* Take lines that may be taken now, as many as fit into `room`; those behind a gap come with the next call. Returns the
 * bytes of them. *gap: lines that are missing before them; where there are none, so far. */
size_t log_merge_take(struct log_merge *m, char *room, size_t len, uint64_t now_us, uint64_t *gap);
/* Take all, and throw them away. Returns how many lines they were. */
uint64_t log_merge_drop(struct log_merge *m);

#endif
