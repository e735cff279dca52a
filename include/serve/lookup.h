/* SPDX-License-Identifier: MIT */
/* serve/lookup.h: what stands at the path that is asked for, and in which coding it is sent.
 *
 * Source: RFC 9110 12.1, 12.5.3 (negotiation of codings).
 */
#ifndef BATON_SERVE_LOOKUP_H
#define BATON_SERVE_LOOKUP_H

#include "serve/answer.h"

/* Has the cache's entry in a->e. */
bool entry_step(struct answer *a);

/* Has the one in the coding that the client likes best in its place. */
bool coding_step(struct answer *a);

#endif
