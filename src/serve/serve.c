/* SPDX-License-Identifier: MIT */
/* From a request to its answer: the middle of a request's way, where it is decided what is said. */

#include "serve/serve.h"

#include <errno.h>
#include <stdlib.h>

#include "http/precondition.h"
#include "http/range.h"
#include "serve/route.h"

int serve_init(struct serve *s, const struct config *config, const struct cache_limits *share)
{
    struct load_options load = {&config->sites[0], config->server.cache_file_max};

    *s = (struct serve){.tails = {.wall = -1}};
    int err = cache_init(&s->cache, share, &load);
    if (err < 0)
        return err;
    s->room = malloc(config->limits.uri_size + 1);
    return s->room != NULL ? 0 : -ENOMEM;
}

void serve_fini(struct serve *s)
{
    cache_fini(&s->cache);
    free(s->room);
    s->room = NULL;
}

void serve_turn(struct serve *s)
{
    clock_read(&s->clock);
    tails_refresh(&s->tails, &s->clock);
}

static struct served serve_file(const struct serve *s, const struct request *rq, const struct response *r,
                                struct entry *e)
{
    struct validators validators = {e->etag, e->modified, s->clock.wall};
    struct sv range_field = rq->field[FIELD_RANGE];
    struct range range;

    if (precondition_not_modified(rq, &validators))
        return (struct served){304, response_not_modified(r, e)};
    if (range_field.p == NULL || rq->method != METHOD_GET || !precondition_if_range(rq, &validators))
        return (struct served){200, response_file(r, e)};
    switch (range_read(range_field, e->size, &range)) {
    case RANGE_ONE:
        return (struct served){206, response_part(r, e, &range)};
    case RANGE_BEYOND:
        return (struct served){416, response_beyond(r, e)};
    case RANGE_NONE:
        break;
    }
    return (struct served){200, response_file(r, e)};
}

static struct served serve_path(struct serve *s, const struct request *rq, const struct response *r, struct sv path)
{
    struct entry *e = cache_get(&s->cache, path, &s->clock);

    if (e == NULL)
        return (struct served){503, response_error(r, 503)};
    struct served served = {e->status, 0};
    if (e->status == 200)
        served = serve_file(s, rq, r, e);
    else if (e->status == 301)
        served.bytes = response_slash(r, path, rq->query);
    else
        served.bytes = response_error(r, e->status);
    ref_put(&e->ref);
    return served;
}

struct served serve_request(struct serve *s, const struct request *rq, enum persist persist, struct out *out)
{
    struct response r = {out, &s->tails, persist, rq->method == METHOD_HEAD};
    struct sv path;
    int status = route_request(rq, s->room, &path);

    if (status != 0)
        return (struct served){status, response_error(&r, status)};
    if (rq->method == METHOD_OPTIONS)
        return (struct served){204, response_options(&r)};
    return serve_path(s, rq, &r, path);
}

struct served serve_error(struct serve *s, int status, bool head_only, struct out *out)
{
    struct response r = {out, &s->tails, PERSIST_NOT, head_only};

    return (struct served){status, response_error(&r, status)};
}
