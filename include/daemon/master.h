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
 * The parts of that life are daemon/reload, daemon/retired, daemon/succession, daemon/predecessors and daemon/stopping, each
 * with a structure of its own. The master alone knows all of them (daemon/parts): it passes on what one of them has for
 * another. Where the daemon is in its life, daemon/life says.
 *
 * Ownership: borrows the command line for good.
 * Threads:   the main thread.
 * Errors:    master_run returns the status to exit with: 0, 1, EX_USAGE for a command line that is wrong, or EX_CONFIG for a
 *            configuration that is.
 * Source:    daemon(7), signalfd(2), sd_notify(3), sysexits.h(3head).
 */
#ifndef BATON_DAEMON_MASTER_H
#define BATON_DAEMON_MASTER_H

#include "config/config.h"

struct master_args {
    struct config_args config;
    char *const *argv; /* of the process, for its successors */
    const char *version;
};

int master_run(const struct master_args *args);

#endif
