/* SPDX-License-Identifier: MIT */
/* reactor/accept.h: a worker that accepts for itself, from sockets of its own (reuseport) or those of [status].
 *
 * Each connection takes a seat of the service. Where there is none, one of ours that is idle goes for the one who waits, or
 * else the master has another worker's go.
 *
 * Ownership: borrows the worker and its doors.
 * Threads:   the worker.
 * Errors:    shortages are logged, and it tries again.
 * Source:    accept4(2), epoll(7) on EPOLLEXCLUSIVE.
 */
#ifndef BATON_REACTOR_ACCEPT_H
#define BATON_REACTOR_ACCEPT_H

#include "reactor/worker.h"

/* Begin, or go on where it had to stop, if it is time. */
void accept_again(struct worker *w);
/* When that may be; -1 where nothing is to be tried. */
int accept_wait_ms(const struct worker *w);

/* A door has news: a few connections. True once nobody waits. */
bool accept_some(struct worker *w, const struct door *door);

/* From now on connections come in elsewhere, or nowhere. */
void accept_leave(struct worker *w);
/* What the kernel had connected when the drain began is still ours to answer. A few in each turn, as those that we have go
 * on being served; and no more than can have waited then, as clients may come faster than we answer. */
void accept_rest(struct worker *w);

/* Give back the seats of those that ended since the last call. */
void accept_leave_seats(struct worker *w);

#endif
