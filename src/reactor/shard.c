/* SPDX-License-Identifier: MIT */
/* What one worker owns: made before its thread starts to serve, gone after its last connection. */

#include "reactor/shard.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "base/poison.h"

/* How long a peer may go on sending after our last answer before it is cut off. */
enum { LINGER_MS = 5000 };

/* How soon to ask again whether a file is summed. */
enum { SUM_MS = 10 };

static const char *const close_text[CLOSE_REASONS] = {
#define CLOSE(id, text) [CLOSE_##id] = (text),
#include "reactor/close_reason.def"
#undef CLOSE
};

static void init_limits(struct shard *s, const struct config_limits *l)
{
    const uint64_t after_ms[TIMEOUT_KINDS] = {
        [TIMEOUT_HEADER] = l->header_timeout_ms,
        [TIMEOUT_BODY] = l->body_timeout_ms,
        [TIMEOUT_KEEPALIVE] = l->keepalive_timeout_ms,
        [TIMEOUT_SEND] = l->send_timeout_ms,
        [TIMEOUT_SUM] = SUM_MS,
        [TIMEOUT_LINGER] = LINGER_MS,
    };

    s->limits = l;
    timeouts_init(&s->timeouts, after_ms);
    s->parse_limits = (struct parse_limits){
        .head_size = (uint32_t)l->header_size,
        .target_size = (uint32_t)l->uri_size,
        .field_count = (uint32_t)l->header_count,
    };
}

int shard_init(struct shard *s, const struct shard_options *options)
{
    *s = (struct shard){.epoll_fd = -1, .outbox = {.wake_fd = -1}, .ip_count = options->ip_count};
    init_limits(s, &options->config->limits);
    list_init(&s->ready);
    list_init(&s->stalled);

    struct serve_options serve = {options->config, &s->clock,     options->sites, options->reporter,
                                  options->cache,  options->sums, options->watch};
    serve.cache.stock.counters = &s->counters;
    int err = serve_init(&s->serve, &serve);
    if (err < 0)
        return err;
    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    err = s->epoll_fd < 0 ? -errno : handoff_init(&s->outbox);
    if (err == 0)
        err = access_log_init(&s->access, options->access, options->config->log.full == LOG_FULL_WAIT);
    s->out = out_new();
    s->fields = calloc(s->parse_limits.field_count, sizeof *s->fields);
    s->bytes = malloc(SHARD_BYTES);
    if (err == 0 && (s->out == NULL || s->fields == NULL || s->bytes == NULL))
        err = -ENOMEM;
    return err;
}

void shard_fini(struct shard *s)
{
    out_free(&s->out);
    free(s->fields);
    if (s->bytes != NULL)
        unpoison(s->bytes, SHARD_BYTES);
    free(s->bytes);
    access_log_fini(&s->access);
    serve_fini(&s->serve);
    handoff_fini(&s->outbox);
    if (s->epoll_fd >= 0)
        close(s->epoll_fd);
    *s = (struct shard){.epoll_fd = -1, .outbox = {.wake_fd = -1}};
}

void shard_report(const struct shard *s)
{
    for (unsigned i = 0; i < CLOSE_REASONS; i++) {
        uint64_t n = counters_get(&s->counters, COUNTER_CLOSED + i);
        if (n > 0)
            log_info("%" PRIu64 " connections: %s", n, close_text[i]);
    }
}
