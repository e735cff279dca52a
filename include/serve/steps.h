/* SPDX-License-Identifier: MIT */
/* serve/steps.h: from a request to its answer, step by step.
 *
 * Ownership: borrows everything; answers go to the row that the caller names.
 * Threads:   the owning worker.
 * Errors:    every request has an answer; `served` says which.
 */
#ifndef BATON_SERVE_STEPS_H
#define BATON_SERVE_STEPS_H

#include "serve/answer.h"

/* `may_wait`: for a digest that is wanted, or a file that is not at hand; else the answer goes without it. */
struct served steps_answer(struct serve *s, const struct request *rq, enum persist persist, bool may_wait,
                           struct out *out);

/* The answer to what is no request, or is refused before it is read whole. */
struct served steps_refuse(struct serve *s, enum why why, bool head_only, struct out *out);

#endif
