/* SPDX-License-Identifier: MIT */
/* What config/address has checked becomes what bind(2) takes. */

#include "io/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { ADDRESS_MAX = 128 };

static int parse_port(const char *text, in_port_t *port)
{
    unsigned n = 0;

    if (*text == '\0')
        return -EINVAL;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        n = n * 10 + (unsigned)(*text - '0');
        if (n > UINT16_MAX)
            return -EINVAL;
    }
    *port = htons((uint16_t)n);
    return 0;
}

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
    char host[ADDRESS_MAX];
    const char *colon = strrchr(text, ':');

    if (colon == NULL || colon == text || (size_t)(colon - text) >= sizeof host)
        return -EINVAL;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    if (host[0] != '[') {
        a->of.in.sin_family = AF_INET;
        a->len = sizeof a->of.in;
        return inet_pton(AF_INET, host, &a->of.in.sin_addr) == 1 ? parse_port(colon + 1, &a->of.in.sin_port) : -EINVAL;
    }
    if (colon[-1] != ']')
        return -EINVAL;
    host[colon - text - 1] = '\0';
    a->of.in6.sin6_family = AF_INET6;
    a->len = sizeof a->of.in6;
    return inet_pton(AF_INET6, host + 1, &a->of.in6.sin6_addr) == 1 ? parse_port(colon + 1, &a->of.in6.sin6_port)
                                                                    : -EINVAL;
}

int address_parse(const char *text, struct address *a)
{
    static const char scheme[] = "unix:";

    memset(a, 0, sizeof *a);
    if (strncmp(text, scheme, sizeof scheme - 1) == 0)
        return parse_unix(text + sizeof scheme - 1, a);
    return parse_inet(text, a);
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
