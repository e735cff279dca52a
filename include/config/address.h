/* SPDX-License-Identifier: MIT */
/* config/address.h: the type ADDRESS, an address to listen on; and how two of them get on.
 *
 *     127.0.0.1:8080   [::1]:8080   unix:/run/baton/http.sock   systemd:NAME
 *
 * The port is 0 to 65535, 0 being one that the kernel picks. Names of hosts are not looked up; NAME is that of a socket
 * which systemd passes. The path of a unix socket may begin with a directory of the service manager
 * (config/directory), and is kept with what that stands for.
 */
#ifndef BATON_CONFIG_ADDRESS_H
#define BATON_CONFIG_ADDRESS_H

#include "config/type.h"

extern const struct value_type type_ADDRESS;

/* How two addresses get on, each of which is one. The kernel lets two sockets listen at neither of the two last. */
enum address_relation {
    ADDRESS_APART,
    ADDRESS_SAME,    /* however they are written; but port 0 is another one each time */
    ADDRESS_OVERLAP, /* one of them is every address of a family or of both, the other one of those, and the port is one */
};

enum address_relation address_compare(struct sv a, struct sv b);

#endif
