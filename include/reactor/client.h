/* SPDX-License-Identifier: MIT */
/* reactor/client.h: who the client of a connection is, and whether it has too many.
 *
 * The one at the other end of the socket, unless a PROXY header or, of a trusted proxy, X-Forwarded-For names another.
 * The socket is asked for its peer only when somebody wants to know: without a log and without connections_per_ip, never.
 *
 * What is counted (io/ip_count): a connection, for as long as it is open, by the address of its peer, which is the one that
 * a PROXY header tells; one too many is closed without an answer, which costs us least. The connections of a trusted proxy
 * are not counted, for they are nobody's: there a client is counted while a request of its is being answered, and one
 * too many gets 429. A connection that served elsewhere before is counted, and never one too many.
 *
 * Ownership: none.
 * Threads:   the worker that owns the connection.
 * Errors:    none; a peer that cannot be told is not counted.
 */
#ifndef BATON_REACTOR_CLIENT_H
#define BATON_REACTOR_CLIENT_H

#include "http/request.h"
#include "io/baton.h"
#include "reactor/conn.h"

/* A connection begins; false where it is one too many. Decides too whether it must introduce itself first. */
bool client_adopt(struct shard *s, struct conn *c, const struct baton *b);
/* Its PROXY header has come, and c->peer is set if it was told; false as above. */
bool client_introduced(struct shard *s, struct conn *c);

/* A request is about to be answered; false where its client has too many. */
bool client_admit(struct shard *s, struct conn *c, const struct request *rq);
/* What was counted is no longer so. */
void client_leave(struct shard *s, struct conn *c);

/* The client of a request, or, with NULL, of the connection. */
struct peer client_of(struct conn *c, const struct request *rq);

#endif
