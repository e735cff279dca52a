/* SPDX-License-Identifier: MIT */
/* http/head.h: the only writer of the head of an answer.
 *
 * A head is its start (status line and Server), fields, and an end. What stands where is asked of `len` between two calls;
 * nothing else knows of an order.
 *
 * As with snprintf(3), what finds no room is counted all the same: a head that is written to no room tells its length.
 *
 * Ownership: the room is the caller's.
 * Threads:   any; no state.
 * Errors:    none. head_is_whole says whether all of it found room. That values end no line is asserted: it is for those
 *            who take them from a request or a configuration to see to.
 * Source:    RFC 9110 5, 10.2.4 (Server), 14.4 (Content-Range); RFC 9112 4; RFC 9530 3.
 */
#ifndef BATON_HTTP_HEAD_H
#define BATON_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"
#include "base/sv.h"
#include "http/range.h"
#include "http/status.h"

#define HEAD_METHODS SV("GET, HEAD, OPTIONS") /* Allow */

struct head {
    char *room;
    size_t cap;
    size_t len; /* so far, also of what found no room */
};

static inline struct head head_in(char *room, size_t cap)
{
    return (struct head){room, cap, 0};
}

static inline bool head_is_whole(const struct head *h)
{
    return h->len <= h->cap;
}

/* The starts as constants, for those who copy nothing. */
extern const struct sv head_starts[STATUS_COUNT];
void head_begin(struct head *h, enum status_index status);

/* A field without a value is left out. */
void head_field(struct head *h, struct sv name, struct sv value);

/* A field whose value comes in pieces. */
void head_open(struct head *h, struct sv name);
void head_put(struct head *h, struct sv piece);
void head_close(struct head *h);

/* Lines that this wrote earlier, each with its end. */
void head_lines(struct head *h, struct sv lines);

void head_content_length(struct head *h, uint64_t len);
/* Content-Range, of a file of so many bytes; NULL where no range lies in it. */
void head_content_range(struct head *h, const struct range *range, uint64_t size);

/* Repr-Digest, of a SHA-256 (RFC 9530). */
void head_digest(struct head *h, const uint8_t sum[SHA256_LEN]);

/* The empty line. */
void head_end(struct head *h);

#endif
