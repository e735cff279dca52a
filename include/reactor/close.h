/* SPDX-License-Identifier: MIT */
/* reactor/close.h: the one function in which a connection ends, with a reason of reactor/close_reason.def.
 *
 * Ownership: frees the connection, and all that it owns.
 * Threads:   the owning worker; debug builds assert that.
 */
#ifndef BATON_REACTOR_CLOSE_H
#define BATON_REACTOR_CLOSE_H

#include "reactor/conn.h"

void conn_close(struct shard *s, struct conn *c, enum close_reason reason);

#endif
