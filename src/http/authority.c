/* SPDX-License-Identifier: MIT */
/* Is this a host? Read by http/request, for Host and for targets in absolute form. */

#include "http/authority.h"

#include "base/decimal.h"
#include "base/ip.h"
#include "http/bytes.h"

/* "v" digits "." bytes: what addresses of a later kind would look like. */
static bool ipvfuture_valid(struct sv a)
{
    size_t n = 1;

    while (n < a.len && byte_hex(a.p[n]) >= 0)
        n++;
    if (n == 1 || n + 1 >= a.len || a.p[n] != '.')
        return false;
    for (n++; n < a.len; n++)
        if (!byte_is(a.p[n], BYTE_HOST) && a.p[n] != ':')
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
    struct in6_addr v6;
    bool valid = sv_lower(address.p[0]) == 'v' ? ipvfuture_valid(address) : ip_parse_v6(address, &v6);
    return valid ? close + 1 : 0;
}

static bool is_escape(struct sv a)
{
    return a.len >= 3 && a.p[0] == '%' && byte_hex(a.p[1]) >= 0 && byte_hex(a.p[2]) >= 0;
}

/* reg-name and IPv4address: the length. */
static size_t name_len(struct sv a)
{
    size_t n = 0;

    while (n < a.len && (byte_is(a.p[n], BYTE_HOST) || is_escape(sv_skip(a, n))))
        n++;
    return n;
}

/* It may be empty. */
static bool port_valid(struct sv text)
{
    struct decimal port = decimal_read(text);

    return port.len == text.len && port.value <= UINT16_MAX;
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
