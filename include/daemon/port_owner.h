/* SPDX-License-Identifier: MIT */
/* daemon/port_owner.h: whose socket keeps us from listening on an address.
 *
 * Threads: any; it may take long where there are many processes, so for those who only ask.
 * Errors:  what cannot be seen has no owner.
 * Source:  proc(5) on net/tcp and PID/fd.
 */
#ifndef BATON_DAEMON_PORT_OWNER_H
#define BATON_DAEMON_PORT_OWNER_H

#include "daemon/process.h"

/* A process that listens where we would. */
struct port_owner {
    long pid; /* 0 = it cannot be told */
    char name[PROCESS_NAME_SIZE];
};

bool port_owner_is_batond(const struct port_owner *o);

/* Of the sockets that listen on `address`, or on one that is among it or has it among its own: the owner of one that is no
 * batond's, else of any. Of the several processes that may share a socket, in an upgrade, a batond is its owner. */
struct port_owner port_owner_find(const char *address);

/* A batond, but not ourselves, whose command line names this file or directory. */
struct port_owner port_owner_started_with(dev_t dev, ino_t ino);

#endif
