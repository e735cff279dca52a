/* SPDX-License-Identifier: MIT */
/* What a process with so many descriptors can promise: decided once for each generation, before it opens anything. */

#include "host/budget.h"

#include <errno.h>

#include "base/least.h"

/* Standard descriptors, logs, epoll and signals, the roots that are watched; and what each worker opens: epoll, two rings' signals, the log's, its root. */
enum { OWN = 24, OWN_PER_WORKER = 5 };

/* A reload has both generations open at once. Where descriptors are few it gets a quarter of what is left, and may be
 * refused; [status] gets no more than that either. */
enum { RELOAD_SHARE = 4, STATUS_SHARE = 4 };

/* Some of the room is for files, and an eighth of it keeps them open between two requests. */
enum { FILES_SHARE = 8 };

int budget_plan(struct budget *b, const struct budget_ask *ask)
{
    uint64_t of_workers = OWN_PER_WORKER * ask->workers;

    *b = (struct budget){.own = OWN + of_workers + ask->sockets};
    if (ask->fds < b->own + 2)
        return -EMFILE;
    uint64_t left = ask->fds - b->own;
    uint64_t reload = least(OWN + of_workers, left / RELOAD_SHARE);
    left -= reload;
    b->status = least(ask->status, left / STATUS_SHARE + 1);
    left -= b->status;
    b->own += reload + b->status;
    b->room = left;
    b->kept = left / FILES_SHARE;
    b->affordable = left - left / FILES_SHARE;
    b->connections = ask->connections > 0 ? ask->connections : b->affordable;
    return 0;
}
