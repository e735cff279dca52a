/* SPDX-License-Identifier: MIT */
/* What the types of values say of a text that is none of theirs. */

#include "text/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool fault_set(struct fault *f, size_t at, size_t len, const char *fmt, ...)
{
    va_list ap;

    f->at = at;
    f->len = len;
    va_start(ap, fmt);
    (void)vsnprintf(f->why, sizeof f->why, fmt, ap);
    va_end(ap);
    return false;
}

bool fault_add(struct fault *f, const char *fmt, ...)
{
    size_t n = strlen(f->why);
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(f->why + n, sizeof f->why - n, fmt, ap);
    va_end(ap);
    return false;
}
