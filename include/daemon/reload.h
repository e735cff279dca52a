/* SPDX-License-Identifier: MIT */
/* daemon/reload.h: another configuration, without one closed connection; and the first one.
 *
 *     IDLE --HUP--> OPENING --all is open--> the new generation serves, the old one retires --> IDLE
 *      |               |
 *      |               +--something is not--> the old one goes on --> IDLE
 *      +--USR1--> REOPENING the logs --> IDLE, and again after a second where one cannot be opened
 *
 * Opening may block, as disks may, so an errand does it while the master goes on. What is asked for meanwhile is merged: it is
 * done once more, after that. A start is the same without an old generation; where it fails the daemon ends.
 *
 * Ownership: the generation that it makes is the master's; the one before it retires.
 * Threads:   the master. While reload_is_opening, the table of sockets is the errand's.
 * Errors:    all or nothing: where a new generation cannot be had, the old one goes on as it was, and the log has every reason.
 * Source:    sd_notify(3) on RELOADING and READY.
 */
#ifndef BATON_DAEMON_RELOAD_H
#define BATON_DAEMON_RELOAD_H

#include "daemon/asker.h"
#include "daemon/errand.h"
#include "generation/generation.h"

struct master;

enum reload_work { RELOAD_IDLE, RELOAD_OPENING, RELOAD_REOPENING };

enum { RELOAD_REASON_MAX = 512 };

struct reload {
    struct errand errand;
    enum reload_work work;
    bool wants_opening; /* asked for, and not begun */
    bool wants_reopening;
    uint64_t not_before_ms;          /* the next opening */
    uint64_t not_reopened_before_ms; /* where a log could not be opened; 0 = none was tried in vain */
    uint64_t slow_ms;                /* when to say that an errand takes its time; 0 = said */
    char refused[RELOAD_REASON_MAX]; /* why the last one was; empty where it was not */
    struct askers asking;            /* who waits for what is being opened */
    struct askers next;              /* who came after that had begun */
    /* The errand's, from its beginning to its end: */
    struct config_args args;
    struct config config; /* of a start, which has read it already */
    bool has_config;
    struct generation_home home;
    struct generation *g; /* owned: what came of it; NULL where it failed */
    struct diagnose report;
    int err;
    struct generation **writers; /* owned array of borrowed generations, whose logs are opened anew */
    size_t n_writers;
    bool reopens_again;         /* as none was asked for since a log could not be opened */
    bool old_error_log_goes_on; /* it could not be opened anew the last time */
};

int reload_init(struct master *m);
void reload_fini(struct reload *r);
/* The process ends, whatever is being opened: tell those who wait. */
void reload_give_up(struct reload *r);

/* Begin the first generation, of a configuration that is taken over. 0 or -errno. */
int reload_start(struct master *m, struct config *config);

/* SIGHUP, of which `from` tells who sent it, or a root that has to be followed (NULL). */
void reload_ask(struct master *m, const struct signalfd_siginfo *from);
/* SIGUSR1. */
void reload_ask_to_reopen(struct master *m);

/* The errand is done, or it is time for the next. */
void reload_run(struct master *m);

static inline bool reload_is_opening(const struct reload *r)
{
    return r->work == RELOAD_OPENING;
}

/* What it does takes so long that a disk may hang. */
static inline bool reload_is_slow(const struct reload *r)
{
    return r->work != RELOAD_IDLE && r->slow_ms == 0;
}

/* Milliseconds until reload_run is due in any case; -1 = not before the errand is done. */
int reload_wait_ms(const struct master *m, uint64_t now_ms);

#endif
