/* SPDX-License-Identifier: MIT */
/* io/ip_count.h: how many connections each address has, over all workers.
 *
 * An address is one of IPv4, or a network of 64 bits of IPv6, which is what one household has; the others (unix sockets)
 * are not counted. A connection that is counted holds a slot until it leaves.
 *
 * The table has a fixed size. Each address has eight places where it may be counted, a cache line, which it shares with
 * other addresses; where all are taken by others a connection gets in uncounted: a flood of addresses makes the limit
 * looser, and shuts nobody out. With 16,000 addresses there that happens to one in 100,000, with 32,000 to one in 1,000,
 * with 64,000 to one in 20.
 *
 * Ownership: the process has one table, for connections outlive the generation that counted them. It takes no memory
 *            until somebody is counted.
 * Threads:   any may enter and leave: a place is one atomic word, the address as a keyed hash of 40 bits, and the count.
 *            Two of one address that enter at the very same moment, as its first, may each take a place; the limit is
 *            then a little looser until they leave. ip_count_of_process: the master.
 * Errors:    none.
 */
#ifndef BATON_IO_IP_COUNT_H
#define BATON_IO_IP_COUNT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "io/peer.h"

enum { IP_COUNT_LINE = 64, IP_COUNT_WAYS = IP_COUNT_LINE / sizeof(uint64_t), IP_COUNT_PLACES = 128 * 1024 };

struct ip_count {
    struct hash_key key;
    _Alignas(IP_COUNT_LINE) _Atomic uint64_t place[IP_COUNT_PLACES];
};

/* The table of the process, with its key drawn. */
struct ip_count *ip_count_of_process(void);

/* One more connection of this peer, if it has fewer than `most`; false if it has as many. *slot is for ip_count_leave, and 0
 * where nothing was counted. */
bool ip_count_enter(struct ip_count *c, const struct peer *peer, uint64_t most, uint32_t *slot);
void ip_count_leave(struct ip_count *c, uint32_t *slot);

#endif
