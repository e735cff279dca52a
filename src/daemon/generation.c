/* SPDX-License-Identifier: MIT */
/* A configuration at work. All that can fail fails in generation_new, before a connection is accepted and while another
 * generation may still serve. */

#include "daemon/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/cpus.h"
#include "daemon/privs.h"
#include "files/sums.h"

/* Of the descriptors that the process may have, an eighth is for cached files and some for the daemon itself. */
enum { FILE_SHARE = 8, OWN_FDS = 96, OWN_FDS_PER_WORKER = 5 };

static const char *reason(int err)
{
    return strerror(-err);
}

/* As many descriptors as the hard limit allows: nothing here uses select(2), whose sets a soft limit protects. */
static uint64_t raise_fd_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 1024;
    rlim_t soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? soft : limit.rlim_cur;
}

static int open_listeners(struct generation *g)
{
    const struct config *c = &g->config;
    bool reuseport = c->server.accept == ACCEPT_REUSEPORT;
    int err = 0;

    g->listeners.sockets = g->sockets;
    sockets_begin(g->sockets);
    for (size_t i = 0; i < c->n_listens; i++) {
        const struct config_listen *l = &c->listens[i];
        struct listen_options options = {(int)l->backlog, l->defer_accept, reuseport};
        for (size_t k = 0; k < l->address.n && err == 0; k++)
            err = listeners_add(&g->listeners, l->address.v[k], (uint16_t)i, &options, reuseport ? g->n_workers : 1);
    }
    return err;
}

static int open_status(struct generation *g)
{
    const struct strings *address = &g->config.status.address;
    const struct listen_options options = {.backlog = STATUS_CONNECTIONS};
    int err = 0;

    g->status_listeners.sockets = g->sockets;
    for (size_t i = 0; err == 0 && i < address->n; i++)
        err = listeners_add(&g->status_listeners, address->v[i], BATON_NO_LISTENER, &options, 1);
    if (err < 0)
        return err;
    struct status_listener_options status = {
        &g->config, g->reports, g->gate, &g->status_listeners, {sandbox_enter, &g->sandbox}};
    err = status_listener_open(&g->status, &status);
    if (err < 0)
        log_error("cannot make the worker of [status]: %s", reason(err));
    return err;
}

static uint64_t share(uint64_t whole, size_t parts)
{
    return (whole + parts - 1) / parts;
}

static int open_worker(struct generation *g, struct worker_options options)
{
    int err = 0;

    options.shard.access = logger_ring(g->logger, g->n_made);
    if (g->config.server.accept == ACCEPT_REUSEPORT)
        err = listeners_deal(&g->listeners, g->n_made, g->n_workers, &options.doors, &options.n_doors);
    if (err == 0)
        err = worker_init(&g->workers[g->n_made], &options);
    if (err == -ENOENT || err == -ENOTDIR || err == -EACCES)
        log_error("cannot open the root %s: %s", g->config.sites[0].root, reason(err));
    else if (err < 0)
        log_error("cannot make worker %zu of %zu: %s", g->n_made + 1, g->n_workers, reason(err));
    return err;
}

static int open_workers(struct generation *g, uint64_t file_fds)
{
    const struct config_server *server = &g->config.server;
    size_t n = g->n_workers;
    uint64_t cache_memory = server->cache_memory == CONFIG_AUTO ? CONFIG_CACHE_MEMORY_AUTO : server->cache_memory;
    struct worker_options options = {
        .shard = {.config = &g->config,
                  .sums = g->sums,
                  .census = g->config.limits.connections_per_ip > 0 ? census_of_process() : NULL,
                  .cache = {.memory = cache_memory / n,
                            .ttl_ms = server->cache_ttl_ms,
                            .fds = (uint32_t)share(file_fds, n)}},
        .enter = {sandbox_enter, &g->sandbox},
        .gate = g->gate,
        .max_connections = share(g->max_connections, n),
    };
    int err = 0;

    g->workers = aligned_alloc(_Alignof(struct worker), n * sizeof *g->workers);
    if (g->workers == NULL)
        return -ENOMEM;
    for (; err == 0 && g->n_made < n; g->n_made += err == 0)
        err = open_worker(g, options);
    return err;
}

/* Done last: where anything else fails, the log stays where it is. */
static int open_error_log(const struct config_log *c)
{
    int err = log_open(c->error, (enum log_level)c->level);

    if (err < 0)
        log_error("cannot open the error log %s: %s", c->error, reason(err));
    return err;
}

static int open_all(struct generation *g)
{
    const struct config_server *server = &g->config.server;
    uint64_t fds = raise_fd_limit();

    g->n_workers = server->workers > 0 ? server->workers : cpus_available();
    uint64_t own = OWN_FDS + OWN_FDS_PER_WORKER * g->n_workers + fds / FILE_SHARE;
    if (g->config.status.address.n > 0)
        own += STATUS_CONNECTIONS;
    g->max_connections = server->max_connections;
    if (g->max_connections == 0)
        g->max_connections = fds > own ? fds - own : 1;
    int err = privs_take(server);
    if (err == 0)
        err = sandbox_open(&g->sandbox, &g->config);
    if (err == 0)
        err = sums_new(&g->sums, (struct thread_enter){sandbox_enter, &g->sandbox});
    if (err == 0)
        err = logger_new(&g->logger, &g->config.log, g->n_workers);
    if (err == 0)
        err = open_listeners(g);
    if (err == 0 && server->accept == ACCEPT_HANDOFF)
        err = listeners_deal(&g->listeners, 0, 1, &g->doors, &g->n_doors);
    if (err == 0)
        err = open_workers(g, fds / FILE_SHARE);
    if (err == 0)
        err = open_status(g);
    if (err == 0)
        err = open_error_log(&g->config.log);
    return err;
}

int generation_new(struct generation **out, struct config *config, struct sockets *sockets, struct gate *gate,
                   const struct reports *reports)
{
    struct generation *g = calloc(1, sizeof *g);

    *out = g;
    if (g == NULL) {
        config_fini(config);
        return -ENOMEM;
    }
    g->config = *config;
    *config = (struct config){0};
    g->sockets = sockets;
    g->gate = gate;
    g->reports = reports;
    g->sandbox.landlock.fd = -1;
    list_init(&g->link);
    int err = open_all(g);
    if (err < 0)
        generation_free(out);
    return err;
}

static void say(const struct listeners *l, const char *what, const char *root)
{
    struct buf urls = {0};
    struct sv rest = {0};

    if (listeners_describe(l, &urls) == 0)
        rest = buf_sv(&urls);
    while (rest.len > 0) {
        size_t len = sv_find(rest, '\n');
        log_notice("%s%s on %.*s", what, root, (int)len, rest.p);
        rest = sv_skip(rest, len + 1);
    }
    buf_fini(&urls);
}

static void say_where(const struct generation *g)
{
    say(&g->listeners, "serving ", g->config.sites[0].root);
    say(&g->status_listeners, "status", "");
    log_info("%zu workers, at most %" PRIu64 " connections", g->n_workers, g->max_connections);
}

/* Where it serves goes into the figures with its workers. */
static int join_figures(struct generation *g)
{
    struct buf urls = {0};
    int err = listeners_describe(&g->listeners, &urls);

    if (err == 0)
        err = figures_add(g->reports->figures, g->workers, g->n_workers, buf_sv(&urls));
    buf_fini(&urls);
    return err;
}

int generation_start(struct generation *g)
{
    int err = 0;

    for (; err == 0 && g->n_started < g->n_made; g->n_started += err == 0)
        err = worker_start(&g->workers[g->n_started]);
    if (err == 0)
        err = status_listener_start(&g->status);
    if (err == 0)
        err = join_figures(g);
    /* Last, as it shows: from here on the kernel connects clients to sockets that are new. */
    if (err == 0)
        err = listeners_change(&g->listeners);
    if (err < 0) {
        log_error("cannot begin to serve: %s", reason(err));
        generation_stop(g, STOP_NOW);
        return err;
    }
    sockets_settle(g->sockets);
    for (size_t i = 0; i < g->n_started; i++)
        worker_release(&g->workers[i]);
    status_listener_release(&g->status);
    say_where(g);
    return 0;
}

void generation_stop(struct generation *g, enum stop how)
{
    for (size_t i = 0; i < g->n_started; i++)
        worker_stop(&g->workers[i], how);
    status_listener_stop(&g->status, how);
}

bool generation_done(const struct generation *g)
{
    for (size_t i = 0; i < g->n_started; i++)
        if (!atomic_load_explicit(&g->workers[i].done, memory_order_acquire))
            return false;
    return status_listener_is_done(&g->status);
}

bool generation_outgrown(struct generation *g)
{
    bool before = g->outgrown;

    for (size_t i = 0; i < g->n_started && !g->outgrown; i++)
        g->outgrown = atomic_load_explicit(&g->workers[i].outgrown, memory_order_relaxed);
    return g->outgrown && !before;
}

bool generation_is_deaf(const struct generation *g)
{
    for (size_t i = 0; i < g->n_started; i++)
        if (!atomic_load(&g->workers[i].deaf))
            return false;
    return !g->status.leaving || status_listener_is_deaf(&g->status);
}

void generation_reopen_logs(struct generation *g)
{
    logger_reopen(g->logger);
}

uint64_t generation_connections(const struct generation *g)
{
    uint64_t ended = 0;

    for (size_t i = 0; i < g->n_workers; i++)
        ended += atomic_load(&g->workers[i].ended);
    return g->handed - ended;
}

void generation_close_listeners(struct generation *g)
{
    g->n_doors = 0;
    listeners_close(&g->listeners);
    if (status_listener_is_deaf(&g->status))
        listeners_close(&g->status_listeners);
}

uint16_t generation_section(const struct generation *to, const struct generation *from, uint16_t section)
{
    if (section < from->config.n_listens)
        for (size_t i = 0; i < to->config.n_listens; i++)
            if (strcmp(to->config.listens[i].name, from->config.listens[section].name) == 0)
                return (uint16_t)i;
    return BATON_NO_LISTENER;
}

void generation_free(struct generation **out)
{
    struct generation *g = *out;

    *out = NULL;
    for (size_t i = 0; i < g->n_started; i++)
        worker_join(&g->workers[i]);
    status_listener_close(&g->status);
    figures_end(g->reports->figures, g->workers);
    for (size_t i = 0; i < g->n_made; i++)
        worker_fini(&g->workers[i]);
    logger_free(&g->logger);
    sums_free(&g->sums);
    sandbox_fini(&g->sandbox);
    generation_close_listeners(g);
    list_remove(&g->link);
    free(g->workers);
    free(g->doors);
    config_fini(&g->config);
    free(g);
}
