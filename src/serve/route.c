/* SPDX-License-Identifier: MIT */
/* Which path of the site a request is about. One site is served, so every Host leads to it. */

#include "serve/route.h"

#include "http/path.h"

int route_request(const struct request *rq, char *room, struct sv *path)
{
    if (rq->method == METHOD_UNKNOWN)
        return 501;
    if (!method_is_served(rq->method))
        return 405;
    if (rq->asterisk) {
        *path = SV("/");
        return 0;
    }
    int status = path_read(rq->path, room, path);
    if (status == 0 && path_is_hidden(*path))
        status = 404;
    return status;
}
