/* SPDX-License-Identifier: MIT */
/* reactor/intake.h: from the bytes that arrived to requests, and their answers in the row.
 *
 * A request that lies whole in the bytes is parsed and answered where it lies. What is incomplete is kept in the
 * connection's intake until the rest comes: the head so far with the parser's state, or the head and how far its body
 * was read. Of empty lines before a request only their number is kept. A part of a PROXY header, and bytes behind answers that could not be sent, wait there too.
 *
 * Ownership: the connection owns its intake.
 * Threads:   the owning worker.
 * Errors:    bad bytes become an answer and conn.last; lack of memory becomes a 503. More empty lines before a request than
 *            a head may have bytes become conn.last alone.
 */
#ifndef BATON_REACTOR_INTAKE_H
#define BATON_REACTOR_INTAKE_H

#include "base/sv.h"
#include "io/proxy_protocol.h"
#include "reactor/conn.h"

/* Take the PROXY header, or a part of it, off *bytes. The peer is that of conn, unless it is told. */
enum proxy_result intake_read_proxy(struct shard *s, struct conn *c, struct sv *bytes);

/* Answer what is in `bytes`, while there is room in the row. Returns what is left to be read later. */
struct sv intake_read(struct shard *s, struct conn *c, struct sv bytes);

/* Keep bytes that may not be read before the answers in front of them are sent. False without memory. */
bool intake_keep(struct shard *s, struct conn *c, struct sv bytes);
/* Move bytes that were kept to the shard's buffer; empty where there are none. */
struct sv intake_restore(struct shard *s, struct conn *c);

/* Are there bytes to be restored? */
bool intake_is_kept(const struct intake *in);

/* Nothing of a request is there but empty lines before it: the connection may end, or be passed on, at any time. */
bool intake_is_blank(const struct intake *in);

/* The timer to wait with for the rest of a request; only where there is an intake. */
enum timeout_kind intake_timeout(const struct intake *in);

/* The rest of a request did not come in time: 408, after which the connection ends. Half an empty line is no part of a
 * request, so then it ends without an answer. Only where there is an intake. */
void intake_refuse_late(struct shard *s, struct conn *c);

void intake_free(struct intake **in);

/* Its request waits for a sum no more, whatever comes of it. */
void intake_leave_sums(struct shard *s, struct conn *c);
/* Another look would find what the last one did: wait on. False where the time for that is over. */
bool intake_waits_on(const struct shard *s, struct conn *c);

#endif
