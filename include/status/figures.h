/* SPDX-License-Identifier: MIT */
/* status/figures.h: the figures of the whole process.
 *
 * What the workers of all generations counted, those that have ended included, so that no total ever goes back; and what
 * only the master knows: reloads, upgrades, health.
 *
 * Ownership: copies what it is told, but for the texts in `about`, which are borrowed. Workers that were added must be
 *            ended before their memory goes, and before figures_fini.
 * Threads:   add, end and what the master reports: the master. take, health: any. A mutex keeps workers from going while
 *            they are read; nobody on a request's way takes it.
 * Errors:    0 or -ENOMEM. figures_end cannot fail.
 * Units:     in the names; `_wall` in seconds since 1970.
 */
#ifndef BATON_STATUS_FIGURES_H
#define BATON_STATUS_FIGURES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/counters.h"
#include "base/list.h"
#include "reactor/crew.h"

/* One worker's numbers, or the sum of several, as they were at some time. */
struct tally {
    uint64_t of[COUNTERS];
};

struct figures_about {
    const char *version; /* borrowed */
    const char *config;  /* borrowed: the file; NULL = none */
};

enum { FIGURES_WHY_MAX = 512 };

/* What the master knows. */
struct figures_master {
    struct figures_about about;
    uint64_t generation; /* 1 is the first */
    uint64_t reloads, refused, upgrades;
    bool last_reload_ok;
    char refused_why[FIGURES_WHY_MAX]; /* the last one; empty where it was taken */
    int64_t started_wall;
    int64_t configured_wall; /* when the configuration in effect was loaded */
    uint64_t started_us;     /* of CLOCK_MONOTONIC */
};

struct figures {
    pthread_mutex_t lock;
    struct figures_master master;
    struct list generations; /* of struct figures_generation, in the order of adding */
    struct tally *ended;     /* owned: by worker, n_ended of them */
    size_t n_ended;
    _Atomic bool draining;
    _Atomic int stuck; /* a worker that does not move; -1 = all do */
};

void figures_init(struct figures *f, const struct figures_about *about);
void figures_fini(struct figures *f);

/* A generation begins, with these workers and listeners (URLs, a line each); all are read from now on. */
int figures_add(struct figures *f, const struct crew *crew, struct sv listeners);
/* Its workers are over: keep what they counted, and read them no more. No-op for those that were never added. */
void figures_end(struct figures *f, const struct crew *crew);

/* The master reports. */
void figures_reloaded(struct figures *f); /* and the new configuration was taken */
void figures_refused(struct figures *f, const char *why);
void figures_upgraded(struct figures *f);
void figures_drain(struct figures *f);
/* Worker that does not move, or -1. */
void figures_stuck(struct figures *f, int worker);

/* NULL where all is well; else why not, one word or two, perhaps in `room`. */
enum { FIGURES_ILL_MAX = 32 };
const char *figures_illness(const struct figures *f, char room[FIGURES_ILL_MAX]);

/* All figures at once. */
struct figures_view {
    struct figures_master master;
    uint64_t uptime_us;
    struct tally total;
    struct tally *worker; /* owned */
    size_t n_workers;     /* as many as there ever were at once */
    struct buf listeners; /* owned: of the newest generation, a line each */
};
int figures_take(struct figures *f, struct figures_view *view);
void figures_view_fini(struct figures_view *view);

#endif
