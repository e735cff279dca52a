/* SPDX-License-Identifier: MIT */
/* text/units.h: numbers with units, read and written.
 *
 * Durations: ms s m h d w y, bare = seconds; a year has 365 days. Sizes: k m g of 1024, in either case, bare = bytes.
 *
 * Ownership: none.
 * Threads:   any. Pure.
 * Errors:    a status; *out is set with UNITS_OK only.
 * Units:     durations in milliseconds, sizes in bytes.
 */
#ifndef BATON_TEXT_UNITS_H
#define BATON_TEXT_UNITS_H

#include <stdint.h>

#include "base/sv.h"

enum units_status {
    UNITS_OK,
    UNITS_NO_NUMBER, /* it does not start with a digit */
    UNITS_BAD_UNIT,  /* what follows the digits, *unit_at bytes in, is none */
    UNITS_OVERFLOW,
};

enum units_kind { UNITS_COUNT, UNITS_SIZE, UNITS_DURATION };

enum { UNITS_TEXT = 32 }; /* room for units_format */

enum units_status units_parse(enum units_kind kind, struct sv text, uint64_t *out, size_t *unit_at);

/* What may follow the digits, in words. */
const char *units_describe(enum units_kind kind);

/* The unit of durations that somebody means by a word such as "year" or "sec"; empty where that is not clear. */
struct sv units_guess(struct sv word);

/* The shortest text that reads back as the same value. */
void units_format(enum units_kind kind, uint64_t value, char out[static UNITS_TEXT]);

#endif
