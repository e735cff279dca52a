/* SPDX-License-Identifier: MIT */
/* What was promised by the configuration, or would be by anybody, and cannot be kept is said. */

#include "host/plan.h"

#include <inttypes.h>
#include <sys/resource.h>

#include "config/blame.h"
#include "host/cpus.h"

enum { FEW = 128 }; /* fewer connections than this are said to be few */

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

static struct budget_ask what_to_plan(const struct config *c, size_t n_workers)
{
    size_t each = c->server.accept == ACCEPT_REUSEPORT ? n_workers : 1;
    struct budget_ask ask = {.fds = raise_fd_limit(), .workers = n_workers, .connections = c->server.max_connections};

    for (size_t i = 0; i < c->n_listens; i++)
        ask.sockets += c->listens[i].address.n * each;
    ask.sockets += c->status.address.n;
    ask.status = c->status.address.n > 0 ? STATUS_CONNECTIONS : 0;
    return ask;
}

size_t plan_workers(const struct config *c)
{
    return c->server.workers > 0 ? c->server.workers : cpus_available();
}

int plan_make(const struct config *c, struct diagnose *report, size_t *n_workers, struct budget *b)
{
    const struct config_server *server = &c->server;

    *n_workers = plan_workers(c);
    const struct budget_ask ask = what_to_plan(c, *n_workers);
    int err = budget_plan(b, &ask);
    if (err < 0)
        config_blame(c, report, (struct config_at){.key = KEY_server_workers},
                     "%zu workers and their sockets take %" PRIu64 " descriptors, and the process may have %" PRIu64
                     " (LimitNOFILE=, ulimit -n)",
                     *n_workers, b->own, ask.fds);
    else if (b->connections > b->affordable)
        config_warn(c, report, (struct config_at){.key = KEY_server_max_connections},
                    "the process may have %" PRIu64 " descriptors (LimitNOFILE=, ulimit -n), enough for %" PRIu64
                    " connections",
                    ask.fds, b->affordable);
    else if (server->max_connections == 0 && b->connections < FEW)
        config_warn(c, report, (struct config_at){.key = KEY_server_max_connections},
                    "at most %" PRIu64 " connections: the process may have %" PRIu64
                    " descriptors (LimitNOFILE=, ulimit -n), and %zu workers take %" PRIu64,
                    b->connections, ask.fds, *n_workers, b->own);
    return err;
}
