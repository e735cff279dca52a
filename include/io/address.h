/* SPDX-License-Identifier: MIT */
/* io/address.h: where a socket is, or is to be.
 *
 * Ownership: none.
 * Threads:   any.
 * Errors:    0 or -errno; -EINVAL for an address that is none.
 * Source:    ip(7), ipv6(7), unix(7), getsockname(2).
 */
#ifndef BATON_IO_ADDRESS_H
#define BATON_IO_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
    } of;
    socklen_t len;
};

/* 127.0.0.1:80, [::1]:80, or unix:/path. */
int address_parse(const char *text, struct address *a);

/* The path in unix:/path; NULL where it is an address of another kind. */
const char *address_path(const char *text);

/* That of a socket which is bound. */
int address_of(int fd, struct address *a);

/* In the order of bytes on the wire; 0 for a unix socket. */
in_port_t address_port(const struct address *a);

/* Of IPv4 or IPv6, and the same one. */
bool address_is(const struct address *a, const struct address *b);

/* Does all that comes to `part` belong to `whole` too, which is another: 0.0.0.0 or [::] on its port? */
bool address_contains(const struct address *whole, const struct address *part);

#endif
