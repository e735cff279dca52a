/* SPDX-License-Identifier: MIT */
/* reactor/send.h: send answers, now or when the socket has room.
 *
 * Ownership: what the socket does not take moves from the shard's row to the connection's own.
 * Threads:   the owning worker.
 * Errors:    none are returned: what fails ends the connection, with its reason.
 * Source:    tcp(7) and unix(7) on SIOCOUTQ, socket(7) on SO_LINGER.
 */
#ifndef BATON_REACTOR_SEND_H
#define BATON_REACTOR_SEND_H

#include "base/sv.h"
#include "reactor/step.h"

/* Send the row. What does not go is kept, and so are the bytes behind the requests that it answers. */
enum step send_row(struct shard *s, struct conn *c, struct sv bytes, struct turn *turn);
/* Send what waits from an earlier turn. */
enum step send_kept(struct shard *s, struct conn *c, struct turn *turn);
/* Begin to look how fast the peer takes what it is sent: for send_timeout from now. */
void send_wait(struct shard *s, struct conn *c);
/* That time is over: where the peer took nothing, or less than min_send_rate, the connection is reset. */
void send_expired(struct shard *s, struct conn *c);

#endif
