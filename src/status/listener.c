/* SPDX-License-Identifier: MIT */
/* The worker behind the [status] listeners. Those who are answered here watch the daemon; what they cost, they cost this
 * thread. */

#include "status/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Scrapers come every few seconds, ask little, and read at once. */
static const struct config_limits limits = {
    .header_timeout_ms = 5000,
    .body_timeout_ms = 5000,
    .keepalive_timeout_ms = 65000,
    .keepalive_requests = 10000,
    .send_timeout_ms = 10000,
    .header_size = 8192,
    .header_count = 64,
    .uri_size = 1024,
    .body_size = 0,
    .ranges = 1,
};

int status_listener_open(struct status_listener *s, const struct status_listener_options *options)
{
    *s = (struct status_listener){.config = *options->config};
    s->config.limits = limits;
    s->config.server.drain_timeout_ms = limits.send_timeout_ms;
    s->worker = options->n_doors > 0 ? aligned_alloc(_Alignof(struct worker), sizeof *s->worker) : NULL;
    if (s->worker == NULL) {
        free(options->doors);
        return options->n_doors > 0 ? -ENOMEM : 0;
    }
    struct worker_options worker = {
        .shard = {.config = &s->config, .reporter = &options->reports->reporter},
        .doors = options->doors,
        .n_doors = options->n_doors,
        .enter = options->enter,
        .gate = options->gate,
        .seats = options->seats,
    };
    int err = worker_init(s->worker, &worker);

    if (err < 0) {
        free(s->worker);
        s->worker = NULL;
    }
    return err;
}

int status_listener_start(struct status_listener *s)
{
    if (s->worker == NULL)
        return 0;
    int err = worker_start(s->worker);
    s->started = err == 0;
    return err;
}

void status_listener_release(struct status_listener *s)
{
    if (s->started)
        worker_release(s->worker);
}

void status_listener_stop(struct status_listener *s, enum stop how)
{
    if (!s->started || (how != STOP_RETIRE && how != STOP_NOW))
        return;
    s->leaving = true;
    worker_stop(s->worker, how);
}

bool status_listener_is_done(const struct status_listener *s)
{
    return !s->leaving || atomic_load_explicit(&s->worker->done, memory_order_acquire);
}

bool status_listener_pass(struct status_listener *from, struct status_listener *to)
{
    struct baton b;

    if (!from->started)
        return true;
    while (handoff_peek(&from->worker->shard.outbox, &b)) {
        if (to == NULL || !to->started)
            close(b.fd);
        else if (!handoff_push(&to->worker->handoff, &b))
            return false;
        else {
            seats_add(to->worker->options.seats);
            handoff_signal(&to->worker->handoff);
        }
        (void)handoff_pop(&from->worker->shard.outbox, &b);
    }
    return true;
}

bool status_listener_is_deaf(const struct status_listener *s)
{
    return s->worker == NULL || (s->leaving && accept_is_deaf(&s->worker->accept));
}

void status_listener_close(struct status_listener *s)
{
    if (s->started) {
        worker_stop(s->worker, STOP_NOW);
        worker_join(s->worker);
    }
    if (s->worker != NULL)
        worker_fini(s->worker);
    free(s->worker);
    s->worker = NULL;
    s->started = false;
}
