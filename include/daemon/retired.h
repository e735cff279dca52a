/* SPDX-License-Identifier: MIT */
/* daemon/retired.h: generations that serve no new connection.
 *
 * Their workers finish what is under way and put what is idle into their outboxes; from there it goes to a worker of the
 * present generation, or to the process that has succeeded us. A generation that holds none any more is freed.
 *
 *     retired_add --> its outboxes are emptied, as room comes --> done and empty: over --> freed, once no errand works on it
 *
 * Ownership: retired_add takes the generation over. Borrows what struct retired_home names.
 * Threads:   the master.
 * Errors:    what finds no room stays where it is, and is tried again where `waits` says so.
 */
#ifndef BATON_DAEMON_RETIRED_H
#define BATON_DAEMON_RETIRED_H

#include <stdbool.h>

#include "base/list.h"
#include "daemon/reload.h"
#include "daemon/succession.h"
#include "generation/acceptor.h"
#include "generation/generation.h"
#include "listen/sockets.h"

struct retired_home {
    struct acceptor *acceptor;     /* deals out what they pass on */
    struct succession *succession; /* takes it, once it has taken over */
    struct sockets *sockets;
    const struct reload *reload; /* while it opens no socket is put back, while it works nobody is freed */
    int epoll_fd;
};

struct retired {
    struct retired_home home; /* all borrowed */
    struct list list;         /* owned generations, the oldest first */
    bool waits;               /* something found no room; the master's, who clears it and runs them */
};

void retired_init(struct retired *r, const struct retired_home *home);

void retired_add(struct retired *r, struct generation *g);

/* Pass on what came out of them, to `present` (NULL once a successor serves), and free those that are done. */
void retired_run(struct retired *r, struct generation *present);

/* Ask all of them to end so. */
void retired_stop(struct retired *r, enum stop how);

/* Where the successor that they were passed on to is gone: what is left of them ends here. */
void retired_mind_successor(struct retired *r);

/* All that they had has gone. They may be there yet, where an errand works on them. */
bool retired_are_over(const struct retired *r);

#endif
