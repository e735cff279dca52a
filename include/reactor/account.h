/* SPDX-License-Identifier: MIT */
/* reactor/account.h: what connections and answers mean for the counters and the access log.
 *
 * A request comes by twice: when it is answered, and when all of its answer is sent that will be.
 *
 * Ownership: lines of a row that is kept belong to that row until it ends here.
 * Threads:   the owning worker.
 * Errors:    account_keep is false without memory.
 */
#ifndef BATON_REACTOR_ACCOUNT_H
#define BATON_REACTOR_ACCOUNT_H

#include "io/baton.h"
#include "reactor/conn.h"
#include "serve/answer.h"

void account_begin(struct shard *s, const struct conn *c, const struct baton *b);
/* The connection ends: what was not sent never will be. */
void account_end(struct shard *s, struct conn *c, enum close_reason reason);
/* A connection that ended before there was a structure for it. */
void account_refused(struct shard *s, enum close_reason reason);

/* An answer is in the row. `rq`: NULL where it is to what is no request; `since_us`: when the first bytes of that came. */
void account_answer(struct shard *s, struct conn *c, const struct request *rq, struct served served, uint64_t since_us);

/* out_flush, of the shard's row or of one that the connection keeps, and what it sent. Where all is sent, that is how
 * long the answers in it took. */
enum out_result account_flush(struct shard *s, struct conn *c, struct out *o, size_t *budget);
/* What the shard's row could not send is kept in `kept`, and its lines with it. False without memory; they end with the
 * connection then. */
bool account_keep(struct shard *s, struct out *kept);

#endif
