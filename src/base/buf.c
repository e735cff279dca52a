/* SPDX-License-Identifier: MIT */
/* A growing run of bytes. On a request's way it holds what a connection could not finish in one go: the front of an
 * incomplete request, or lines of a log that wait for their write. */

#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUF_FIRST = 256 };

void buf_fini(struct buf *b)
{
    free(b->p);
    *b = (struct buf){0};
}

int buf_reserve(struct buf *b, size_t more)
{
    if (more <= b->cap - b->len)
        return 0;
    if (more > SIZE_MAX / 2 - b->len)
        return -ENOMEM;

    size_t cap = b->cap > 0 ? b->cap : BUF_FIRST;
    while (cap - b->len < more)
        cap *= 2;
    char *p = realloc(b->p, cap);
    if (p == NULL)
        return -ENOMEM;
    b->p = p;
    b->cap = cap;
    return 0;
}

int buf_add(struct buf *b, struct sv bytes)
{
    int err = buf_reserve(b, bytes.len);

    if (err < 0 || bytes.len == 0)
        return err;
    memcpy(b->p + b->len, bytes.p, bytes.len);
    b->len += bytes.len;
    return 0;
}

int buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(b->p != NULL ? b->p + b->len : NULL, b->cap - b->len, fmt, ap);
    va_end(ap);
    if (n < 0)
        return -EINVAL;
    if ((size_t)n >= b->cap - b->len) {
        int err = buf_reserve(b, (size_t)n + 1);
        if (err < 0)
            return err;
        va_start(ap, fmt);
        (void)vsnprintf(b->p + b->len, b->cap - b->len, fmt, ap);
        va_end(ap);
    }
    b->len += (size_t)n;
    return 0;
}
