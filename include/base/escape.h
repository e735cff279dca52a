/* SPDX-License-Identifier: MIT */
/* base/escape.h: text as the value of a JSON string.
 *
 * '"' and '\' are escaped, and so is every character that controls, reorders or is not seen, though JSON takes most of those
 * as they are: somebody may read it at a terminal. What is no UTF-8 becomes \u00HH, a byte at a time.
 *
 * Ownership: the room is the caller's.
 * Threads:   any; no state.
 * Source:    RFC 8259 7; RFC 3629.
 */
#ifndef BATON_BASE_ESCAPE_H
#define BATON_BASE_ESCAPE_H

#include <stddef.h>

#include "base/sv.h"

enum { ESCAPE_JSON_MAX = sizeof "\\ud83d\\ude00" - 1 };

/* The character at the front of `text`, which is not empty, to `room`: ESCAPE_JSON_MAX bytes at most. Returns where the next
 * may be written; *used says how many bytes of the text that was. */
char *escape_json(char *room, struct sv text, size_t *used);

#endif
