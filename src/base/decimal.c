/* SPDX-License-Identifier: MIT */
/* Decimal numbers in heads, configurations and what the kernel says. Written by hand: strtoull and printf want a text that
 * ends in a NUL byte, take signs and spaces, and cost too much on a request's way. */

#include "base/decimal.h"

/* Of so many digits that they may be too many, as 19 never are. */
static struct decimal read_long(struct sv digits)
{
    struct decimal d = {.len = digits.len};

    for (size_t i = 0; i < digits.len && !d.is_beyond; i++) {
        uint64_t digit = (uint64_t)(digits.p[i] - '0');
        d.is_beyond = d.value > (UINT64_MAX - digit) / 10;
        d.value = d.is_beyond ? UINT64_MAX : d.value * 10 + digit;
    }
    return d;
}

struct decimal decimal_read(struct sv text)
{
    struct decimal d = {0};

    for (; d.len < text.len && decimal_is_digit(text.p[d.len]); d.len++)
        d.value = d.value * 10 + (uint64_t)(text.p[d.len] - '0');
    return d.len < DECIMAL_MAX ? d : read_long(sv_of(text.p, d.len));
}

bool decimal_parse(struct sv text, uint64_t most, uint64_t *value)
{
    struct decimal d = decimal_read(text);

    if (d.len == 0 || d.len < text.len || d.is_beyond || d.value > most)
        return false;
    *value = d.value;
    return true;
}

struct sv decimal_write(uint64_t n, char room[static DECIMAL_MAX])
{
    size_t at = DECIMAL_MAX;

    do
        room[--at] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    return sv_of(room + at, DECIMAL_MAX - at);
}

char *decimal_pad(char *p, uint64_t n, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        p[i] = (char)('0' + n % 10);
        n /= 10;
    }
    return p + width;
}
