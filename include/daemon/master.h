/* SPDX-License-Identifier: MIT */
/* daemon/master.h: the daemon's life: start, reload, upgrade, stop.
 *
 *     TERM, INT, QUIT   stop: unhealthy for drain_delay, then the listeners close, idle connections end, and answers under
 *                       way are finished within drain_timeout. The second of these stops at once. XCPU, the kernel's word
 *                       each second that the time limit is used up, stops too, and hastens nothing.
 *     HUP               reload: a new generation from the same command line and the files as they are now; or none, and why
 *     USR1              open the logs anew
 *     USR2              upgrade: a new process of the same binary takes over
 *
 * Signals that it acts upon are heard also where they were ignored or blocked when it was started; no other is blocked.
 * Signals that a write can raise (PIPE, XFSZ, TTOU, IO) are ignored: the write's error is dealt with where it was made.
 *
 * What the master keeps is one structure, for the parts of its life: daemon/reload, daemon/retired, daemon/stopping,
 * daemon/succession. Where it is in that, daemon/life says.
 *
 * Ownership: borrows the command line for good.
 * Threads:   the main thread.
 * Errors:    master_run returns the status to exit with: 0, 1, or EX_CONFIG for a configuration that is wrong.
 * Source:    daemon(7), signalfd(2), sd_notify(3), sysexits.h(3head).
 */
#ifndef BATON_DAEMON_MASTER_H
#define BATON_DAEMON_MASTER_H

#include <limits.h>

#include "base/list.h"
#include "config/config.h"
#include "daemon/events.h"
#include "daemon/follow.h"
#include "daemon/life.h"
#include "daemon/pulse.h"
#include "daemon/reload.h"
#include "daemon/stopping.h"
#include "daemon/succession.h"
#include "generation/acceptor.h"
#include "generation/generation.h"
#include "io/notify.h"
#include "listen/sockets.h"
#include "status/figures.h"
#include "status/reports.h"
#include "upgrade/launcher.h"

struct master_args {
    struct config_args config;
    char *const *argv; /* of the process, for its successors */
    const char *version;
};

struct master {
    const struct master_args *args;
    char path[PATH_MAX]; /* of our binary, as it was when we started */
    struct launcher launcher;
    int epoll_fd;  /* owned */
    int signal_fd; /* owned */
    struct notify systemd;
    struct sockets sockets;
    struct acceptor acceptor;
    struct figures figures;
    struct reports reports; /* of the figures */
    struct pulse pulse;
    struct generation *g; /* owned; NULL once a successor has taken over */
    struct list retired;  /* owned generations that have connections still */
    bool waits;           /* something that is passed on found no room */
    bool news;            /* of workers, or of what was opened for us */
    struct seats status_seats;
    enum life life;
    struct succession succession;
    struct reload reload;
    struct follow follow;
    struct stopping stopping;
    int failed;   /* -errno of a start that came to nothing */
    bool misused; /* what is wrong is in the command line */
};

int master_run(const struct master_args *args);

uint64_t master_now_ms(void);

/* A generation serves. Where it says how it is, somebody has to know. */
void master_watch_workers(struct master *m);

/* Tell the service manager where we are in life, in a word and in figures. */
void master_say(struct master *m, const char *state);

#endif
