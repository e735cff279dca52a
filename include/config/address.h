/* SPDX-License-Identifier: MIT */
/* config/address.h: is this an address to listen on?
 *
 *     127.0.0.1:8080   [::1]:8080   unix:/run/baton/http.sock   systemd:NAME
 *
 * The port is 0 to 65535, 0 being one that the kernel picks. Names of hosts are not looked up; NAME is that of a socket
 * which systemd passes.
 *
 * Ownership: none.
 * Threads:   any. Pure.
 * Errors:    a fault, which says what to write instead.
 */
#ifndef BATON_CONFIG_ADDRESS_H
#define BATON_CONFIG_ADDRESS_H

#include "config/value.h"

bool address_check(struct sv text, struct fault *fault);

#endif
