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

void figures_init(struct figures *c, const struct figures_about *about)
{
    int64_t now = time(NULL);

    *c = (struct figures){.master = {.about = *about,
                                     .last_reload_ok = true,
                                     .started_wall = now,
                                     .configured_wall = now,
                                     .started_us = clock_now_us()}};
    list_init(&c->generations);
    atomic_init(&c->draining, false);
    atomic_init(&c->stuck, -1);
    (void)pthread_mutex_init(&c->lock, NULL); /* of glibc, it does not fail */
}

static void generation_free(struct figures_generation *g)
{
    list_remove(&g->link);
    buf_fini(&g->listeners);
    free(g);
}

void figures_fini(struct figures *c)
{
    assert(list_empty(&c->generations));
    free(c->ended);
    c->ended = NULL;
    c->n_ended = 0;
    (void)pthread_mutex_destroy(&c->lock);
}

/* Room for what `n` workers will have counted once they end. */
static int make_room(struct figures *c, size_t n)
{
    if (n <= c->n_ended)
        return 0;
    struct tally *more = realloc(c->ended, n * sizeof *more);
    if (more == NULL)
        return -ENOMEM;
    for (size_t i = c->n_ended; i < n; i++)
        more[i] = (struct tally){0};
    c->ended = more;
    c->n_ended = n;
    return 0;
}

int figures_add(struct figures *c, const struct crew *crew, struct sv listeners)
{
    struct figures_generation *g = calloc(1, sizeof *g);

    if (g == NULL)
        return -ENOMEM;
    list_init(&g->link);
    g->crew = crew;
    int err = buf_add(&g->listeners, listeners);
    (void)pthread_mutex_lock(&c->lock);
    if (err == 0)
        err = make_room(c, crew->n);
    if (err == 0) {
        list_append(&c->generations, &g->link);
        c->master.generation++;
    }
    (void)pthread_mutex_unlock(&c->lock);
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

static void keep(struct figures *c, const struct figures_generation *g)
{
    for (size_t i = 0; i < g->crew->n; i++) {
        add_counters(&c->ended[i], crew_counters(g->crew, i));
        drop_gauges(&c->ended[i]);
    }
}

void figures_end(struct figures *c, const struct crew *crew)
{
    (void)pthread_mutex_lock(&c->lock);
    for (struct list *l = c->generations.next, *next; l != &c->generations; l = next) {
        struct figures_generation *g = generation_of(l);
        next = l->next;
        if (g->crew != crew)
            continue;
        keep(c, g);
        generation_free(g);
    }
    (void)pthread_mutex_unlock(&c->lock);
}

void figures_reloaded(struct figures *c)
{
    (void)pthread_mutex_lock(&c->lock);
    c->master.last_reload_ok = true;
    c->master.refused_why[0] = '\0';
    c->master.reloads++;
    c->master.configured_wall = time(NULL);
    (void)pthread_mutex_unlock(&c->lock);
}

void figures_refused(struct figures *c, const char *why)
{
    (void)pthread_mutex_lock(&c->lock);
    c->master.last_reload_ok = false;
    (void)snprintf(c->master.refused_why, sizeof c->master.refused_why, "%s", why);
    c->master.refused++;
    (void)pthread_mutex_unlock(&c->lock);
}

void figures_upgraded(struct figures *c)
{
    (void)pthread_mutex_lock(&c->lock);
    c->master.upgrades++;
    (void)pthread_mutex_unlock(&c->lock);
}

void figures_drain(struct figures *c)
{
    atomic_store(&c->draining, true);
}

void figures_stuck(struct figures *c, int worker)
{
    atomic_store(&c->stuck, worker);
}

const char *figures_illness(const struct figures *c, char room[FIGURES_ILL_MAX])
{
    int stuck = atomic_load(&c->stuck);

    if (stuck >= 0) {
        (void)snprintf(room, FIGURES_ILL_MAX, "worker %d is stuck", stuck);
        return room;
    }
    return atomic_load(&c->draining) ? "draining" : NULL;
}

static int read_all(const struct figures *c, struct figures_view *view)
{
    view->master = c->master;
    view->n_workers = c->n_ended;
    view->worker = calloc(c->n_ended > 0 ? c->n_ended : 1, sizeof *view->worker);
    if (view->worker == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < c->n_ended; i++)
        view->worker[i] = c->ended[i];
    for (struct list *l = c->generations.next; l != &c->generations; l = l->next)
        for (size_t i = 0; i < generation_of(l)->crew->n; i++)
            add_counters(&view->worker[i], crew_counters(generation_of(l)->crew, i));
    if (view->n_workers > 0) /* whose lines these were is not known any more */
        view->worker[0].of[COUNTER_LOG_DROPS] += loggers_missing_late();
    if (list_empty(&c->generations))
        return 0;
    return buf_add(&view->listeners, buf_sv(&generation_of(c->generations.prev)->listeners));
}

int figures_take(struct figures *c, struct figures_view *view)
{
    *view = (struct figures_view){0};
    (void)pthread_mutex_lock(&c->lock);
    int err = read_all(c, view);
    (void)pthread_mutex_unlock(&c->lock);
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
