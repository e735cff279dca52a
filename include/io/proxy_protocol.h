/* SPDX-License-Identifier: MIT */
/* io/proxy_protocol.h: the header with which a proxy says for whom it made a connection.
 *
 * Version 1 is a line of text, version 2 is binary:
 *
 *     PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n
 *     \r\n\r\n\0\r\nQUIT\n  0x21  0x11  length  addresses, ports, extensions (type, length, value)
 *
 * Each call looks at the whole of what has come; nothing is kept between two.
 *
 * What is not told leaves the peer as it is: UNKNOWN, LOCAL (the proxy's own connections, such as its health checks) and
 * unspecified families. Extensions are passed over, but for the checksum, which must be right where there is one. Ports,
 * and the address to which the client came, are checked and not kept.
 *
 * Ownership: borrows the bytes for the call.
 * Threads:   any; no state.
 * Errors:    PROXY_BAD for what is no such header, as soon as that can be seen, and for one of more than PROXY_MAX bytes.
 *            The standard has room for 64 KiB of extensions; those in use stay far below our bound.
 * Source:    "The PROXY protocol, versions 1 & 2" of HAProxy; RFC 9260 A on CRC32c.
 */
#ifndef BATON_IO_PROXY_PROTOCOL_H
#define BATON_IO_PROXY_PROTOCOL_H

#include "base/sv.h"
#include "io/peer.h"

enum { PROXY_MAX = 4 * 1024 };

enum proxy_result { PROXY_DONE, PROXY_MORE, PROXY_BAD };

/* Read the header at the front of `bytes`, which may end within it or go on behind it. With PROXY_DONE its length is in
 * *used, and *peer is the client where one is told. */
enum proxy_result proxy_read(struct sv bytes, size_t *used, struct peer *peer);

#endif
