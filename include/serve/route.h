/* SPDX-License-Identifier: MIT */
/* serve/route.h: which site and path a request is about, and whether we serve it at all.
 *
 * Ownership: the path is a view of the request or of `room`.
 * Threads:   any; no state.
 * Errors:    route_request returns WHY_NONE, or the reason for an error page: 400, 404, 405, 501.
 * Source:    RFC 9110 9.1, 15.5.6, 15.6.2; RFC 8615 for /.well-known.
 */
#ifndef BATON_SERVE_ROUTE_H
#define BATON_SERVE_ROUTE_H

#include "base/sv.h"
#include "http/request.h"
#include "serve/answer.h"

/* Has the site's tree in a->tree, and the path in a->path. */
bool route_step(struct answer *a);

/* OPTIONS: what may be asked. */
bool options_step(struct answer *a);

/* Of the site that a request is for; NULL where there are no sites. */
struct tree *route_tree(const struct serve *s, const struct request *rq);

/* `room` has space for the encoded path. */
enum why route_request(const struct request *rq, char *room, struct sv *path);

/* Why a request that waits for leave to send its body is answered at once; WHY_NONE where it gets leave. */
enum why route_refuses_100(const struct request *rq);

#endif
