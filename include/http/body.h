/* SPDX-License-Identifier: MIT */
/* http/body.h: read past the body of a request, however it is framed.
 *
 * We have no use for what it says, but the next request begins behind it.
 *
 * Ownership: borrows the bytes for the call.
 * Threads:   one at a time for each struct body.
 * Errors:    BODY_BAD, with the reason; the connection cannot be used further.
 * Source:    RFC 9112 6.
 */
#ifndef BATON_HTTP_BODY_H
#define BATON_HTTP_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "http/chunked.h"
#include "http/request.h"

/* What a server of files allows for extensions and trailers of chunks, which it has no use for; bytes. */
enum { BODY_META_MAX = 8 * 1024 };

enum body_result { BODY_DONE, BODY_MORE, BODY_BAD };

struct body {
    enum body_kind kind;
    uint8_t why; /* enum why: after BODY_BAD */
    union {
        uint64_t left; /* of BODY_LENGTH */
        struct chunked chunked;
    } of;
};

/* A body of `size_max` bytes at most; extensions and trailers may have `meta_max` more. */
void body_init(struct body *b, const struct request *rq, uint64_t size_max, uint32_t meta_max);

/* Read p[0 .. len); *used says how many bytes belong to the body. May be called with len 0. */
enum body_result body_read(struct body *b, const char *p, size_t len, size_t *used);

#endif
