/* SPDX-License-Identifier: MIT */
/* A configuration at work, from the moment at which all of it is open. What opens it is generation/opening. */

#include "generation/generation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "config/load.h"
#include "files/sums.h"
#include "roots/watch.h"

static void say_where(const struct generation *g)
{
    listeners_say(&g->listeners, "serving ", g->config.sites[0].root);
    listeners_say(&g->status_listeners, "status", "");
    log_info("%zu workers; at most %" PRIu64 " connections, and %" PRIu64
             " descriptors for them and for files; %" PRIu64 " for the daemon itself",
             g->crew.n, g->budget.connections, g->budget.room, g->budget.own);
}

/* Register the workers and the URLs of the listeners with the figures. */
static int join_figures(struct generation *g)
{
    struct buf urls = {0};
    int err = listeners_describe(&g->listeners, &urls);

    if (err == 0)
        err = figures_add(g->home.reports->figures, &g->crew, buf_sv(&urls));
    buf_fini(&urls);
    return err;
}

/* Of new sockets the kernel connects clients from here on, so this is what comes last; and what others serve with changes
 * only once nothing can fail any more. */
static int listen_everywhere(struct generation *g, struct diagnose *report)
{
    const struct listeners_reporter reporter = {&g->config, report};
    static const enum bound_part parts[] = {BOUND_NEW, BOUND_OLD};
    int err = 0;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && err == 0; i++) {
        err = listeners_change(&g->listeners, parts[i], &reporter);
        if (err == 0)
            err = listeners_change(&g->status_listeners, parts[i], &reporter);
    }
    return err;
}

int generation_serve(struct generation *g, struct diagnose *report)
{
    int err = join_figures(g);

    if (err == 0)
        err = listen_everywhere(g, report);
    if (err < 0) {
        if (report->errors == 0)
            diagnose_error(report, place_nowhere(), "cannot begin to serve: %s", strerror(-err));
        generation_stop(g, STOP_NOW);
        return err;
    }
    log_use(&g->error, (enum log_level)g->config.log.level);
    sockets_settle(g->home.sockets);
    seats_allow(g->home.seats, g->budget.connections, g->budget.room);
    seats_allow(g->home.status_seats, g->budget.status, g->budget.status);
    crew_release(&g->crew);
    status_listener_release(&g->status);
    say_where(g);
    return 0;
}

void generation_stop(struct generation *g, enum stop how)
{
    crew_stop(&g->crew, how);
    if (how == STOP_RETIRE)
        logger_retire(g->logger);
    if (g->watch != NULL && how != STOP_ANNOUNCE)
        watch_stop(g->watch);
    status_listener_stop(&g->status, how);
}

bool generation_done(const struct generation *g)
{
    return crew_is_done(&g->crew) && status_listener_is_done(&g->status);
}

bool generation_is_walled_off(const struct generation *g)
{
    return watch_is_walled_off(g->watch);
}

bool generation_is_deaf(const struct generation *g)
{
    return crew_is_deaf(&g->crew) && (!g->status.leaving || status_listener_is_deaf(&g->status));
}

int generation_reopen_logs(struct generation *g, bool again)
{
    return logger_reopen(g->logger, again);
}

void generation_close_listeners(struct generation *g)
{
    g->n_doors = 0;
    listeners_close(&g->listeners);
    if (status_listener_is_deaf(&g->status))
        listeners_close(&g->status_listeners);
}

/* Its logger may have to drop lines yet, when nobody reads the workers' numbers any more. */
static void count_missing_lines(struct generation *g)
{
    uint64_t n = 0;

    for (size_t i = 0; i < g->crew.n_made; i++)
        n += counters_get(crew_counters(&g->crew, i), COUNTER_LOG_DROPS);
    logger_count(g->logger, n);
}

void generation_free(struct generation **out)
{
    struct generation *g = *out;

    *out = NULL;
    crew_join(&g->crew);
    status_listener_close(&g->status);
    figures_end(g->home.reports->figures, &g->crew);
    count_missing_lines(g);
    crew_fini(&g->crew);
    logger_free(&g->logger);
    sums_free(&g->sums);
    watch_free(&g->watch);
    sandbox_fini(&g->sandbox);
    scribe_free(&g->error);
    generation_close_listeners(g);
    terms_book_fini(&g->terms);
    sites_fini(&g->sites);
    list_remove(&g->link);
    free(g->doors);
    config_fini(&g->config);
    free(g);
}
