/* SPDX-License-Identifier: MIT */
/* daemon/stopping.h: how the daemon stops, and by when.
 *
 * From ANNOUNCING to ENDING (daemon/life). Whatever clients, disks and signals do, it is over by a deadline: drain_delay and
 * drain_timeout, and STOPPING_GRACE_MS for what should have ended by itself; from a second signal on, only that grace. What
 * has not ended by then hangs in the kernel, and is not waited for.
 *
 * Listening sockets are closed once no worker accepts from them, never before.
 *
 * Threads: the master.
 * Errors:  none.
 */
#ifndef BATON_DAEMON_STOPPING_H
#define BATON_DAEMON_STOPPING_H

#include <stdbool.h>
#include <stdint.h>

/* Two of these are at most a second: one for threads, the other for logs. STOPPING_LAST_MS after the first the process ends
 * in any case, whatever its master waits for. */
enum { STOPPING_GRACE_MS = 450, STOPPING_LAST_MS = 500 };

struct master;

struct stopping {
    uint64_t next_ms; /* the end of drain_delay, then of drain_timeout */
    uint64_t end_ms;  /* the deadline */
    bool left;        /* nobody takes a new connection any more */
    bool closed;      /* and the listening sockets are put back */
};

/* A signal asks for it; the second time, at once. */
void stopping_ask(struct master *m);

/* Go on, as far as it is time. */
void stopping_run(struct master *m);

/* All is done but to return: the deadline is none any more. */
void stopping_fini(void);

/* Nothing is left, or the deadline has passed: then *hung is true, as threads may still run. */
bool stopping_is_over(const struct master *m, bool *hung);

/* Milliseconds until it has to be looked at in any case; -1 = not before something happens. */
int stopping_wait_ms(const struct master *m, uint64_t now_ms);

/* For so long the service manager should still wait, as the configuration allows it; 0 = no longer. */
uint64_t stopping_left_ms(const struct master *m, uint64_t now_ms);

#endif
