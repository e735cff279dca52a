/* SPDX-License-Identifier: MIT */
/* http/chunked.h: find the end of a chunked body.
 *
 * The data is not kept; what matters is where the next request begins. Incremental: feed the bytes as they come, in
 * pieces of any size. Extensions and trailer fields are checked for their bytes and passed over.
 *
 * Ownership: borrows the bytes for the call.
 * Threads:   one at a time for each struct chunked.
 * Errors:    CHUNKED_BAD, with the reason: 400, or 413 where data, extensions or trailers exceed their bound.
 * Source:    RFC 9112 7.1; lines end in CRLF and nothing else, 1.1's "bad" white space is refused.
 */
#ifndef BATON_HTTP_CHUNKED_H
#define BATON_HTTP_CHUNKED_H

#include <stddef.h>
#include <stdint.h>

enum chunked_result { CHUNKED_DONE, CHUNKED_MORE, CHUNKED_BAD };

struct chunked {
    uint64_t left;     /* data bytes of this chunk still to come */
    uint64_t data_max; /* data bytes that the body may still have */
    uint32_t meta_max; /* bytes that extensions and trailers may still have */
    uint8_t why;       /* enum why: after CHUNKED_BAD */
    uint8_t state;
    uint8_t digits; /* of the chunk size so far */
};

/* At most data_max bytes of data, and meta_max bytes of extensions and trailers together. */
void chunked_init(struct chunked *ch, uint64_t data_max, uint32_t meta_max);

/* Read p[0 .. len); *used says how many bytes belong to the body. After CHUNKED_DONE the rest is the next request. */
enum chunked_result chunked_read(struct chunked *ch, const char *p, size_t len, size_t *used);

#endif
