/* SPDX-License-Identifier: MIT */
/* Which path of the site a request is about. One site is served, so every Host leads to it. */

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
