/* SPDX-License-Identifier: MIT */
/* Text for those who watch the daemon. No request but theirs comes by here. */

#include "status/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { PIECE_MAX = 512 };

void text_add(struct text *t, const char *fmt, ...)
{
    char piece[PIECE_MAX];
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(piece, sizeof piece, fmt, ap);
    va_end(ap);
    if (t->err == 0)
        t->err = buf_add(t->to, sv_of(piece, n < PIECE_MAX ? (size_t)n : PIECE_MAX - 1));
}

void text_add_seconds(struct text *t, uint64_t us)
{
    text_add(t, "%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);
}

void text_add_quoted(struct text *t, struct sv s)
{
    text_add(t, "\"");
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c == '"' || c == '\\')
            text_add(t, "\\%c", c);
        else
            text_add(t, "%c", c >= ' ' && c <= '~' ? c : '?');
    }
    text_add(t, "\"");
}
