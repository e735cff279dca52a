/* SPDX-License-Identifier: MIT */
/* status/text.h: text that is written piece by piece, and asked once at its end whether all of it is there.
 *
 * Ownership: borrows the buffer.
 * Threads:   one at a time.
 * Errors:    `err` is 0, or -ENOMEM from the first piece on that found no room; what follows is left out.
 * Source:    RFC 8259 7 (strings of JSON); the Prometheus text format 0.0.4 (label values).
 */
#ifndef BATON_STATUS_TEXT_H
#define BATON_STATUS_TEXT_H

#include <stdint.h>

#include "base/buf.h"

struct text {
    struct buf *to; /* borrowed */
    int err;
};

void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Microseconds as seconds: 0.001500 */
void text_add_seconds(struct text *t, uint64_t us);

/* In quotes, so that JSON and Prometheus read back what was given; bytes that are not ASCII become '?'. */
void text_add_quoted(struct text *t, struct sv s);

#endif
