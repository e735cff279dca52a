/* SPDX-License-Identifier: MIT */
/* base/utf8.h: take UTF-8 apart, and say what is safe and how wide it is on a terminal.
 *
 * Ownership: none.
 * Threads:   any.
 * Errors:    as below.
 * Source:    RFC 3629 (no surrogates, no overlong forms, at most U+10FFFF); Unicode Standard Annex 11 for widths.
 */
#ifndef BATON_BASE_UTF8_H
#define BATON_BASE_UTF8_H

#include <stdint.h>

#include "base/sv.h"

/* Decode the character that s starts with. Returns its length in bytes, or 0 where there is no valid one. */
size_t utf8_decode(struct sv s, uint32_t *point);

/* Offset of the first byte that is no part of valid UTF-8, or the length where all of it is. */
size_t utf8_find_invalid(struct sv s);

/* Offset of the first character that looks like a space or like nothing, and is neither a space nor a tab, or the
 * length where there is none. */
size_t utf8_find_unseen(struct sv s);

/* May it go to a terminal as it is? Not so control characters, and those that reorder or break the line. */
bool utf8_is_printable(uint32_t point);

/* Columns that a printable character takes: 0, 1 or 2. */
unsigned int utf8_width(uint32_t point);

#endif
