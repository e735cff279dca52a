/* SPDX-License-Identifier: MIT */
/* check/address.h: can the addresses of a configuration be listened on? For those who only ask.
 *
 * Nothing is taken from anybody: an address at which a batond listens is taken to be that of the server that would be asked to
 * reload.
 *
 * Threads: one; it may block, as disks may.
 * Errors:  0, or the first -errno; reasons are in the report.
 * Source:  bind(2), proc(5) on net/tcp, systemd.socket(5).
 */
#ifndef BATON_CHECK_ADDRESS_H
#define BATON_CHECK_ADDRESS_H

#include "config/config.h"
#include "text/diagnose.h"

/* Only root sees which process has one that is in use, so this may come before we become somebody else. What is at hand
 * under the names that systemd:NAME gives is looked for among what was passed to us, and, where nothing was, among the
 * socket units of this machine. */
int check_addresses(const struct config *c, struct diagnose *report);

/* The directories in which unix sockets are to be made. */
int check_socket_places(const struct config *c, struct diagnose *report);

#endif
