/* SPDX-License-Identifier: MIT */
/* io/peer.h: who is at the other end of a connection.
 *
 * Ownership: borrows the descriptor for the call.
 * Threads:   any.
 * Errors:    a peer that cannot be told is "-".
 * Source:    getpeername(2), socket(7); SO_PEERNAME still answers after the peer has reset the connection.
 */
#ifndef BATON_IO_PEER_H
#define BATON_IO_PEER_H

#include <netinet/in.h>

#include "base/sv.h"

/* All zero until it is asked for. */
struct peer {
    struct in6_addr address; /* of AF_INET6, and of AF_INET as a mapped one */
    sa_family_t family;
};

enum { PEER_TEXT_MAX = INET6_ADDRSTRLEN };

void peer_read(struct peer *p, int fd);

/* The one at this address; a mapped one is IPv4. */
struct peer peer_of(const struct in6_addr *address);

/* "192.0.2.1", "2001:db8::1", "unix:" or "-", perhaps in `room`, which has PEER_TEXT_MAX bytes. */
struct sv peer_text(const struct peer *p, char *room);

#endif
