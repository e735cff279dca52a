/* SPDX-License-Identifier: MIT */
/* base/cidr.h: networks of addresses, IPv4 and IPv6 alike.
 *
 *     192.0.2.0/24   192.0.2.7   2001:db8::/32   ::1
 *
 * Both families are kept as IPv6, IPv4 as ::ffff:192.0.2.0/120, so that one comparison serves a client of either, also
 * one of IPv4 whom a dual-stack socket names by a mapped address. 0.0.0.0/0 is every IPv4 address, ::/0 every address.
 *
 * Ownership: none; values.
 * Threads:   any. Pure.
 * Errors:    cidr_parse returns a status; *out is set with CIDR_OK, and with CIDR_HOST_BITS to the network that the
 *            address is in.
 * Units:     bits counts from the left of all 128.
 * Source:    RFC 4632 3.1, RFC 4291 2.3 and 2.5.5.2.
 */
#ifndef BATON_BASE_CIDR_H
#define BATON_BASE_CIDR_H

#include <netinet/in.h>

#include "base/sv.h"

enum {
    CIDR_V4 = 96,                     /* the bits of 0.0.0.0/0 */
    CIDR_HOST = 128,                  /* the bits of one address */
    CIDR_TEXT = INET6_ADDRSTRLEN + 4, /* room for cidr_format */
};

struct cidr {
    struct in6_addr address; /* its bits behind the first `bits` are 0 */
    unsigned int bits;
};

enum cidr_status {
    CIDR_OK,
    CIDR_NO_ADDRESS, /* what stands before the '/' is none */
    CIDR_BAD_PREFIX, /* what stands behind it is no number, or one beyond the length of an address */
    CIDR_HOST_BITS,  /* it has a '/', and is an address within a network */
};

/* An address alone is the network of that one. */
enum cidr_status cidr_parse(struct sv text, struct cidr *out);

/* An IPv4 address is a mapped one (ip_map). */
bool cidr_holds(const struct cidr *net, const struct in6_addr *address);
bool cidr_eq(const struct cidr *a, const struct cidr *b);

/* The shortest text that reads back as the same network. */
void cidr_format(const struct cidr *net, char out[static CIDR_TEXT]);

#endif
