/* SPDX-License-Identifier: MIT */
/* status/text.h: text that is written piece by piece, and asked once at its end whether all of it is there.
 *
 * Ownership: borrows the buffer.
 * Threads:   one at a time.
 * Errors:    `err` is 0, or -ENOMEM from the first piece on that found no room; what follows is left out.
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

/* A string of JSON (base/escape). */
void text_add_json(struct text *t, struct sv s);

#endif
