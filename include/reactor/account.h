/* SPDX-License-Identifier: MIT */
/* reactor/account.h: what connections and answers mean for the counters.
 *
 * Ownership: none.
 * Threads:   the owning worker.
 * Errors:    none.
 */
#ifndef BATON_REACTOR_ACCOUNT_H
#define BATON_REACTOR_ACCOUNT_H

#include "reactor/conn.h"

void account_begin(struct shard *s, const struct conn *c, const struct baton *b);
void account_wait(struct shard *s, const struct conn *c, enum timeout_kind next);
void account_end(struct shard *s, const struct conn *c, enum close_reason reason);
/* A connection that ended before there was a structure for it. */
void account_refused(struct shard *s, enum close_reason reason);

/* An answer is in the row. `since_us`: when the first bytes of its request came; `method` of what is no request is
 * METHOD_UNKNOWN. */
void account_answer(struct shard *s, enum method method, struct served served, uint64_t since_us);

/* out_flush, and what it sent. Where all is sent, that is how long the answers in it took. */
enum out_result account_flush(struct shard *s, struct conn *c, struct out *o, size_t *budget);

#endif
