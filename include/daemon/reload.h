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
 * What came of an opening is news for the master, which has one generation take another's place, and tells the service
 * manager.
 *
 * Ownership: the generation that it makes is the master's from RELOAD_STARTED or RELOAD_OPENED on. Borrows what struct
 *            reload_home names.
 * Threads:   the master. While reload_is_opening, the table of sockets is the errand's.
 * Errors:    where a new generation cannot be had, the old one goes on with its own configuration, and the log has every
 *            reason. Its sockets may then have new options (generation_serve).
 * Units:     milliseconds of the master's clock.
 * Source:    sd_notify(3) on RELOADING.
 */
#ifndef BATON_DAEMON_RELOAD_H
#define BATON_DAEMON_RELOAD_H

#include "daemon/asker.h"
#include "daemon/errand.h"
#include "daemon/life.h"
#include "generation/generation.h"
#include "io/notify.h"
#include "status/figures.h"

enum reload_work { RELOAD_IDLE, RELOAD_OPENING, RELOAD_REOPENING };

enum { RELOAD_REASON_MAX = 512 };

/* What is done, or was done last. */
enum reload_news {
    RELOAD_NO_NEWS,
    RELOAD_STARTED, /* the first generation serves */
    RELOAD_FAILED,  /* there is no first generation, for reload.failed: the daemon ends */
    RELOAD_OPENED,  /* another generation serves: the old one is to retire, and then reload_end is due */
    RELOAD_REFUSED, /* the old generation goes on; whoever asked has been told why */
    RELOAD_DROPPED, /* what was opened is closed again: this process ends, or another has taken over */
};

struct reload_home {
    struct generation_home generation; /* of each that is opened */
    struct figures *figures;
    struct notify *notify;
    enum life *life; /* moved from SERVING to RELOADING, and back */
    int epoll_fd;    /* hears of the errand */
};

/* The generations whose logs are open. */
struct reload_writers {
    struct generation *present; /* NULL = none */
    struct list *retired;
};

struct reload {
    struct reload_home home; /* all borrowed */
    struct errand errand;
    enum reload_work work;
    bool wants_opening; /* asked for, and not begun */
    bool wants_reopening;
    uint64_t not_before_ms;          /* the next opening */
    uint64_t not_reopened_before_ms; /* where a log could not be opened; 0 = none was tried in vain */
    uint64_t slow_ms;                /* when to say that an errand takes its time; 0 = said */
    int failed;                      /* -errno of a start that came to nothing */
    char refused[RELOAD_REASON_MAX]; /* why the last one was; empty where it was not */
    struct askers asking;            /* who waits for what is being opened */
    struct askers next;              /* who came after that had begun */
    /* The errand's, from its beginning to its end: */
    struct config_args args;
    struct config config; /* of a start, which has read it already */
    bool has_config;
    struct generation *g; /* owned: what came of it; NULL where it failed */
    struct diagnose report;
    int err;
    struct generation **writers; /* owned array of borrowed generations, whose logs are opened anew */
    size_t n_writers;
    bool reopens_again;         /* as none was asked for since a log could not be opened */
    bool old_error_log_goes_on; /* it could not be opened anew the last time */
};

int reload_init(struct reload *r, const struct config_args *args, const struct reload_home *home);
void reload_fini(struct reload *r);
/* The process ends, whatever is being opened: tell those who wait. */
void reload_give_up(struct reload *r);

/* Begin the first generation, of a configuration that is taken over. 0 or -errno; the report has been printed then. */
int reload_start(struct reload *r, struct config *config, uint64_t now_ms);

/* SIGHUP, of which `from` tells who sent it, or a root that has to be followed (NULL). Done by reload_go_on. */
void reload_ask(struct reload *r, const struct signalfd_siginfo *from);
/* SIGUSR1. */
void reload_ask_to_reopen(struct reload *r);

/* What the errand brought, if it is done. The generation that serves, of RELOAD_STARTED and RELOAD_OPENED, is in *g. */
enum reload_news reload_finish(struct reload *r, struct generation **g, uint64_t now_ms);

/* The generation that was opened has the place of the old one: say so, in the log and to those who asked. */
void reload_end(struct reload *r);

/* Begin what was asked for, if nothing is under way; an opening only where it may be. False where a reload is refused, as there
 * is no thread to do it: as RELOAD_REFUSED. */
bool reload_go_on(struct reload *r, const struct reload_writers *writers, bool may_open, uint64_t now_ms);

/* Milliseconds until reload_go_on is due in any case; -1 = not before the errand is done. */
int reload_wait_ms(const struct reload *r, bool may_open, uint64_t now_ms);

static inline bool reload_is_opening(const struct reload *r)
{
    return r->work == RELOAD_OPENING;
}

/* No errand works on generations: they may be freed. */
static inline bool reload_is_idle(const struct reload *r)
{
    return r->work == RELOAD_IDLE;
}

/* What it does takes so long that a disk may hang. */
static inline bool reload_is_slow(const struct reload *r)
{
    return r->work != RELOAD_IDLE && r->slow_ms == 0;
}

#endif
