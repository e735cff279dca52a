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
 * Units:     microseconds of CLOCK_MONOTONIC.
 */
#ifndef BATON_ACCESS_MERGE_H
#define BATON_ACCESS_MERGE_H

#include "access/ring.h"

enum { LOG_MERGE_PATIENCE_US = 1000000 };

struct log_merge {
    struct log_ring *ring; /* borrowed: n of them */
    size_t n;
    struct log_line *head; /* owned: the oldest line of each, at UINT64_MAX where there is none */
    size_t first;          /* the queue with the oldest of these */
    uint64_t next_us;      /* the oldest line of the others */
    uint64_t until_us;     /* what is later may not be taken yet */
};

int log_merge_init(struct log_merge *m, struct log_ring *rings, size_t n);
void log_merge_fini(struct log_merge *m);

/* Find out which lines may be taken now: as many as front tells of, until the next look. */
void log_merge_look(struct log_merge *m, uint64_t now_us);
/* The oldest line that may be taken, which stays until it is popped; NULL where there is none. Its gap is of its queue. */
const struct log_line *log_merge_front(const struct log_merge *m);
/* That line is taken. */
void log_merge_pop(struct log_merge *m);
/* Lines that are missing behind all that there were at the last look, and that nothing will tell of; 0 where lines wait. */
uint64_t log_merge_last_gap(struct log_merge *m);
/* Take all, and throw them away. Returns how many lines they were. */
uint64_t log_merge_drop(struct log_merge *m);

#endif
