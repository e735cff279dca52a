/* SPDX-License-Identifier: MIT */
/* base/thread.h: start a thread that gives up rights before it does anything else.
 *
 * Capabilities, Landlock and seccomp filters belong to a thread, not to the process: each has to give up its own.
 *
 * Ownership: borrows everything. `enter.of` must outlive the call, `arg` the thread.
 * Threads:   thread_start: any; it waits until the new thread has entered. `enter` runs in the new one, and so does `run`.
 * Errors:    -errno of pthread_create(3), or what `enter` returned; there is no thread then. Never half a start.
 * Source:    pthread_create(3), sem_overview(7).
 */
#ifndef BATON_BASE_THREAD_H
#define BATON_BASE_THREAD_H

#include <pthread.h>

/* What a thread does first. Returns 0 or -errno; where `call` is NULL there is nothing to do. */
struct thread_enter {
    int (*call)(const void *of);
    const void *of; /* borrowed */
};

int thread_start(pthread_t *thread, struct thread_enter enter, void *(*run)(void *), void *arg);

#endif
