/* SPDX-License-Identifier: MIT */
/* daemon/generation.h: a configuration at work: its sockets, its logs, its workers.
 *
 * A reload makes a new one beside the old. All that can fail fails in generation_new, before anything is changed; the old
 * one retires once the new one has started.
 *
 * Ownership: a generation owns its configuration and all else but the sockets, which it borrows from the table.
 * Threads:   the master.
 * Errors:    generation_new returns 0, -EINVAL for a configuration that is wrong, or -errno, after saying in the log what it
 *            could not do. Nothing is left open then.
 */
#ifndef BATON_DAEMON_GENERATION_H
#define BATON_DAEMON_GENERATION_H

#include "base/list.h"
#include "config/config.h"
#include "daemon/listeners.h"
#include "daemon/logger.h"
#include "daemon/reports.h"
#include "daemon/sandbox.h"
#include "daemon/sockets.h"
#include "daemon/status_listener.h"
#include "io/gate.h"
#include "io/listen.h"
#include "reactor/worker.h"

struct generation {
    struct config config;
    struct list link;                  /* in the master's list of those that retired */
    struct sandbox sandbox;            /* of all threads that it starts */
    bool outgrown;                     /* the sandbox, by a root; said once */
    struct gate *gate;                 /* borrowed */
    struct sockets *sockets;           /* borrowed */
    struct listeners listeners;        /* of [listen] */
    struct listeners status_listeners; /* of [status] */
    struct status_listener status;
    const struct reports *reports; /* borrowed */
    struct door *doors;            /* owned: where the master accepts; n_doors of them */
    size_t n_doors;
    struct worker *workers; /* owned */
    size_t n_workers;
    size_t n_made;
    size_t n_started;
    struct sums *sums; /* owned */
    uint64_t max_connections;
    uint64_t handed;       /* connections that the master gave to its workers */
    struct logger *logger; /* owned; NULL where there is no access log */
};

/* Takes the configuration over in any case: *config is empty then. */
int generation_new(struct generation **out, struct config *config, struct sockets *sockets, struct gate *gate,
                   const struct reports *reports);

/* Start all threads, then listen, then let the workers go. On failure nothing has accepted a connection, and those that run
 * were told to stop. */
int generation_start(struct generation *g);

/* Ask all workers to end, or to do so sooner. */
void generation_stop(struct generation *g, enum stop how);
bool generation_done(const struct generation *g);
/* Has a root been put where the workers may not read? Those of a new generation may. True once. */
bool generation_outgrown(struct generation *g);
/* No worker accepts any more, and what was in their backlogs is theirs. */
bool generation_is_deaf(const struct generation *g);

/* Open the log files anew: somebody has renamed them. What cannot be opened stays as it is. */
void generation_reopen_logs(struct generation *g);

/* Connections that its workers have. */
uint64_t generation_connections(const struct generation *g);

/* Put the sockets back. The last to do so closes them, and what a unix socket was called goes with it. */
void generation_close_listeners(struct generation *g);

/* Where a section of `from` is among the [listen] sections of `to`, by its name; BATON_NO_LISTENER where it is gone. */
uint16_t generation_section(const struct generation *to, const struct generation *from, uint16_t section);

/* Wait for the workers that run, all of which were told to stop, and free everything. */
void generation_free(struct generation **out);

#endif
