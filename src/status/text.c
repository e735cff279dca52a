/* SPDX-License-Identifier: MIT */
/* Text for those who watch the daemon. No request but theirs comes by here. */

#include "status/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/escape.h"

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

void text_add_json(struct text *t, struct sv s)
{
    char room[ESCAPE_JSON_MAX];
    size_t used;

    text_add(t, "\"");
    for (; s.len > 0; s = sv_skip(s, used)) {
        size_t len = (size_t)(escape_json(room, s, &used) - room);
        text_add(t, "%.*s", (int)len, room);
    }
    text_add(t, "\"");
}
