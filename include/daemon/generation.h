/* SPDX-License-Identifier: MIT */
/* daemon/generation.h: a configuration at work: its listeners, its logs, its workers.
 *
 * Ownership: the generation borrows the configuration, which must outlive it, and owns all else.
 * Threads:   the master.
 * Errors:    generation_open returns 0 or -errno, after saying in the log what it could not do; nothing is left open
 *            then. Only after it has succeeded does generation_start let anybody in.
 */
#ifndef BATON_DAEMON_GENERATION_H
#define BATON_DAEMON_GENERATION_H

#include "config/config.h"
#include "io/gate.h"
#include "io/listen.h"
#include "reactor/worker.h"

struct generation {
    const struct config *config; /* borrowed */
    struct gate gate;
    struct listener *listeners; /* owned */
    size_t n_listeners;
    struct listen_options *listen_options; /* owned: one for each listener */
    struct worker *workers;                /* owned */
    size_t n_workers;
    size_t n_started;
    struct sums *sums; /* owned */
    uint64_t max_connections;
    int access_fd; /* owned, unless it is standard output; -1 = off */
};

int generation_open(struct generation *g, const struct config *config);
int generation_start(struct generation *g);

/* Ask all workers to end. */
void generation_stop(struct generation *g, enum stop how);
bool generation_done(struct generation *g);

/* The listening sockets go; what a unix socket was called goes with them. */
void generation_close_listeners(struct generation *g);

/* Wait for the workers that run, all of which were told to stop, and free everything. */
void generation_end(struct generation *g);

#endif
