/* SPDX-License-Identifier: MIT */
/* base/hash.h: a keyed hash for tables whose keys come from strangers.
 *
 * Without the key nobody can choose paths that all fall into one bucket.
 *
 * Ownership: borrows the bytes for the call.
 * Threads:   any; no state.
 * Errors:    none.
 * Source:    SipHash, Aumasson and Bernstein 2012, with 1 and 3 rounds.
 */
#ifndef BATON_BASE_HASH_H
#define BATON_BASE_HASH_H

#include <stdint.h>

#include "base/sv.h"

struct hash_key {
    uint64_t k[2];
};

/* A key from the kernel's random numbers; where it gives none now, from those that the process got at its start. */
void hash_key_random(struct hash_key *key);

uint64_t hash(const struct hash_key *key, struct sv bytes);

#endif
