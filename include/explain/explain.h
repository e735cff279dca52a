/* SPDX-License-Identifier: MIT */
/* explain/explain.h: what would be answered to a request, and why.
 *
 * The request goes the way of every other: parse_head, request_read, steps_answer, on the configuration and the files that
 * the server would use. What is printed is the row of the answer, and the reasons that were kept on the way. No socket
 * is opened.
 *
 * Ownership: borrows everything.
 * Threads:   one.
 * Errors:    0, -errno of the root's open(2), or -ENOMEM; logged.
 */
#ifndef BATON_EXPLAIN_EXPLAIN_H
#define BATON_EXPLAIN_EXPLAIN_H

#include <stdio.h>

#include "explain/question.h"

int explain(const struct config *config, const struct question *question, FILE *to);

#endif
