/* SPDX-License-Identifier: MIT */
/* Start a thread that gives up rights before it does anything else. Beside a request's way: once for each worker. */

#include "base/thread.h"

#include <errno.h>
#include <semaphore.h>

/* On the starter's stack, and gone once `entered` was posted. */
struct start {
    struct thread_enter enter;
    void *(*run)(void *);
    void *arg;
    sem_t entered;
    int err; /* the new thread's, read after `entered` */
};

static void *begin(void *arg)
{
    struct start *s = arg;
    void *(*run)(void *) = s->run;
    void *of = s->arg;
    int err = s->enter.call != NULL ? s->enter.call(s->enter.of) : 0;

    s->err = err;
    (void)sem_post(&s->entered);
    return err < 0 ? NULL : run(of);
}

int thread_start(pthread_t *thread, struct thread_enter enter, void *(*run)(void *), void *arg)
{
    struct start s = {.enter = enter, .run = run, .arg = arg};

    if (sem_init(&s.entered, 0, 0) < 0)
        return -errno;
    int err = -pthread_create(thread, NULL, begin, &s);
    if (err == 0) {
        while (sem_wait(&s.entered) < 0)
            ;
        err = s.err;
        if (err < 0)
            (void)pthread_join(*thread, NULL);
    }
    (void)sem_destroy(&s.entered);
    return err;
}
