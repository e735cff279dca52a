/* SPDX-License-Identifier: MIT */
/* daemon/errand.h: something that may block, done by a thread of its own while the master goes on.
 *
 * Files and directories may lie on a disk that hangs, and so may every name on the way to them. The master, which accepts
 * and hears signals, opens none while it serves: it sends a thread, one at a time, and looks at what it brought when
 * errand.fd is readable.
 *
 * Ownership: errand_init makes the descriptor, errand_fini closes it. What the errand works on belongs to its thread until it
 *            is done, and must stay: a thread that hangs in the kernel cannot be called back, and is not waited for.
 * Threads:   the master; `run` in a thread that ends with it.
 * Errors:    0 or -errno. Without a thread nothing has begun.
 * Source:    eventfd(2), pthread_create(3).
 */
#ifndef BATON_DAEMON_ERRAND_H
#define BATON_DAEMON_ERRAND_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct errand {
    int fd;    /* owned; an edge when the errand is done */
    bool busy; /* the master's: one was begun, and errand_is_done has not said so yet */
    _Atomic bool done;
    pthread_t thread;
    void (*run)(void *of);
    void *of; /* borrowed */
};

int errand_init(struct errand *e);
void errand_fini(struct errand *e);

/* Begin. None may be busy. */
int errand_begin(struct errand *e, void (*run)(void *of), void *of);

/* True once for each that was begun. */
bool errand_is_done(struct errand *e);

#endif
