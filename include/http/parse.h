/* SPDX-License-Identifier: MIT */
/* http/parse.h: find the pieces of a request head.
 *
 * Incremental and zero-copy: the caller keeps the bytes of the head in one place, appends as more arrive, and calls
 * parse_head again with all of them. Parsing goes on where it stopped; no byte is looked at twice. What is found are
 * offsets, so the bytes may be moved between two calls.
 *
 * The grammar is that of RFC 9112 and no wider: lines end in CRLF, one space parts the request line, no white space
 * stands before a colon, no line is folded. Empty lines before a request (2.2) are no part of its head: the caller lets
 * parse_empty_lines pass over them first.
 *
 * Ownership: borrows the bytes and the array of fields; both must outlive the use of what was found.
 * Threads:   one at a time for each struct parse.
 * Errors:    PARSE_BAD with the status to answer in `status`; the connection cannot be used further, since nobody
 *            knows where the next request begins.
 * Units:     offsets and lengths in bytes from the first byte that parse_head was given.
 * Source:    RFC 9112 2 to 5, RFC 9110 5; 414 and 431 from RFC 9110 15.5.15 and RFC 6585 5.
 */
#ifndef BATON_HTTP_PARSE_H
#define BATON_HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sv.h"
#include "http/why.h"

enum parse_result { PARSE_DONE, PARSE_MORE, PARSE_BAD };

struct parse_span {
    uint32_t at;
    uint32_t len;
};

struct parse_field {
    struct parse_span name;
    struct parse_span value; /* without white space at its ends */
};

struct parse_limits {
    uint32_t head_size;   /* bytes of the whole head; at most 65,536 */
    uint32_t target_size; /* bytes of the request target */
    uint32_t field_count;
};

struct parse {
    const struct parse_limits *limits; /* borrowed */
    struct parse_field *fields;        /* borrowed: room for limits->field_count of them */
    uint32_t n_fields;
    uint32_t pos;  /* bytes consumed; the length of the head once PARSE_DONE */
    uint32_t mark; /* where the piece being read began */
    struct parse_span method;
    struct parse_span target;
    struct parse_span version; /* eight bytes, "HTTP/d.d" */
    uint8_t state;
    uint8_t why;     /* enum why; after PARSE_BAD */
    uint16_t status; /* that of the reason */
};

/* Pass over the empty lines at the front of p[0 .. len): *used of its bytes. *passed counts them from call to call; it is
 * odd while a CR waits for its LF. False where a CR is followed by something else. */
bool parse_empty_lines(const char *p, size_t len, size_t *used, uint32_t *passed);

void parse_init(struct parse *ps, const struct parse_limits *limits, struct parse_field *fields);

/* Read on in p[0 .. len); the first ps->pos bytes of it were seen before. */
enum parse_result parse_head(struct parse *ps, const char *p, size_t len);

static inline struct sv parse_view(const char *p, struct parse_span s)
{
    return sv_of(p + s.at, s.len);
}

#endif
