/* SPDX-License-Identifier: MIT */
/* base/escape.h: what cannot stand for itself in a text, written otherwise: in a JSON string, at a terminal, in a URL.
 *
 * JSON:     '"' and '\' are escaped, and so is every character that controls, reorders or is not seen, though JSON takes most of
 *           those as they are: somebody may read it at a terminal. What is no UTF-8 becomes \u00HH, a byte at a time.
 * Terminal: the same characters, as \xHH or \uHHHH; quotes and backslashes stand for themselves.
 * URL:      any byte as %HH. Which bytes need it depends on the part of the URL, and is the caller's to say (http/bytes).
 *
 * HTML is not escaped anywhere: no page has bytes in it that come from outside.
 *
 * Ownership: the room is the caller's; nothing is allocated.
 * Threads:   any; no state.
 * Source:    RFC 8259 7; RFC 3629; RFC 3986 2.1.
 */
#ifndef BATON_BASE_ESCAPE_H
#define BATON_BASE_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/sv.h"

enum { ESCAPE_JSON_MAX = sizeof "\\ud83d\\ude00" - 1, ESCAPE_URL_LEN = sizeof "%2F" - 1 };

/* The character at the front of `text`, which is not empty, to `room`: ESCAPE_JSON_MAX bytes at most. Returns where the next
 * may be written; *used says how many bytes of the text that was. */
char *escape_json(char *room, struct sv text, size_t *used);

/* How one character, or one byte that is none, is written at a terminal. */
struct glyph {
    char text[8];
    size_t text_len;
    size_t bytes;   /* of the input */
    size_t columns; /* on the terminal */
};

/* The first glyph of `text`, which is not empty. A tab is \x09. */
struct glyph escape_terminal(struct sv text);

/* "%2F" of '/': ESCAPE_URL_LEN bytes to `room`. Returns what follows them. */
char *escape_url(char *room, char byte);

/* The last `digits` digits of the number, in lower case. Returns what follows them. */
char *escape_hex(char *room, uint32_t number, int digits);

#endif
