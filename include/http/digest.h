/* SPDX-License-Identifier: MIT */
/* http/digest.h: does a client want to know the digest of what it gets?
 *
 * Ownership: borrows the request for the call; the room is the caller's.
 * Threads:   any; no state.
 * Errors:    a Want-Repr-Digest that is malformed anywhere wants nothing, as RFC 8941 4.2 has it.
 * Source:    RFC 9530 3 and 4; RFC 8941 3.2, 3.3.1 and 3.3.5 (dictionaries, integers, byte sequences).
 */
#ifndef BATON_HTTP_DIGEST_H
#define BATON_HTTP_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "http/request.h"

/* Is there a weight from 1 to 10 for sha-256? */
bool digest_is_wanted(const struct request *rq);

/* Write it in base64, DIGEST_LEN bytes, not terminated. */
enum { DIGEST_LEN = (sizeof(uint8_t[SHA256_LEN]) + 2) / 3 * 4 };
void digest_write(const uint8_t sum[SHA256_LEN], char *room);

#endif
