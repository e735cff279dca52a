/* SPDX-License-Identifier: MIT */
/* The figures of the whole process: gathered when somebody asks, from numbers that the workers change meanwhile. */

#include "status/figures.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "access/logger.h"
#include "base/clock.h"
#include "status/family.h"

struct figures_generation {
    struct list link;
    const struct crew *crew; /* borrowed */
    struct buf listeners;    /* owned */
};

static struct figures_generation *generation_of(struct list *l)
{
    return list_of(l, struct figures_generation, link);
}

void figures_init(struct figures *f, const struct figures_about *about)
{
    int64_t now = time(NULL);

    *f = (struct figures){.master = {.about = *about,
                                     .last_reload_ok = true,
                                     .started_wall = now,
                                     .configured_wall = now,
                                     .started_us = clock_now_us()}};
    list_init(&f->generations);
    atomic_init(&f->draining, false);
    atomic_init(&f->stuck, -1);
    (void)pthread_mutex_init(&f->lock, NULL); /* of glibc, it does not fail */
}

static void generation_free(struct figures_generation *g)
{
    list_remove(&g->link);
    buf_fini(&g->listeners);
    free(g);
}

void figures_fini(struct figures *f)
{
    assert(list_empty(&f->generations));
    free(f->ended);
    f->ended = NULL;
    f->n_ended = 0;
    (void)pthread_mutex_destroy(&f->lock);
}

/* Room for what `n` workers will have counted once they end. */
static int make_room(struct figures *f, size_t n)
{
    if (n <= f->n_ended)
        return 0;
    struct tally *more = realloc(f->ended, n * sizeof *more);
    if (more == NULL)
        return -ENOMEM;
    for (size_t i = f->n_ended; i < n; i++)
        more[i] = (struct tally){0};
    f->ended = more;
    f->n_ended = n;
    return 0;
}

int figures_add(struct figures *f, const struct crew *crew, struct sv listeners)
{
    struct figures_generation *g = calloc(1, sizeof *g);

    if (g == NULL)
        return -ENOMEM;
    list_init(&g->link);
    g->crew = crew;
    int err = buf_add(&g->listeners, listeners);
    (void)pthread_mutex_lock(&f->lock);
    if (err == 0)
        err = make_room(f, crew->n);
    if (err == 0) {
        list_append(&f->generations, &g->link);
        f->master.generation++;
    }
    (void)pthread_mutex_unlock(&f->lock);
    if (err < 0)
        generation_free(g);
    return err;
}

static void add_counters(struct tally *to, const struct counters *from)
{
    for (unsigned i = 0; i < COUNTERS; i++)
        to->of[i] += counters_get(from, i);
}

/* What has ended holds nothing any more. */
static void drop_gauges(struct tally *t)
{
    for (unsigned f = 0; f < FAMILIES; f++)
        for (unsigned i = 0; families[f].kind == FAMILY_GAUGE && i < families[f].slots; i++)
            t->of[families[f].first + i] = 0;
}

static void keep(struct figures *f, const struct figures_generation *g)
{
    for (size_t i = 0; i < g->crew->n; i++) {
        add_counters(&f->ended[i], crew_counters(g->crew, i));
        drop_gauges(&f->ended[i]);
    }
}

void figures_end(struct figures *f, const struct crew *crew)
{
    (void)pthread_mutex_lock(&f->lock);
    for (struct list *l = f->generations.next, *next; l != &f->generations; l = next) {
        struct figures_generation *g = generation_of(l);
        next = l->next;
        if (g->crew != crew)
            continue;
        keep(f, g);
        generation_free(g);
    }
    (void)pthread_mutex_unlock(&f->lock);
}

void figures_reloaded(struct figures *f)
{
    (void)pthread_mutex_lock(&f->lock);
    f->master.last_reload_ok = true;
    f->master.refused_why[0] = '\0';
    f->master.reloads++;
    f->master.configured_wall = time(NULL);
    (void)pthread_mutex_unlock(&f->lock);
}

void figures_refused(struct figures *f, const char *why)
{
    (void)pthread_mutex_lock(&f->lock);
    f->master.last_reload_ok = false;
    (void)snprintf(f->master.refused_why, sizeof f->master.refused_why, "%s", why);
    f->master.refused++;
    (void)pthread_mutex_unlock(&f->lock);
}

void figures_upgraded(struct figures *f)
{
    (void)pthread_mutex_lock(&f->lock);
    f->master.upgrades++;
    (void)pthread_mutex_unlock(&f->lock);
}

void figures_drain(struct figures *f)
{
    atomic_store(&f->draining, true);
}

void figures_stuck(struct figures *f, int worker)
{
    atomic_store(&f->stuck, worker);
}

const char *figures_illness(const struct figures *f, char room[FIGURES_ILL_MAX])
{
    int stuck = atomic_load(&f->stuck);

    if (stuck >= 0) {
        (void)snprintf(room, FIGURES_ILL_MAX, "worker %d is stuck", stuck);
        return room;
    }
    return atomic_load(&f->draining) ? "draining" : NULL;
}

static int read_all(const struct figures *f, struct figures_view *view)
{
    view->master = f->master;
    view->n_workers = f->n_ended;
    view->worker = calloc(f->n_ended > 0 ? f->n_ended : 1, sizeof *view->worker);
    if (view->worker == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < f->n_ended; i++)
        view->worker[i] = f->ended[i];
    for (struct list *l = f->generations.next; l != &f->generations; l = l->next)
        for (size_t i = 0; i < generation_of(l)->crew->n; i++)
            add_counters(&view->worker[i], crew_counters(generation_of(l)->crew, i));
    if (view->n_workers > 0) /* whose lines these were is not known any more */
        view->worker[0].of[COUNTER_LOG_DROPS] += loggers_missing_late();
    if (list_empty(&f->generations))
        return 0;
    return buf_add(&view->listeners, buf_sv(&generation_of(f->generations.prev)->listeners));
}

int figures_take(struct figures *f, struct figures_view *view)
{
    *view = (struct figures_view){0};
    (void)pthread_mutex_lock(&f->lock);
    int err = read_all(f, view);
    (void)pthread_mutex_unlock(&f->lock);
    if (err < 0) {
        figures_view_fini(view);
        return err;
    }
    view->uptime_us = clock_now_us() - view->master.started_us;
    for (size_t w = 0; w < view->n_workers; w++)
        for (unsigned i = 0; i < COUNTERS; i++)
            view->total.of[i] += view->worker[w].of[i];
    return 0;
}

void figures_view_fini(struct figures_view *view)
{
    free(view->worker);
    buf_fini(&view->listeners);
    *view = (struct figures_view){0};
}
