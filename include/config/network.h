/* SPDX-License-Identifier: MIT */
/* config/network.h: the type CIDR, networks, or addresses, of clients (base/cidr).
 *
 *     192.0.2.7   192.0.2.0/24 10.0.0.0/8   2001:db8::/32   unix:
 *
 * Several stand in one line, with spaces between them, and each network is there once, however it is written; at most
 * CONFIG_NETWORKS_MAX. unix: is whoever comes through a unix socket. Names are not looked up.
 */
#ifndef BATON_CONFIG_NETWORK_H
#define BATON_CONFIG_NETWORK_H

#include "config/type.h"

extern const struct value_type type_CIDR;

#endif
