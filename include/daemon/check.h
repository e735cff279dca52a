/* SPDX-License-Identifier: MIT */
/* daemon/check.h: is everything there that a configuration names, for the user that we are?
 *
 * Roots and sandbox_path are directories that can be opened, logs can be written, addresses can be listened on. Whatever
 * cannot is in the report, with its place; and so is a root that can be opened but not entered, as a warning, since then
 * every answer would be 403.
 *
 * Nothing is made, kept, or taken from anybody: an address at which a batond listens is taken to be that of the server that
 * would be asked to reload.
 *
 * Threads: one; it may block, as disks may.
 * Errors:  0, or the first -errno; reasons are in the report.
 */
#ifndef BATON_DAEMON_CHECK_H
#define BATON_DAEMON_CHECK_H

#include "config/config.h"
#include "config/diagnose.h"

/* Directories and logs. */
int check_places(const struct config *c, struct diagnose *report);

/* Addresses. Only root sees which process has one that is in use, so this may come before we become somebody else. What is
 * at hand under the names that systemd:NAME gives is looked for among what was passed to us, and, where
 * nothing was, among the socket units of this machine. */
int check_addresses(const struct config *c, struct diagnose *report);

/* The directories in which unix sockets are to be made. */
int check_socket_places(const struct config *c, struct diagnose *report);

#endif
