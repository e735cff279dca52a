/* SPDX-License-Identifier: MIT */
/* base/decimal.h: numbers as decimal digits: the one reader, and the one writer.
 *
 * Digits are '0' to '9' whatever the locale is; there is no sign, no space and no base but ten. What a number may be in its
 * place (how long, with leading zeros, up to what) the caller says.
 *
 * Threads: any; no state. Pure.
 */
#ifndef BATON_BASE_DECIMAL_H
#define BATON_BASE_DECIMAL_H

#include <stdint.h>

#include "base/sv.h"

enum { DECIMAL_MAX = sizeof "18446744073709551615" - 1 };

static inline bool decimal_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct decimal {
    uint64_t value;
    size_t len;     /* digits; 0 where there is no number */
    bool is_beyond; /* it is more than 64 bits hold, and `value` is the most that they do */
};

/* The number at the front of the text: all the digits that stand there. */
struct decimal decimal_read(struct sv text);

/* Is the text a number from 0 to `most`, and nothing else? Leading zeros do not count. Sets *value if it is. */
bool decimal_parse(struct sv text, uint64_t most, uint64_t *value);

/* Is the text, which is a number, written without leading zeros? */
static inline bool decimal_is_plain(struct sv number)
{
    return number.len == 1 || number.p[0] != '0';
}

/* Returns the digits, which are in `room`. */
struct sv decimal_write(uint64_t n, char room[static DECIMAL_MAX]);

/* The last `width` digits of n, with zeros before them, to p. Returns what follows them. */
char *decimal_pad(char *p, uint64_t n, int width);

#endif
