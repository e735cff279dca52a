/* SPDX-License-Identifier: MIT */
/* Addresses from the configuration, from Host, from proxies and from command lines. libc knows the grammar; what it takes ends
 * in a NUL byte, which a view does not. */

#include "base/ip.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/decimal.h"

/* No text of an address is longer than the room; one with a NUL byte would be cut there. */
static bool parse_family(int family, struct sv text, void *out)
{
    char terminated[INET6_ADDRSTRLEN];

    if (text.len == 0 || text.len >= sizeof terminated || sv_find(text, '\0') < text.len)
        return false;
    memcpy(terminated, text.p, text.len);
    terminated[text.len] = '\0';
    return inet_pton(family, terminated, out) == 1;
}

bool ip_parse_v4(struct sv text, struct in_addr *out)
{
    return parse_family(AF_INET, text, out);
}

bool ip_parse_v6(struct sv text, struct in6_addr *out)
{
    return parse_family(AF_INET6, text, out);
}

bool ip_parse(struct sv text, struct in6_addr *out)
{
    struct in_addr v4;

    if (!ip_parse_v4(text, &v4))
        return ip_parse_v6(text, out);
    *out = ip_map(v4);
    return true;
}

struct in6_addr ip_map(struct in_addr v4)
{
    struct in6_addr mapped = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

    memcpy(&mapped.s6_addr[sizeof mapped - sizeof v4], &v4, sizeof v4);
    return mapped;
}

bool ip_parse_port(struct sv text, uint16_t *out)
{
    uint64_t port;

    if (!decimal_parse(text, UINT16_MAX, &port))
        return false;
    *out = (uint16_t)port;
    return true;
}
