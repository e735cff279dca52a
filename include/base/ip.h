/* SPDX-License-Identifier: MIT */
/* base/ip.h: addresses of IPv4 and IPv6, and ports, as they are written: the one reader of each.
 *
 *     192.0.2.7   2001:db8::1   ::ffff:192.0.2.7   65535
 *
 * Numeric ones only: names, networks, scopes ("fe80::1%lo"), brackets and what else may stand round an address are the
 * caller's. An IPv4 address has four parts without leading zeros.
 *
 * Threads: any; no state. Pure.
 * Errors:  false for all else, the empty text too.
 * Source:  inet_pton(3), RFC 4291 2.2 and 2.5.5.2.
 */
#ifndef BATON_BASE_IP_H
#define BATON_BASE_IP_H

#include <netinet/in.h>
#include <stdint.h>

#include "base/sv.h"

bool ip_parse_v4(struct sv text, struct in_addr *out);
bool ip_parse_v6(struct sv text, struct in6_addr *out);

/* An address of either family; IPv4 becomes a mapped one. */
bool ip_parse(struct sv text, struct in6_addr *out);

/* ::ffff:192.0.2.7 of 192.0.2.7, as a dual-stack socket names it. */
struct in6_addr ip_map(struct in_addr v4);

/* 0 to 65535, in the order of this machine. Leading zeros do not count. */
bool ip_parse_port(struct sv text, uint16_t *out);

#endif
