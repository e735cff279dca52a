/* SPDX-License-Identifier: MIT */
/* From a configuration to a generation that is ready to serve. All that can fail fails here, while another generation may
 * still serve: first what somebody has to mend in the configuration, all of it; then what the process is short of. */

#include "generation/opening.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "check/places.h"
#include "check/same.h"
#include "check/sources.h"
#include "config/blame.h"
#include "config/load.h"
#include "confine/privs.h"
#include "files/sums.h"
#include "host/memory.h"
#include "host/plan.h"
#include "roots/watch.h"

/* Of the memory the queues of the log may take a sixteenth. */
enum { LOG_SHARE = 16 };

struct opening {
    struct generation *g;
    struct diagnose *report;
    size_t n_workers;
};

/* The first of two errors. */
static int either(int first, int second)
{
    return first < 0 ? first : second;
}

static int fail(const struct opening *o, const char *what, int err)
{
    diagnose_error(o->report, place_nowhere(), "%s: %s", what, strerror(-err));
    return err;
}

/* For want of something of which each worker takes its part. */
static int fail_workers(const struct opening *o, const char *what, int err)
{
    config_blame(&o->g->config, o->report, (struct config_at){.key = KEY_server_workers}, "%s: %s", what,
                 strerror(-err));
    return err;
}

/* Its queues may take this part of the memory that is there for us, while nobody reads it. */
static int open_access_log(const struct opening *o)
{
    struct generation *g = o->g;
    struct logger_options options = {
        &g->config.log, o->n_workers, memory_allowed() / LOG_SHARE, {sandbox_enter_logger, &g->sandbox}};
    int err = logger_new(&g->logger, &options);

    if (err < 0)
        config_blame(&g->config, o->report, (struct config_at){.key = KEY_log_access},
                     "cannot open the access log %s: %s", g->config.log.access, strerror(-err));
    return err;
}

static int open_error_log(const struct opening *o)
{
    struct generation *g = o->g;
    int err = log_open_file(&g->error, g->config.log.error, (struct thread_enter){sandbox_enter, &g->sandbox});

    if (err < 0)
        config_blame(&g->config, o->report, (struct config_at){.key = KEY_log_error},
                     "cannot open the error log %s: %s", g->config.log.error, strerror(-err));
    return err;
}

static int open_address(const struct opening *o, const struct listeners_reporter *reporter, struct config_at at)
{
    struct generation *g = o->g;
    const struct config_listen *l = &g->config.listens[at.section];
    bool reuseport = g->config.server.accept == ACCEPT_REUSEPORT;
    const struct listen_options options = {(int)l->backlog, l->defer_accept, reuseport};
    int err = listeners_add(&g->listeners, reporter, at, &options, reuseport ? o->n_workers : 1);

    if (err < 0)
        return err;
    err = terms_add(&g->terms, l, l->address.v[at.value], &g->listeners.v[g->listeners.n - 1].terms);
    return err < 0 ? fail(o, "cannot begin to listen", err) : 0;
}

static int expect_all(struct sockets *s, const struct strings *addresses)
{
    int err = 0;

    for (size_t i = 0; i < addresses->n && err == 0; i++)
        err = sockets_expect(s, addresses->v[i]);
    return err;
}

static int begin_addresses(struct sockets *s, const struct config *c)
{
    int err = 0;

    sockets_begin(s);
    for (size_t i = 0; i < c->n_listens && err == 0; i++)
        err = expect_all(s, &c->listens[i].address);
    return err == 0 ? expect_all(s, &c->status.address) : err;
}

static int open_addresses(const struct opening *o)
{
    struct generation *g = o->g;
    const struct config *c = &g->config;
    struct listeners_reporter reporter = {c, o->report};

    g->listeners.sockets = g->home.sockets;
    g->status_listeners.sockets = g->home.sockets;
    int err = begin_addresses(g->home.sockets, c);
    if (err < 0)
        return fail(o, "cannot begin to listen", err);
    for (size_t i = 0; i < c->n_listens; i++)
        for (size_t k = 0; k < c->listens[i].address.n; k++)
            err = either(err, open_address(o, &reporter, (struct config_at){KEY_listen_address, i, k}));
    const struct listen_options plain = {.backlog = STATUS_CONNECTIONS};
    for (size_t k = 0; k < c->status.address.n; k++)
        err = either(err, listeners_add(&g->status_listeners, &reporter, (struct config_at){KEY_status_address, 0, k},
                                        &plain, 1));
    return err;
}

/* What the configuration names. */
static int open_places(const struct opening *o)
{
    const struct config *c = &o->g->config;
    int err = check_places(c, o->report);
    int same = check_same(c, o->report);

    return same < 0 ? either(err, same) : either(err, open_addresses(o));
}

static uint64_t share(uint64_t whole, size_t parts)
{
    return (whole + parts - 1) / parts;
}

static int open_worker(struct generation *g, struct worker_options options)
{
    int err = 0;

    options.shard.access = logger_ring(g->logger, g->crew.n_made);
    if (g->config.server.accept == ACCEPT_REUSEPORT)
        err = listeners_deal(&g->listeners, g->crew.n_made, g->crew.n, &options.doors, &options.n_doors);
    return err == 0 ? crew_make(&g->crew, &options) : err;
}

static int open_workers(const struct opening *o)
{
    struct generation *g = o->g;
    size_t n = o->n_workers;
    struct worker_options options = {
        .shard = {.config = &g->config,
                  .sites = &g->sites,
                  .sums = g->sums,
                  .watch = g->watch,
                  .ip_count = g->config.limits.connections_per_ip > 0 ? ip_count_of_process() : NULL,
                  .cache = {.stock = {.memory = memory_of_cache(&g->config) / n,
                                      .fds = (uint32_t)share(g->budget.kept, n),
                                      .seats = g->home.seats},
                            .ttl_ms = g->config.server.cache_ttl_ms}},
        .enter = {sandbox_enter, &g->sandbox},
        .gate = g->home.gate,
        .seats = g->home.seats,
    };
    int err = crew_init(&g->crew, n);

    while (err == 0 && g->crew.n_made < n)
        err = open_worker(g, options);
    return err < 0 ? fail_workers(o, "cannot make workers", err) : 0;
}

static int open_status(const struct opening *o)
{
    struct generation *g = o->g;
    struct status_listener_options status = {
        .config = &g->config,
        .reports = g->home.reports,
        .gate = g->home.gate,
        .seats = g->home.status_seats,
        .enter = {sandbox_enter, &g->sandbox},
    };
    int err = listeners_deal(&g->status_listeners, 0, 1, &status.doors, &status.n_doors);

    if (err == 0)
        err = status_listener_open(&g->status, &status);
    return err < 0 ? fail(o, "cannot make the worker of [status]", err) : 0;
}

/* What the process needs for it. */
static int open_means(const struct opening *o)
{
    struct generation *g = o->g;
    int err = sandbox_open(&g->sandbox, &g->config, o->report);

    if (err == 0) {
        sandbox_say(&g->sandbox);
        err = open_access_log(o);
    }
    if (err == 0)
        err = open_error_log(o);
    if (err < 0)
        return err;
    if (g->config.server.accept == ACCEPT_HANDOFF)
        err = listeners_deal(&g->listeners, 0, 1, &g->doors, &g->n_doors);
    if (err == 0)
        err = sites_init(&g->sites, &g->config);
    if (err == 0)
        err = sums_new(&g->sums, (struct thread_enter){sandbox_enter, &g->sandbox});
    if (err == 0)
        err = watch_new(&g->watch, &g->config, g->home.gate, (struct thread_enter){sandbox_enter, &g->sandbox});
    if (err < 0)
        return fail(o, "cannot begin to serve", err);
    err = open_workers(o);
    return err == 0 ? open_status(o) : err;
}

static int start_threads(const struct opening *o)
{
    struct generation *g = o->g;
    int err = crew_start(&g->crew);

    if (err == 0)
        err = status_listener_start(&g->status);
    if (err == 0)
        return 0;
    generation_stop(g, STOP_NOW);
    return fail_workers(o, "cannot start the threads that serve", err);
}

static int open_all(struct generation *g, struct diagnose *report)
{
    struct opening o = {.g = g, .report = report};

    int err = plan_make(&g->config, report, &o.n_workers, &g->budget);
    if (err == 0)
        err = privs_take(&g->config, report);
    if (err == 0) {
        check_sources(&g->config, report);
        err = open_places(&o);
    }
    if (err == 0)
        err = open_means(&o);
    if (err == 0)
        err = start_threads(&o);
    sandbox_fini(&g->sandbox); /* all have entered */
    return err;
}

int opening_run(struct generation **out, struct config *config, const struct generation_home *home,
                struct diagnose *report)
{
    struct generation *g = calloc(1, sizeof *g);

    *out = g;
    if (g == NULL) {
        config_fini(config);
        diagnose_error(report, place_nowhere(), "out of memory");
        return -ENOMEM;
    }
    g->config = *config;
    *config = (struct config){0};
    g->home = *home;
    g->sandbox.landlock.fd = -1;
    list_init(&g->link);
    int err = open_all(g, report);
    if (err < 0)
        generation_free(out);
    return err;
}
