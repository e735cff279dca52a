/* SPDX-License-Identifier: MIT */
/* reactor/turn.h: what a connection does when it has news, until it is closed.
 *
 * After each of these calls the connection may be gone.
 *
 * Ownership: turn_adopt takes the baton's descriptor over, whatever happens.
 * Threads:   the worker that adopted it; debug builds assert that.
 * Errors:    none are returned: what fails ends the connection, with its reason.
 * Source:    epoll(7) on edge-triggered use, RFC 9112 9.3 to 9.6, tcp(7).
 */
#ifndef BATON_REACTOR_TURN_H
#define BATON_REACTOR_TURN_H

#include <stdint.h>

#include "io/baton.h"
#include "reactor/conn.h"

void turn_adopt(struct shard *s, const struct baton *b);
/* Events of epoll for it. */
void turn_event(struct shard *s, struct conn *c, uint32_t events);
/* It was taken from the ready list, or from that of the stalled. */
void turn_go_on(struct shard *s, struct conn *c);
/* Its timer ended. */
void turn_expired(struct shard *s, struct conn *c);
/* The shard began to drain, or to retire: an idle one has a last chance to have sent something, and then ends here. */
void turn_leave(struct shard *s, struct conn *c);

#endif
