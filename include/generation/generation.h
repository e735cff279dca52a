/* SPDX-License-Identifier: MIT */
/* generation/generation.h: a configuration at work: its sockets, its logs, its workers.
 *
 *     opening_run --> threads are held --generation_serve--> it serves --STOP_RETIRE--> it retires --> generation_free
 *                           |                                    |                                          ^
 *                           +--STOP_NOW--------------------------+--a stop----------------------------------+
 *
 * A reload makes a new one (generation/opening) beside the old, which retires once the new one serves.
 *
 * Ownership: a generation owns its configuration and all else but the sockets, which it borrows from the table.
 * Threads:   the master.
 */
#ifndef BATON_GENERATION_GENERATION_H
#define BATON_GENERATION_GENERATION_H

#include "access/logger.h"
#include "base/list.h"
#include "base/scribe.h"
#include "config/config.h"
#include "confine/sandbox.h"
#include "host/budget.h"
#include "io/gate.h"
#include "io/listen.h"
#include "listen/listeners.h"
#include "listen/sockets.h"
#include "reactor/crew.h"
#include "serve/terms.h"
#include "site/site.h"
#include "status/listener.h"
#include "status/reports.h"
#include "text/diagnose.h"

/* What all generations share; borrowed for as long as there is one. */
struct generation_home {
    struct sockets *sockets;
    struct gate *gate;
    struct seats *seats;        /* of those who are served files */
    struct seats *status_seats; /* of those who are told the state */
    const struct reports *reports;
};

struct generation {
    struct config config;
    struct list link;                  /* in the master's list of those that retired */
    struct sites sites;                /* borrow from the configuration */
    struct sandbox sandbox;            /* of all threads that it starts */
    bool over;                         /* retired, and nothing of it is left but what it owns */
    bool unwatched;                    /* retired, and the master does not hear of what it passes on */
    struct generation_home home;       /* all borrowed */
    struct listeners listeners;        /* of [listen] */
    struct terms_book terms;           /* of their connections, and of those that were passed on to it */
    struct listeners status_listeners; /* of [status] */
    struct status_listener status;
    struct door *doors; /* owned: where the master accepts; n_doors of them */
    size_t n_doors;
    struct scribe *error; /* owned: of the error log, until it is used; NULL after that, and for stderr */
    struct crew crew;
    struct sums *sums;   /* owned */
    struct watch *watch; /* owned: of the roots */
    struct budget budget;
    struct logger *logger; /* owned; NULL where there is no access log */
};

/* Listen, and let the workers go. It does not block. Returns 0 or -errno, with a reason in the report; then this generation
 * has accepted nobody, and is to be freed. Sockets that another generation accepts from as well may have this one's backlog
 * and defer_accept by then, and keep them. */
int generation_serve(struct generation *g, struct diagnose *report);

/* Ask all workers, and the [status] listener where it is not to go on, to end as `how` says (reactor/worker). */
void generation_stop(struct generation *g, enum stop how);
/* All workers that were told to end have ended. */
bool generation_done(const struct generation *g);
/* Is a root where the workers may not read? Those of a new generation may. */
bool generation_is_walled_off(const struct generation *g);
/* No worker accepts any more, and what was in their backlogs is theirs. */
bool generation_is_deaf(const struct generation *g);

/* Open the log files anew: somebody has renamed them. What cannot be opened stays as it is. As logger_reopen. */
int generation_reopen_logs(struct generation *g, bool again);

/* Put the sockets back. The last to do so closes them, and what a unix socket was called goes with it. */
void generation_close_listeners(struct generation *g);

/* Wait for the workers that run, all of which were told to stop, and free everything. */
void generation_free(struct generation **out);

#endif
