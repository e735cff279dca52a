/* SPDX-License-Identifier: MIT */
/* text/excerpt.h: the line of a place, fit for a terminal, and the caret line below it.
 *
 * Tabs become spaces, what could steer a terminal is escaped, and a long line is cut to a window around the place; the
 * caret accounts for all of it, and for characters that take two columns or none.
 *
 * Ownership: an excerpt owns its text.
 * Threads:   any.
 * Errors:    -ENOMEM, and then nothing is held.
 */
#ifndef BATON_TEXT_EXCERPT_H
#define BATON_TEXT_EXCERPT_H

#include "base/buf.h"
#include "text/place.h"

struct excerpt {
    struct buf line;  /* both end in a NUL byte */
    struct buf caret; /* "    ^~~~" */
};

int excerpt_init(struct excerpt *e, struct place at);
void excerpt_fini(struct excerpt *e);

#endif
