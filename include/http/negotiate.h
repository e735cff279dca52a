/* SPDX-License-Identifier: MIT */
/* http/negotiate.h: in which content coding does a client want a file?
 *
 * Ownership: borrows the request for the call.
 * Threads:   any; no state.
 * Errors:    none; an element that is malformed is as if it were not there.
 * Units:     qualities in thousandths, 0 to 1000; 0 is "not acceptable".
 * Source:    RFC 9110 12.4.2 and 12.5.3.
 */
#ifndef BATON_HTTP_NEGOTIATE_H
#define BATON_HTTP_NEGOTIATE_H

#include <stdint.h>

#include "base/sv.h"
#include "http/request.h"

enum coding {
#define CODING(id, token, suffix, x_name) CODING_##id,
#include "http/coding.def"
#undef CODING
    CODING_COUNT,
    CODING_IDENTITY = CODING_COUNT,
    CODING_NONE
};

struct coding_name {
    struct sv token;  /* in Content-Encoding */
    struct sv suffix; /* of the sibling's name, without the dot */
};

extern const struct coding_name coding_names[CODING_COUNT];

/* The coding whose siblings have this suffix, else CODING_NONE. */
enum coding coding_of_suffix(struct sv suffix);

struct acceptable {
    uint16_t quality[CODING_COUNT + 1]; /* the last is identity's */
};

/* What the request says in Accept-Encoding. Without that field only identity is acceptable: RFC 9110 would allow any
 * coding then, but who does not say that it can decode as a rule cannot. */
void negotiate_read(struct acceptable *a, const struct request *rq);

/* The most acceptable of the codings of which `available` has the bit (1 << coding; CODING_IDENTITY's too). Of equals,
 * the one that comes first in order[0 .. n), and identity last. CODING_NONE where none is acceptable. */
enum coding negotiate_choose(const struct acceptable *a, uint32_t available, const uint8_t *order, size_t n);

#endif
