/* SPDX-License-Identifier: MIT */
/* What cannot stand for itself in a string of JSON, or perhaps not. */

#include "base/escape.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* Half of a character where it is behind U+FFFF. */
static char *put_unit(char *p, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";

    *p++ = '\\';
    *p++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *p++ = hex[unit >> shift & 15];
    return p;
}

static char *put_point(char *p, uint32_t point)
{
    if (point <= 0xffff)
        return put_unit(p, point);
    p = put_unit(p, 0xd800 + ((point - 0x10000) >> 10));
    return put_unit(p, 0xdc00 + (point & 0x3ff));
}

char *escape_json(char *room, struct sv text, size_t *used)
{
    unsigned char c = (unsigned char)text.p[0];
    uint32_t point = c;
    size_t n = c >= 0x80 ? utf8_decode(text, &point) : 1;
    bool stands = c < 0x80 ? c >= ' ' && c != 0x7f : n > 0 && utf8_is_printable(point);

    *used = n > 0 ? n : 1;
    if (!stands)
        return put_point(room, n > 0 ? point : c);
    if (c == '"' || c == '\\')
        *room++ = '\\';
    memcpy(room, text.p, n);
    return room + n;
}
