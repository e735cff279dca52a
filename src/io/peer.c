/* SPDX-License-Identifier: MIT */
/* Who is at the other end of a connection. Asked once for each connection, and only where somebody wants to know. */

#include "io/peer.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/ip.h"

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

static bool ask(int fd, union address *a)
{
    socklen_t len = sizeof *a;

    if (getpeername(fd, &a->any, &len) == 0)
        return true;
    /* The length may not be more than that of the address. */
    len = sizeof a->in6;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERNAME, a, &len) == 0)
        return true;
    len = sizeof a->in;
    return getsockopt(fd, SOL_SOCKET, SO_PEERNAME, a, &len) == 0;
}

void peer_read(struct peer *p, int fd)
{
    union address a = {0};

    *p = (struct peer){0};
    if (!ask(fd, &a))
        return;
    p->family = a.any.sa_family;
    if (p->family == AF_INET6)
        p->address = a.in6.sin6_addr;
    else if (p->family == AF_INET)
        p->address = ip_map(a.in.sin_addr);
}

struct peer peer_of(const struct in6_addr *address)
{
    return (struct peer){*address, IN6_IS_ADDR_V4MAPPED(address) ? AF_INET : AF_INET6};
}

/* Written by hand: inet_ntop formats by printf, and this is done for each line of a log. */
static struct sv ipv4_text(const uint8_t *byte, char *room)
{
    char *p = room;

    for (int i = 0; i < 4; i++) {
        if (byte[i] >= 100)
            *p++ = (char)('0' + byte[i] / 100);
        if (byte[i] >= 10)
            *p++ = (char)('0' + byte[i] / 10 % 10);
        *p++ = (char)('0' + byte[i] % 10);
        *p++ = '.';
    }
    return sv_of(room, (size_t)(p - room) - 1);
}

struct sv peer_text(const struct peer *p, char *room)
{
    if (p->family == AF_UNIX)
        return SV("unix:");
    if (p->family != AF_INET && p->family != AF_INET6)
        return SV("-");
    if (IN6_IS_ADDR_V4MAPPED(&p->address))
        return ipv4_text(&p->address.s6_addr[12], room);
    return sv_cstr(inet_ntop(AF_INET6, &p->address, room, PEER_TEXT_MAX));
}
