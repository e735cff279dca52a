/* SPDX-License-Identifier: MIT */
/* daemon/retired.h: generations that serve no new connection.
 *
 * Their workers finish what is under way and put what is idle into their outboxes; from there it goes to a worker of the
 * present generation, or to the process that has succeeded us. A generation that holds none any more is freed.
 *
 * Ownership: retired_add takes the generation over.
 * Threads:   the master.
 * Errors:    none: what finds no room waits, and master.waits says so.
 */
#ifndef BATON_DAEMON_RETIRED_H
#define BATON_DAEMON_RETIRED_H

#include "daemon/master.h"

void retired_add(struct master *m, struct generation *g);

/* Pass on what came out of them, and free those that are done. */
void retired_run(struct master *m);

/* Ask all of them to end sooner. */
void retired_stop(struct master *m, enum stop how);

#endif
