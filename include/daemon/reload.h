/* SPDX-License-Identifier: MIT */
/* daemon/reload.h: another configuration, without one closed connection.
 *
 * Ownership: the generation that it makes is the master's; the one before it retires.
 * Threads:   the master.
 * Errors:    all or nothing: where a new generation cannot be had, the old one goes on, untouched, and the log says why.
 * Source:    sd_notify(3) on RELOADING and READY.
 */
#ifndef BATON_DAEMON_RELOAD_H
#define BATON_DAEMON_RELOAD_H

#include "daemon/master.h"

void reload(struct master *m);

/* The configuration as it is now. What is to be said about it goes to the log. 0 or -errno. */
int reload_read(struct master *m, struct config *config);

#endif
