/* SPDX-License-Identifier: MIT */
/* text/excerpt.h: the line of a place, fit for a terminal, and the caret line below it.
 *
 * Tabs become spaces, what could steer a terminal is escaped, and a long line is cut to a window around the place; the
 * caret accounts for all of it, and for characters that take two columns or none.
 *
 * Ownership: an excerpt owns its text; a glyph is a value.
 * Threads:   any.
 * Errors:    -ENOMEM, and then nothing is held.
 */
#ifndef BATON_TEXT_EXCERPT_H
#define BATON_TEXT_EXCERPT_H

#include "base/buf.h"
#include "text/place.h"

/* How one character, or one byte that is none, is written. */
struct glyph {
    char text[8];
    size_t text_len;
    size_t bytes;   /* of the input */
    size_t columns; /* on the terminal */
};

struct excerpt {
    struct buf line;  /* both end in a NUL byte */
    struct buf caret; /* "    ^~~~" */
};

/* The first glyph of s, which is not empty. A tab is \x09 here. */
struct glyph excerpt_glyph(struct sv s);

int excerpt_init(struct excerpt *e, struct place at);
void excerpt_fini(struct excerpt *e);

#endif
