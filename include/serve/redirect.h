/* SPDX-License-Identifier: MIT */
/* serve/redirect.h: where else what is asked for stands.
 *
 * Source: RFC 9110 10.2.2 (Location), 15.4.2 (301).
 */
#ifndef BATON_SERVE_REDIRECT_H
#define BATON_SERVE_REDIRECT_H

#include "serve/answer.h"

/* A directory is asked for without its slash: with it, the links of its index are right. */
bool redirect_step(struct answer *a);

#endif
