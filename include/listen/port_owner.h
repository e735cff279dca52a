/* SPDX-License-Identifier: MIT */
/* listen/port_owner.h: whose socket keeps us from listening on an address.
 *
 * Threads: any; it may take long where there are many processes, so for those who only ask.
 * Errors:  what cannot be seen has no owner.
 * Source:  proc(5) on net/tcp and PID/fd.
 */
#ifndef BATON_LISTEN_PORT_OWNER_H
#define BATON_LISTEN_PORT_OWNER_H

#include "host/process.h"

/* A process that listens where we would. */
struct port_owner {
    long pid; /* 0 = it cannot be told */
    char name[PROCESS_NAME_SIZE];
    bool is_lent; /* a unit or another user opened the socket: ours may neither take it over nor share its port */
};

bool port_owner_is_batond(const struct port_owner *o);

/* The batond that has a socket at `address`, not a lent one. Else of the sockets that listen there, or on an address that is
 * among it or has it among its own: the owner of one that is no batond's, or is lent, else of any. Of the several processes
 * that may share a socket, in an upgrade, a batond is its owner. A socket whose owner cannot be seen is `likely`'s, unless
 * that is another user or has no pid. */
struct port_owner port_owner_find(const char *address, const struct port_owner *likely);

/* A batond, but not ourselves, whose command line names this file or directory. */
struct port_owner port_owner_started_with(dev_t dev, ino_t ino);

#endif
