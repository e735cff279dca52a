/* SPDX-License-Identifier: MIT */
/* Escapes, one character of the text at a time, so that the caller says what happens where the room ends. */

#include "base/escape.h"

#include <string.h>

#include "base/utf8.h"

static char *put_hex(char *p, uint32_t number, int digits, const char *alphabet)
{
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        *p++ = alphabet[number >> shift & 15];
    return p;
}

char *escape_hex(char *room, uint32_t number, int digits)
{
    return put_hex(room, number, digits, "0123456789abcdef");
}

char *escape_url(char *room, char byte)
{
    *room++ = '%';
    return put_hex(room, (uint8_t)byte, 2, "0123456789ABCDEF");
}

struct character {
    uint32_t point; /* or the byte, where it is no UTF-8 */
    size_t bytes;
    bool is_seen; /* and steers nothing */
};

static struct character first_of(struct sv text)
{
    uint8_t c = (uint8_t)text.p[0];
    struct character one = {c, 1, c >= ' ' && c < 0x7f};

    size_t n = c >= 0x80 ? utf8_decode(text, &one.point) : 0;
    if (n > 0) {
        one.bytes = n;
        one.is_seen = utf8_is_printable(one.point);
    }
    return one;
}

static char *put_unit(char *p, uint32_t unit)
{
    *p++ = '\\';
    *p++ = 'u';
    return escape_hex(p, unit, 4);
}

/* Behind U+FFFF, JSON wants the two halves that it has in UTF-16. */
static char *put_point(char *p, uint32_t point)
{
    if (point <= 0xffff)
        return put_unit(p, point);
    p = put_unit(p, 0xd800 + ((point - 0x10000) >> 10));
    return put_unit(p, 0xdc00 + (point & 0x3ff));
}

char *escape_json(char *room, struct sv text, size_t *used)
{
    struct character one = first_of(text);

    *used = one.bytes;
    if (!one.is_seen)
        return put_point(room, one.point);
    if (text.p[0] == '"' || text.p[0] == '\\')
        *room++ = '\\';
    memcpy(room, text.p, one.bytes);
    return room + one.bytes;
}

struct glyph escape_terminal(struct sv text)
{
    struct character one = first_of(text);
    struct glyph g = {.bytes = one.bytes};

    if (one.is_seen) {
        memcpy(g.text, text.p, one.bytes);
        g.text_len = one.bytes;
        g.columns = utf8_width(one.point);
        return g;
    }
    /* No wider than four digits, so the rare tag characters are written byte by byte. */
    char *end;
    if (one.bytes > 1 && one.point <= 0xffff) {
        end = put_unit(g.text, one.point);
    } else {
        g.bytes = 1;
        memcpy(g.text, "\\x", 2);
        end = escape_hex(g.text + 2, (uint8_t)text.p[0], 2);
    }
    g.text_len = g.columns = (size_t)(end - g.text);
    return g;
}
