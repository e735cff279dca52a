/* SPDX-License-Identifier: MIT */
/* base/buf.h: a growing run of bytes.
 *
 * An empty buffer is all zero and holds no memory, so a structure may embed many of them for free.
 *
 * Ownership: the buffer owns its bytes; views into them die with the next call that may grow or free it.
 * Threads:   one at a time.
 * Errors:    the calls that may allocate return 0 or -ENOMEM; on failure the contents are as they were.
 */
#ifndef BATON_BASE_BUF_H
#define BATON_BASE_BUF_H

#include "base/sv.h"

struct buf {
    char *p; /* owned */
    size_t len;
    size_t cap;
};

/* Give back the memory; the buffer is empty and may be used again. */
void buf_fini(struct buf *b);

/* Make room for `more` bytes behind those held. */
int buf_reserve(struct buf *b, size_t more);

/* Append bytes, or text by a printf format. */
int buf_add(struct buf *b, struct sv bytes);
int buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline struct sv buf_sv(const struct buf *b)
{
    return sv_of(b->p, b->len);
}

#endif
