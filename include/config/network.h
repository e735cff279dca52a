/* SPDX-License-Identifier: MIT */
/* config/network.h: are these networks, or addresses, of clients (base/cidr)?
 *
 *     192.0.2.7   192.0.2.0/24 10.0.0.0/8   2001:db8::/32   unix:
 *
 * Several stand in one line, with spaces between them; unix: is whoever comes through a unix socket. Names are not looked up.
 *
 * Ownership: none.
 * Threads:   any. Pure.
 * Errors:    a fault, which says what to write instead.
 */
#ifndef BATON_CONFIG_NETWORK_H
#define BATON_CONFIG_NETWORK_H

#include "base/sv.h"
#include "text/fault.h"

/* `text` is trimmed, and not empty. */
bool network_check(struct sv text, struct fault *fault);

#endif
