/* SPDX-License-Identifier: MIT */
/* What config/address has checked becomes what bind(2) takes. */

#include "io/address.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ip.h"

static int parse_unix(const char *path, struct address *a)
{
    size_t len = strlen(path);

    if (len == 0 || len >= sizeof a->of.un.sun_path)
        return -EINVAL;
    a->of.un.sun_family = AF_UNIX;
    memcpy(a->of.un.sun_path, path, len + 1);
    a->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
    return 0;
}

static int parse_inet(const char *text, struct address *a)
{
    const char *colon = strrchr(text, ':');
    uint16_t port;

    if (colon == NULL || !ip_parse_port(sv_cstr(colon + 1), &port))
        return -EINVAL;
    struct sv host = sv_of(text, (size_t)(colon - text));
    bool bracketed = sv_starts(host, SV("[")) && sv_ends(host, SV("]"));
    if (bracketed && ip_parse_v6(sv_of(host.p + 1, host.len - 2), &a->of.in6.sin6_addr)) {
        a->of.in6.sin6_family = AF_INET6;
        a->of.in6.sin6_port = htons(port);
        a->len = sizeof a->of.in6;
        return 0;
    }
    if (!ip_parse_v4(host, &a->of.in.sin_addr))
        return -EINVAL;
    a->of.in.sin_family = AF_INET;
    a->of.in.sin_port = htons(port);
    a->len = sizeof a->of.in;
    return 0;
}

const char *address_path(const char *text)
{
    static const char scheme[] = "unix:";

    return strncmp(text, scheme, sizeof scheme - 1) == 0 ? text + sizeof scheme - 1 : NULL;
}

int address_parse(const char *text, struct address *a)
{
    const char *path = address_path(text);

    memset(a, 0, sizeof *a);
    return path != NULL ? parse_unix(path, a) : parse_inet(text, a);
}

int address_of(int fd, struct address *a)
{
    *a = (struct address){.len = sizeof a->of};
    return getsockname(fd, &a->of.any, &a->len) < 0 ? -errno : 0;
}

in_port_t address_port(const struct address *a)
{
    if (a->of.any.sa_family == AF_INET)
        return a->of.in.sin_port;
    return a->of.any.sa_family == AF_INET6 ? a->of.in6.sin6_port : 0;
}

bool address_is(const struct address *a, const struct address *b)
{
    if (a->of.any.sa_family != b->of.any.sa_family || address_port(a) != address_port(b))
        return false;
    if (a->of.any.sa_family == AF_INET)
        return a->of.in.sin_addr.s_addr == b->of.in.sin_addr.s_addr;
    return a->of.any.sa_family == AF_INET6 &&
           memcmp(&a->of.in6.sin6_addr, &b->of.in6.sin6_addr, sizeof a->of.in6.sin6_addr) == 0;
}

bool address_contains(const struct address *whole, const struct address *part)
{
    if (address_port(whole) == 0 || address_port(part) != address_port(whole) || address_is(whole, part))
        return false;
    if (whole->of.any.sa_family == AF_INET6)
        return memcmp(&whole->of.in6.sin6_addr, &in6addr_any, sizeof in6addr_any) == 0;
    return part->of.any.sa_family == AF_INET && whole->of.in.sin_addr.s_addr == htonl(INADDR_ANY);
}
