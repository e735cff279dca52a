/* SPDX-License-Identifier: MIT */
/* A configuration at work. All that can fail fails in generation_open, before a connection
 * is accepted. */

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

/* Of the descriptors that the process may have, an eighth is for cached files and some for the daemon itself. */
enum { FILE_SHARE = 8, OWN_FDS = 96, OWN_FDS_PER_WORKER = 4, URL_MAX = 160 };

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

static int open_access_log(struct generation *g)
{
    const char *to = g->config->log.access;

    g->access_fd = -1;
    if (to == NULL)
        return 0;
    g->access_fd =
        strcmp(to, "stdout") == 0 ? STDOUT_FILENO : open(to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (g->access_fd >= 0)
        return 0;
    int err = -errno;
    log_error("cannot open the access log %s: %s", to, reason(err));
    return err;
}

static const char *hint(int err)
{
    switch (-err) {
    case EADDRINUSE:
        return "; is another server running there?";
    case EACCES:
        return "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL:
        return "; this machine does not have that address";
    default:
        return "";
    }
}

static int open_listener(struct generation *g, const struct config_listen *c, const char *address)
{
    struct listener *l = &g->listeners[g->n_listeners];
    struct listen_options *options = &g->listen_options[g->n_listeners];

    *options = (struct listen_options){
        .backlog = (int)c->backlog,
        .defer_accept = c->defer_accept,
        .reuseport = g->config->server.accept == ACCEPT_REUSEPORT,
    };
    int err = listener_open(l, address, options);
    if (err < 0) {
        log_error("cannot listen on %s: %s%s", address, reason(err), hint(err));
        return err;
    }
    l->section = (uint16_t)(c - g->config->listens);
    g->n_listeners++;
    return 0;
}

static int open_listeners(struct generation *g)
{
    const struct config *c = g->config;
    size_t n = 0;
    int err = 0;

    for (size_t i = 0; i < c->n_listens; i++)
        n += c->listens[i].address.n;
    if (n == 0)
        return -EINVAL;
    g->listeners = calloc(n, sizeof *g->listeners);
    g->listen_options = calloc(n, sizeof *g->listen_options);
    if (g->listeners == NULL || g->listen_options == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < c->n_listens; i++)
        for (size_t k = 0; k < c->listens[i].address.n && err == 0; k++)
            err = open_listener(g, &c->listens[i], c->listens[i].address.v[k]);
    return err;
}

static uint64_t share(uint64_t whole, size_t parts)
{
    return (whole + parts - 1) / parts;
}

static int open_workers(struct generation *g, size_t n, uint64_t file_fds)
{
    const struct config_server *server = &g->config->server;
    bool own = server->accept == ACCEPT_REUSEPORT;
    struct worker_options options = {
        .shard = {.config = g->config,
                  .sums = g->sums,
                  .access_fd = g->access_fd,
                  .cache = {.memory = server->cache_memory / n,
                            .ttl_ms = server->cache_ttl_ms,
                            .fds = (uint32_t)share(file_fds, n)}},
        .gate = &g->gate,
        .accept = g->listeners,
        .accept_options = g->listen_options,
        .n_accept = own ? g->n_listeners : 0,
        .max_connections = share(g->max_connections, n),
    };

    g->workers = aligned_alloc(_Alignof(struct worker), n * sizeof *g->workers);
    if (g->workers == NULL)
        return -ENOMEM;
    for (; g->n_workers < n; g->n_workers++) {
        int err = worker_init(&g->workers[g->n_workers], &options);
        if (err == -ENOENT || err == -ENOTDIR || err == -EACCES)
            log_error("cannot open the root %s: %s", g->config->sites[0].root, reason(err));
        else if (err < 0)
            log_error("cannot make worker %zu of %zu: %s", g->n_workers + 1, n, reason(err));
        if (err < 0)
            return err;
    }
    return 0;
}

static int open_all(struct generation *g)
{
    const struct config_server *server = &g->config->server;
    size_t n = server->workers > 0 ? server->workers : cpus_available();
    uint64_t fds = raise_fd_limit();
    uint64_t own = OWN_FDS + OWN_FDS_PER_WORKER * n + fds / FILE_SHARE;

    g->max_connections = server->max_connections;
    if (g->max_connections == 0)
        g->max_connections = fds > own ? fds - own : 1;
    int err = gate_init(&g->gate);
    if (err == 0)
        err = sums_new(&g->sums);
    if (err == 0)
        err = open_access_log(g);
    if (err == 0)
        err = open_listeners(g);
    if (err == 0)
        err = open_workers(g, n, fds / FILE_SHARE);
    return err;
}

int generation_open(struct generation *g, const struct config *config)
{
    *g = (struct generation){.config = config, .access_fd = -1, .gate = {.fd = -1}};
    int err = open_all(g);
    if (err < 0) {
        log_error("cannot start: %s", reason(err));
        generation_end(g);
    }
    return err;
}

static void say_where(const struct generation *g)
{
    char url[URL_MAX];

    for (size_t i = 0; i < g->n_listeners; i++) {
        listener_describe(&g->listeners[i], url, sizeof url);
        log_notice("serving %s on %s", g->config->sites[0].root, url);
    }
    log_info("%zu workers, at most %" PRIu64 " connections", g->n_workers, g->max_connections);
}

int generation_start(struct generation *g)
{
    for (; g->n_started < g->n_workers; g->n_started++) {
        int err = worker_start(&g->workers[g->n_started]);
        if (err < 0)
            return err;
    }
    say_where(g);
    return 0;
}

void generation_stop(struct generation *g, enum stop how)
{
    for (size_t i = 0; i < g->n_workers; i++)
        worker_stop(&g->workers[i], how);
}

bool generation_done(struct generation *g)
{
    for (size_t i = 0; i < g->n_started; i++)
        if (!atomic_load_explicit(&g->workers[i].done, memory_order_acquire))
            return false;
    return true;
}

void generation_close_listeners(struct generation *g)
{
    for (size_t i = 0; i < g->n_listeners; i++)
        listener_close(&g->listeners[i]);
}

void generation_end(struct generation *g)
{
    for (size_t i = 0; i < g->n_started; i++)
        worker_join(&g->workers[i]);
    for (size_t i = 0; i < g->n_workers; i++)
        worker_fini(&g->workers[i]);
    sums_free(&g->sums);
    generation_close_listeners(g);
    free(g->workers);
    free(g->listeners);
    free(g->listen_options);
    gate_fini(&g->gate);
    if (g->access_fd >= 0 && g->access_fd != STDOUT_FILENO)
        close(g->access_fd);
    *g = (struct generation){.access_fd = -1, .gate = {.fd = -1}};
}
