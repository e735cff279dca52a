/* SPDX-License-Identifier: MIT */
/* reactor/evict.h: at the limit, the one that does least goes, and not the one that comes.
 *
 * Those that wait for a request go first, the longest idle before the others; then those that never sent a byte; then those
 * whose last answer is sent and who are still heard out. Nobody goes who has been so for a moment only: a request may be on
 * its way. A request that has come keeps its connection.
 *
 * Ownership: borrows the shard. Threads: its worker.
 * Errors:    none.
 */
#ifndef BATON_REACTOR_EVICT_H
#define BATON_REACTOR_EVICT_H

#include <stdbool.h>
#include <stdint.h>

#include "reactor/shard.h"

#define EVICT_NONE  UINT64_MAX
#define EVICT_ASKED 0 /* of a worker that has not said yet */

/* Whose turn it would be, as a number that is comparable between workers: the least goes first. */
uint64_t evict_first(const struct shard *s);
/* Has that one been so for long enough? */
bool evict_is_due(uint64_t first, uint64_t now_ms);

/* True where one went. */
bool evict_one(struct shard *s);

#endif
