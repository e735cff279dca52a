/* SPDX-License-Identifier: MIT */
/* http/bytes.h: which bytes may stand where.
 *
 * Ownership: none; one constant table.
 * Threads:   any.
 * Errors:    none.
 * Source:    RFC 9110 5.5 and 5.6.2, RFC 9112 3, RFC 3986 3.2.2 and 3.3.
 */
#ifndef BATON_HTTP_BYTES_H
#define BATON_HTTP_BYTES_H

#include <stdbool.h>
#include <stdint.h>

enum byte_class {
    BYTE_VALUE = 1,  /* of a field value: visible ASCII, space, tab, and everything from 0x80 up */
    BYTE_TARGET = 2, /* of a request target: visible ASCII but '#', and everything from 0x80 up */
    BYTE_TOKEN = 4,  /* of a token, of which methods and field names are made */
    BYTE_HOST = 8,   /* of a registered name or an IPv4 address, for itself */
    BYTE_PATH = 16,  /* of a path in a URI, for itself */
    BYTE_PLAIN = 32, /* of a text in quotes: printable ASCII but '"' and '\\' */
};

extern const uint8_t byte_classes[256];

static inline bool byte_is(char c, enum byte_class class)
{
    return (byte_classes[(uint8_t)c] & class) != 0;
}

/* The value of a hexadecimal digit, -1 where it is none. */
static inline int byte_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
