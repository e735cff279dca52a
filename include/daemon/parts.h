/* SPDX-License-Identifier: MIT */
/* daemon/parts.h: all that the daemon's life is made of, put together for the master.
 *
 * Each part is given what it needs of the others by its `home`; nobody but the master sees this structure.
 *
 *     parts_init -> parts_open -> parts_start -> the master's loop -> parts_close, or parts_abandon
 *
 * Ownership: owns all of it; borrows the command line.
 * Threads:   the main thread.
 * Errors:    open and start return 0 or -errno, and have said why; parts_close is due in all cases.
 * Units:     milliseconds of CLOCK_MONOTONIC.
 */
#ifndef BATON_DAEMON_PARTS_H
#define BATON_DAEMON_PARTS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "daemon/follow.h"
#include "daemon/life.h"
#include "daemon/predecessors.h"
#include "daemon/reload.h"
#include "daemon/retired.h"
#include "daemon/stopping.h"
#include "daemon/succession.h"
#include "daemon/watchdog.h"
#include "generation/acceptor.h"
#include "generation/generation.h"
#include "io/notify.h"
#include "io/seats.h"
#include "listen/sockets.h"
#include "status/figures.h"
#include "status/reports.h"
#include "upgrade/launcher.h"

struct parts {
    int epoll_fd;  /* owned */
    int signal_fd; /* owned */
    enum life life;
    struct generation *present; /* owned: it serves; NULL before that, and once a successor does */

    /* What serves: */
    struct sockets sockets;
    struct acceptor acceptor;
    struct seats status_seats;
    struct figures figures;
    struct reports reports; /* of the figures */

    /* How it changes: */
    struct reload reload;
    struct follow follow;
    struct retired retired;
    struct predecessors predecessors;
    struct succession succession;
    struct stopping stopping;

    /* Beside that: */
    struct notify notify;
    struct watchdog watchdog;
    struct launcher launcher;
    char path[PATH_MAX]; /* of our binary, as it was when we started */
    bool misused;        /* a start failed for what is wrong in the command line */
};

/* Now. */
uint64_t parts_now_ms(void);

void parts_init(struct parts *p, const char *version, const struct config_args *args);

/* All that a configuration has no say in. `argv` is the process's. */
int parts_open(struct parts *p, const struct config_args *args, char *const *argv);

/* Read the configuration, become who it says, and begin to open the first generation. */
int parts_start(struct parts *p, char *const *argv);

/* A reload may begin. What a successor has read is as new as what we would; and as one, we first have to be told to go on. */
bool parts_may_reload(const struct parts *p);
/* A root was put beyond what the walls let the workers read; those of a new generation may. */
bool parts_are_behind(const struct parts *p);
/* Something that is passed on found no room. */
bool parts_wait_for_room(const struct parts *p);
/* Milliseconds until one of them is to be run though nothing has happened; -1 = not before something does. */
int parts_wait_ms(const struct parts *p);

void parts_close(struct parts *p);

/* The time is over, and a thread hangs in the kernel, or is slow: its memory and its descriptors are left to it. What others
 * can see goes, and the process ends. */
_Noreturn void parts_abandon(struct parts *p);

#endif
