/* SPDX-License-Identifier: MIT */
/* The header of a proxy, before the first request of a connection. Who sends it is trusted to name a client, and with
 * nothing else: each length is checked against what is there. */

#include "io/proxy_protocol.h"

#include <stdint.h>
#include <sys/socket.h>

#include "base/decimal.h"
#include "base/ip.h"

enum {
    LINE_MAX = 107, /* of version 1, with its CR LF */
    FIXED = 16,     /* of version 2: signature, version and command, family, length */
    TLV_HEAD = 3,
    TLV_CRC32C = 0x03,
};

static const char line_start[] = "PROXY ";
static const char signature[] = "\r\n\r\n\0\r\nQUIT\n";

/* Is what has come the beginning of `what`, or does it begin with it? */
static bool may_be(struct sv bytes, struct sv what)
{
    return bytes.len < what.len ? sv_starts(what, bytes) : sv_starts(bytes, what);
}

static uint16_t read16(const char *p)
{
    return (uint16_t)((uint8_t)p[0] << 8 | (uint8_t)p[1]);
}

/* The next word of the line, which one space ends, or the line. */
static struct sv next_word(struct sv *line)
{
    size_t len = sv_find(*line, ' ');
    struct sv word = sv_of(line->p, len);

    *line = sv_skip(*line, len < line->len ? len + 1 : len);
    return word;
}

/* Without leading zeros. */
static bool is_port(struct sv text)
{
    uint16_t port;

    return ip_parse_port(text, &port) && decimal_is_plain(text);
}

static bool read_address(struct sv text, bool v6, struct in6_addr *address)
{
    return (sv_find(text, ':') < text.len) == v6 && ip_parse(text, address);
}

/* `line` is what stands between "PROXY " and CR LF. */
static enum proxy_result read_line(struct sv line, struct peer *peer)
{
    struct sv family = next_word(&line);
    bool v6 = sv_eq(family, SV("TCP6"));
    struct in6_addr client;
    struct in6_addr server;

    if (sv_eq(family, SV("UNKNOWN")))
        return PROXY_DONE;
    if (!v6 && !sv_eq(family, SV("TCP4")))
        return PROXY_BAD;
    if (!read_address(next_word(&line), v6, &client) || !read_address(next_word(&line), v6, &server))
        return PROXY_BAD;
    if (!is_port(next_word(&line)))
        return PROXY_BAD;
    /* The last field: a word more would stand in it, with the space before it. */
    if (!is_port(line))
        return PROXY_BAD;
    *peer = peer_of(&client);
    return PROXY_DONE;
}

static enum proxy_result read_v1(struct sv bytes, size_t *used, struct peer *peer)
{
    struct sv seen = sv_of(bytes.p, bytes.len < LINE_MAX ? bytes.len : LINE_MAX);
    const size_t start = sizeof line_start - 1; /* is there, unless all that has come is a part of it */
    size_t end = sv_find(seen, '\r');

    if (end + 1 >= seen.len)
        return seen.len < LINE_MAX ? PROXY_MORE : PROXY_BAD;
    if (seen.p[end + 1] != '\n')
        return PROXY_BAD;
    *used = end + 2;
    return read_line(sv_of(seen.p + start, end - start), peer);
}

/* Bit by bit: there is a header once in the life of a connection, and few have a checksum. */
static uint32_t crc32c(uint32_t crc, struct sv bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (uint8_t)bytes.p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0x82f63b78U & (0U - (crc & 1)));
    }
    return crc;
}

/* Of the whole header, with zeros where the checksum itself stands. */
static bool checksum_holds(struct sv header, struct sv stored)
{
    static const char zeros[4];

    if (stored.len != sizeof zeros)
        return false;
    size_t at = (size_t)(stored.p - header.p);
    uint32_t told = (uint32_t)read16(stored.p) << 16 | read16(stored.p + 2);
    uint32_t crc = crc32c(UINT32_MAX, sv_of(header.p, at));
    crc = crc32c(crc, sv_of(zeros, sizeof zeros));
    return ~crc32c(crc, sv_skip(header, at + sizeof zeros)) == told;
}

static enum proxy_result read_extensions(struct sv header, struct sv rest)
{
    while (rest.len > 0) {
        if (rest.len < TLV_HEAD || read16(rest.p + 1) > rest.len - TLV_HEAD)
            return PROXY_BAD;
        struct sv value = sv_of(rest.p + TLV_HEAD, read16(rest.p + 1));
        if (rest.p[0] == TLV_CRC32C && !checksum_holds(header, value))
            return PROXY_BAD;
        rest = sv_skip(rest, TLV_HEAD + value.len);
    }
    return PROXY_DONE;
}

/* How long the addresses of a family are, by its byte in the header; and which family that is. */
static const struct {
    uint8_t code;
    sa_family_t family;
    size_t len;
} families[] = {
    {0x11, AF_INET, 12},  {0x12, AF_INET, 12},  {0x21, AF_INET6, 36},
    {0x22, AF_INET6, 36}, {0x31, AF_UNIX, 216}, {0x32, AF_UNIX, 216},
};

static struct peer peer_told(sa_family_t family, const char *p)
{
    struct in6_addr v6;
    struct in_addr v4;

    if (family == AF_UNIX)
        return (struct peer){.family = AF_UNIX};
    if (family == AF_INET) {
        memcpy(&v4, p, sizeof v4);
        v6 = ip_map(v4);
    } else {
        memcpy(&v6, p, sizeof v6);
    }
    return peer_of(&v6);
}

static enum proxy_result read_addresses(struct sv header, struct peer *peer)
{
    struct sv rest = sv_skip(header, FIXED);
    uint8_t code = (uint8_t)header.p[13];

    if (code == 0)
        return PROXY_DONE;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (families[i].code != code)
            continue;
        if (rest.len < families[i].len || read_extensions(header, sv_skip(rest, families[i].len)) == PROXY_BAD)
            return PROXY_BAD;
        *peer = peer_told(families[i].family, rest.p);
        return PROXY_DONE;
    }
    return PROXY_BAD;
}

static enum proxy_result read_v2(struct sv bytes, size_t *used, struct peer *peer)
{
    enum { LOCAL = 0x20, PROXY = 0x21 };

    if (bytes.len < FIXED)
        return PROXY_MORE;
    uint8_t command = (uint8_t)bytes.p[12];
    size_t len = FIXED + (size_t)read16(bytes.p + 14);
    if ((command != LOCAL && command != PROXY) || len > PROXY_MAX)
        return PROXY_BAD;
    if (bytes.len < len)
        return PROXY_MORE;
    *used = len;
    return command == LOCAL ? PROXY_DONE : read_addresses(sv_of(bytes.p, len), peer);
}

enum proxy_result proxy_read(struct sv bytes, size_t *used, struct peer *peer)
{
    if (may_be(bytes, sv_of(line_start, sizeof line_start - 1)))
        return read_v1(bytes, used, peer);
    if (may_be(bytes, sv_of(signature, sizeof signature - 1)))
        return read_v2(bytes, used, peer);
    return PROXY_BAD;
}
