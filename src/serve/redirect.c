/* SPDX-License-Identifier: MIT */
/* Redirects: a step behind that of files. */

#include "serve/redirect.h"

bool redirect_step(struct answer *a)
{
    if (a->e->status != 301)
        return false;
    return answer_as(a, WHY_SLASH, response_slash(&a->to, a->rq->path, a->path, a->rq->query));
}
