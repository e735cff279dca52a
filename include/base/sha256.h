/* SPDX-License-Identifier: MIT */
/* base/sha256.h: the SHA-256 of bytes that come in pieces.
 *
 * Ownership: none; the state is a value.
 * Threads:   one at a time for each struct sha256.
 * Errors:    none.
 * Source:    FIPS 180-4, 5.3.3 and 6.2.
 */
#ifndef BATON_BASE_SHA256_H
#define BATON_BASE_SHA256_H

#include <stdint.h>

#include "base/sv.h"

enum { SHA256_LEN = 32, SHA256_BLOCK = 64 };

struct sha256 {
    uint32_t h[8];
    uint64_t total; /* bytes so far */
    uint8_t block[SHA256_BLOCK];
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, struct sv bytes);
void sha256_end(struct sha256 *s, uint8_t sum[SHA256_LEN]);

#endif
