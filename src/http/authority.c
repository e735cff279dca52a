/* SPDX-License-Identifier: MIT */
/* Is this a host? Read by http/request, for Host and for targets in absolute form. */

#include "http/authority.h"

#include <stdint.h>

#include "http/bytes.h"

/* One to four hexadecimal digits. */
static size_t group_len(struct sv a)
{
    size_t n = 0;

    while (n < a.len && n < 5 && byte_hex(a.p[n]) >= 0)
        n++;
    return n <= 4 ? n : 0;
}

/* Four numbers up to 255, with dots between them and nothing behind. */
static bool ipv4_valid(struct sv a)
{
    for (int parts = 1;; parts++) {
        unsigned n = 0;
        size_t digits = 0;
        while (digits < a.len && digits < 3 && a.p[digits] >= '0' && a.p[digits] <= '9')
            n = n * 10 + (unsigned)(a.p[digits++] - '0');
        if (digits == 0 || n > 255 || (digits > 1 && a.p[0] == '0'))
            return false;
        a = sv_skip(a, digits);
        if (parts == 4)
            return a.len == 0;
        if (!sv_starts(a, SV(".")))
            return false;
        a = sv_skip(a, 1);
    }
}

/* Eight groups, the last two of which may be an IPv4 address; one "::" may stand for one or more of them. */
static bool ipv6_valid(struct sv a)
{
    int groups = 0;
    bool gap = sv_starts(a, SV("::"));

    if (gap)
        a = sv_skip(a, 2);
    while (a.len > 0 && groups < 8) {
        size_t n = group_len(a);
        if (n < a.len && a.p[n] == '.' && (gap ? groups < 6 : groups == 6))
            return ipv4_valid(a);
        if (n == 0)
            return false;
        groups++;
        a = sv_skip(a, n);
        if (a.len == 0)
            break;
        bool twice = sv_starts(a, SV("::"));
        if (a.p[0] != ':' || a.len == 1 || (twice && gap))
            return false;
        gap = gap || twice;
        a = sv_skip(a, twice ? 2 : 1);
    }
    return a.len == 0 && (gap ? groups < 8 : groups == 8);
}

/* "v" digits "." bytes: what addresses of a later kind would look like. */
static bool ipvfuture_valid(struct sv a)
{
    size_t n = 1;

    while (n < a.len && byte_hex(a.p[n]) >= 0)
        n++;
    if (n == 1 || n + 1 >= a.len || a.p[n] != '.')
        return false;
    for (n++; n < a.len; n++)
        if (a.p[n] == '%' || (!byte_is(a.p[n], BYTE_HOST) && a.p[n] != ':'))
            return false;
    return true;
}

/* "[" IPv6address / IPvFuture "]": the length with the brackets, 0 where it is none. */
static size_t literal_len(struct sv a)
{
    size_t close = sv_find(a, ']');

    if (close == a.len || close == 1)
        return 0;
    struct sv address = sv_of(a.p + 1, close - 1);
    bool future = sv_lower(address.p[0]) == 'v';
    return (future ? ipvfuture_valid(address) : ipv6_valid(address)) ? close + 1 : 0;
}

/* reg-name and IPv4address: the length, 0 where an escape is malformed. */
static size_t name_len(struct sv a)
{
    size_t n = 0;

    while (n < a.len && byte_is(a.p[n], BYTE_HOST)) {
        if (a.p[n] == '%' && (a.len - n < 3 || byte_hex(a.p[n + 1]) < 0 || byte_hex(a.p[n + 2]) < 0))
            return 0;
        n++;
    }
    return n;
}

static bool port_valid(struct sv port)
{
    uint32_t n = 0;

    for (size_t i = 0; i < port.len; i++) {
        if (port.p[i] < '0' || port.p[i] > '9')
            return false;
        n = n * 10 + (uint32_t)(port.p[i] - '0');
        if (n > 65535)
            return false;
    }
    return true;
}

bool authority_valid(struct sv a)
{
    if (a.len == 0)
        return false;

    size_t host = a.p[0] == '[' ? literal_len(a) : name_len(a);
    if (host == 0)
        return false;
    return host == a.len || (a.p[host] == ':' && port_valid(sv_skip(a, host + 1)));
}
