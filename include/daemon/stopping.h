/* SPDX-License-Identifier: MIT */
/* daemon/stopping.h: how the daemon stops, and by when.
 *
 * From ANNOUNCING to ENDING (daemon/life). Whatever clients, disks and signals do, it is over by a deadline: drain_delay and
 * drain_timeout, and STOPPING_GRACE_MS for what should have ended by itself; from a second signal on, only that grace. What
 * has not ended by then hangs in the kernel, and is not waited for. As the master itself may hang, a timer of the process
 * ends it STOPPING_LAST_MS after the deadline.
 *
 * Listening sockets are closed once no worker accepts from them, never before.
 *
 * `present`, of all these functions, is the generation that serves; NULL where none does, be it that none has begun or that a
 * successor has taken over.
 *
 * Ownership: borrows what struct stopping_home names. SIGALRM and the real-time timer of the process are its own.
 * Threads:   the master.
 * Units:     milliseconds of the master's clock.
 */
#ifndef BATON_DAEMON_STOPPING_H
#define BATON_DAEMON_STOPPING_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/life.h"
#include "daemon/predecessors.h"
#include "daemon/reload.h"
#include "daemon/retired.h"
#include "generation/acceptor.h"
#include "generation/generation.h"

/* Two of these are at most a second: one for threads, the other for logs. STOPPING_LAST_MS after the first the process ends
 * in any case, whatever its master waits for. */
enum { STOPPING_GRACE_MS = 450, STOPPING_LAST_MS = 500 };

struct stopping_home {
    enum life *life; /* moved from ANNOUNCING on */
    struct acceptor *acceptor;
    struct retired *retired;
    const struct predecessors *predecessors; /* the service manager ends them with us, so they are waited for */
    const struct reload *reload;             /* while it opens no socket is put back */
};

struct stopping {
    struct stopping_home home; /* all borrowed */
    uint64_t next_ms;          /* the end of drain_delay, then of drain_timeout */
    uint64_t end_ms;           /* the deadline */
    bool closed;               /* the listening sockets are put back */
};

void stopping_init(struct stopping *s, const struct stopping_home *home);

/* All is done but to return: the deadline is none any more. */
void stopping_fini(void);

/* A signal asks for it; the second time, at once. */
void stopping_ask(struct stopping *s, struct generation *present, uint64_t now_ms);

/* Go on, as far as it is time. */
void stopping_run(struct stopping *s, struct generation *present, uint64_t now_ms);

/* Nothing is left, or the deadline has passed: then *hung is true, as threads may still run. Of a process that has handed
 * over, and was not asked to stop, also: nothing is left but an errand that takes long. */
bool stopping_is_over(const struct stopping *s, const struct generation *present, uint64_t now_ms, bool *hung);

/* Milliseconds until it has to be looked at in any case; -1 = not before something happens. */
int stopping_wait_ms(const struct stopping *s, uint64_t now_ms);

/* For so long the service manager should still wait, as the configuration allows it; 0 = no longer. */
uint64_t stopping_left_ms(const struct stopping *s, uint64_t now_ms);

#endif
