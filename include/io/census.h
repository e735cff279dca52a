/* SPDX-License-Identifier: MIT */
/* io/census.h: how many connections each address has, over all workers.
 *
 * An address is one of IPv4, or a network of 64 bits of IPv6, which is what one household has; the others (unix sockets)
 * are not counted. A connection that is counted holds a seat until it leaves.
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
 *            then a little looser until they leave. census_of_process: the master.
 * Errors:    none.
 */
#ifndef BATON_IO_CENSUS_H
#define BATON_IO_CENSUS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "io/peer.h"

enum { CENSUS_LINE = 64, CENSUS_WAYS = CENSUS_LINE / sizeof(uint64_t), CENSUS_PLACES = 128 * 1024 };

struct census {
    struct hash_key key;
    _Alignas(CENSUS_LINE) _Atomic uint64_t place[CENSUS_PLACES];
};

/* The table of the process, with its key drawn. */
struct census *census_of_process(void);

/* One more connection of this peer, if it has fewer than `most`; false if it has as many. *seat is for census_leave, and 0
 * where nothing was counted. */
bool census_enter(struct census *c, const struct peer *peer, uint64_t most, uint32_t *seat);
void census_leave(struct census *c, uint32_t *seat);

#endif
