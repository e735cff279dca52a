/* SPDX-License-Identifier: MIT */
/* base/thread.h: start a thread: the one way to do so.
 *
 * A thread has its name from the start, and takes no signals but those of its own faults: signals of the process are the main
 * thread's. Capabilities, Landlock and seccomp filters belong to a thread, not to the process: each gives up its own before it
 * does anything else. Its stack has the size that ulimit(1) says.
 *
 * Ownership: borrows everything. `enter.of` must outlive the call, `arg` the thread.
 * Threads:   any; both wait until the new thread has entered. `enter` runs in the new one, and so does `run`.
 * Errors:    -errno of pthread_create(3), or what `enter` returned; there is no thread then. Never half a start.
 * Source:    pthread_create(3), pthread_sigmask(3), pthread_setname_np(3), sem_overview(7).
 */
#ifndef BATON_BASE_THREAD_H
#define BATON_BASE_THREAD_H

#include <pthread.h>

/* What a thread does first. Returns 0 or -errno; where `call` is NULL there is nothing to do. */
struct thread_enter {
    int (*call)(const void *of);
    const void *of; /* borrowed */
};

/* One that the caller joins. `name` is for top -H and debuggers: at most 15 bytes. */
int thread_start(pthread_t *thread, const char *name, struct thread_enter enter, void *(*run)(void *), void *arg);

/* One that nobody waits for. */
int thread_start_detached(const char *name, struct thread_enter enter, void *(*run)(void *), void *arg);

#endif
