/* SPDX-License-Identifier: MIT */
/* status/listener.h: the worker behind the [status] listeners.
 *
 * A worker like the others, which accepts for itself and answers from status/reports. It has limits of its own, so that
 * nobody who may come to this port takes much; and at a stop it is the last to end, so that a balancer hears that the
 * others drain.
 *
 * Ownership: borrows all that is in its options but for the doors; owns its worker.
 * Threads:   the master.
 * Errors:    open and start return 0 or -errno; close is due in all cases, once, and ends what runs. All are no-ops where
 *            there are no doors.
 */
#ifndef BATON_STATUS_LISTENER_H
#define BATON_STATUS_LISTENER_H

#include "config/config.h"
#include "reactor/worker.h"
#include "status/reports.h"

struct status_listener_options {
    const struct config *config;
    const struct reports *reports;
    struct gate *gate;
    struct seats *seats;
    struct door *doors; /* owned by the listener once status_listener_open is called; where it accepts */
    size_t n_doors;
    struct thread_enter enter; /* what its thread gives up first */
};

struct status_listener {
    struct config config;  /* a copy, with other limits; borrows what it points to */
    struct worker *worker; /* owned; NULL = there are no doors */
    bool started;
    bool leaving; /* it was told to stop */
};

int status_listener_open(struct status_listener *s, const struct status_listener_options *options);
int status_listener_start(struct status_listener *s);
void status_listener_release(struct status_listener *s);
/* As worker_stop, but that it goes on where the others only drain. */
void status_listener_stop(struct status_listener *s, enum stop how);
/* It was told to stop, and its sockets may be put back. */
bool status_listener_is_deaf(const struct status_listener *s);
/* Nobody has to wait for it: it ended, or was not told to stop. */
bool status_listener_is_done(const struct status_listener *s);
/* Move what came out of one that retires to that of another generation; `to` is NULL where there is none, and then that
 * ends. False where some of it has to wait. */
bool status_listener_pass(struct status_listener *from, struct status_listener *to);
void status_listener_close(struct status_listener *s);

#endif
