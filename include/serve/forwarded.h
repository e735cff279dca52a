/* SPDX-License-Identifier: MIT */
/* serve/forwarded.h: for whom a request was forwarded.
 *
 * Each proxy on the way appends the address that it saw to X-Forwarded-For; what stands before that, anybody may have
 * written. So the list is read from its end: as long as the one who speaks is trusted, the next address is believed. The
 * client is the first that is not trusted itself, or the last that could be read:
 *
 *     X-Forwarded-For: 203.0.113.7, 198.51.100.9, 10.0.0.2        from 10.0.0.1, trusting 10.0.0.0/8: 198.51.100.9
 *
 * An address may stand in brackets and have a port behind it. Several lines are one list. Forwarded (RFC 7239) is not read:
 * a proxy that writes the one passes on, unread, what a client says in the other.
 *
 * Ownership: struct trust owns its networks.
 * Threads:   init, fini: one; then const.
 * Errors:    trust_init and trust_copy return 0 or -ENOMEM. An address that is none ends the walk.
 */
#ifndef BATON_SERVE_FORWARDED_H
#define BATON_SERVE_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cidr.h"
#include "config/config.h"
#include "http/request.h"
#include "io/peer.h"

/* Whose X-Forwarded-For is believed. */
struct trust {
    struct cidr *nets; /* owned */
    size_t n_nets;
    bool local; /* and that of whoever comes through a unix socket */
};

/* Networks as the configuration has checked them: 192.0.2.0/24, 2001:db8::1, or unix: */
int trust_init(struct trust *t, const struct strings *networks);
/* The same networks as another's. */
int trust_copy(struct trust *t, const struct trust *from);
bool trust_eq(const struct trust *a, const struct trust *b);
void trust_fini(struct trust *t);

bool trust_holds(const struct trust *t, const struct peer *peer);

/* The client of a request that came from `peer`: who is named in it, or `peer` itself. */
struct peer forwarded_client(const struct trust *t, const struct peer *peer, const struct request *rq);

#endif
