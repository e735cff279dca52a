/* SPDX-License-Identifier: MIT */
/* daemon/watchdog.h: does every worker still turn?
 *
 * Once in a while each worker is woken; by the next time its loop must have gone around. Only then is the service manager
 * told that we live (WATCHDOG=1), so that a worker that hangs gets the daemon restarted. Without a service manager, and
 * without a [status] listener that would tell, nothing beats. What the error log left out is told of in any case.
 *
 * Threads: the master; reads what workers write.
 * Source:  sd_watchdog_enabled(3), sd_notify(3).
 */
#ifndef BATON_DAEMON_WATCHDOG_H
#define BATON_DAEMON_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "generation/generation.h"
#include "io/notify.h"
#include "status/figures.h"

/* Whose heart it is; all borrowed. */
struct watchdog_of {
    struct notify *notify;
    struct figures *figures; /* told which worker is stuck */
    struct generation *g;    /* NULL = there is none */
    struct list *retired;    /* of generations */
    bool main;               /* the service manager knows us */
    bool stops;              /* and then, how long it should wait for us; 0 = no longer */
    uint64_t left_ms;
};

struct watchdog {
    uint64_t every_ms; /* 0 = never */
    uint64_t next_ms;
    uint64_t say_ms;  /* when to tell how it goes, next */
    uint64_t tell_ms; /* when to tell what the error log left out, next */
    uint64_t ask_ms;  /* when to ask for more time to stop in, next */
    bool stuck;       /* a worker did not turn */
    bool owes;        /* the service manager did not read all that it was told */
};

void watchdog_init(struct watchdog *p, uint64_t watchdog_ms, bool heard);

/* Beat without a service manager too: /healthz needs it. */
void watchdog_watch(struct watchdog *p);

/* Milliseconds until watchdog_run has something to do, for epoll_wait(2). */
int watchdog_wait_ms(const struct watchdog *p, uint64_t now_ms);

/* Beat, if it is time, and tell the service manager again what it has not read. True where it is time to say how it goes. */
bool watchdog_run(struct watchdog *p, const struct watchdog_of *of, uint64_t now_ms);

#endif
