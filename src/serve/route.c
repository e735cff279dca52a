/* SPDX-License-Identifier: MIT */
/* Which site a request is for, and which path there. */

#include "serve/route.h"

#include "http/path.h"

static enum why check_method(const struct request *rq)
{
    if (rq->method == METHOD_UNKNOWN)
        return WHY_METHOD_UNKNOWN;
    return method_is_served(rq->method) ? WHY_NONE : WHY_METHOD_REFUSED;
}

enum why route_refuses_100(const struct request *rq)
{
    return rq->wants_100 ? check_method(rq) : WHY_NONE;
}

enum why route_request(const struct request *rq, char *room, struct sv *path)
{
    enum why why = check_method(rq);

    if (why != WHY_NONE)
        return why;
    if (rq->asterisk) {
        *path = SV("/");
        return WHY_NONE;
    }
    why = path_read(rq->path, room, path);
    return why == WHY_NONE && path_is_hidden(*path) ? WHY_PATH_HIDDEN : why;
}

struct tree *route_tree(const struct serve *s, const struct request *rq)
{
    return s->n_trees > 0 ? &s->trees[hosts_find(&s->sites->hosts, rq->host)] : NULL;
}

bool route_step(struct answer *a)
{
    enum why why = route_request(a->rq, a->serve->room, &a->path);

    if (why != WHY_NONE)
        return answer_page(a, why);
    a->tree = route_tree(a->serve, a->rq);
    return false;
}

bool options_step(struct answer *a)
{
    return a->rq->method == METHOD_OPTIONS && answer_as(a, WHY_OPTIONS, response_options(&a->to));
}
