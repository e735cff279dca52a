/* SPDX-License-Identifier: MIT */
/* Start a thread that gives up rights before it does anything else. Beside a request's way: when a generation opens. */

#include "base/thread.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>

/* On the starter's stack, and gone once `entered` was posted. */
struct start {
    const char *name;
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

    (void)pthread_setname_np(pthread_self(), s->name); /* before it enters: then it may not any more */
    int err = s->enter.call != NULL ? s->enter.call(s->enter.of) : 0;
    s->err = err;
    (void)sem_post(&s->entered);
    return err < 0 ? NULL : run(of);
}

/* A blocked fault would end the process without its report. */
static void all_but_faults(sigset_t *set)
{
    static const int faults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};

    (void)sigfillset(set);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        (void)sigdelset(set, faults[i]);
}

/* It is born with the mask of its starter: so there is no moment in which it takes a signal. */
static int create(pthread_t *thread, struct start *s)
{
    sigset_t blocked, before;

    all_but_faults(&blocked);
    (void)pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int err = -pthread_create(thread, NULL, begin, s);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return err;
}

int thread_start(pthread_t *thread, const char *name, struct thread_enter enter, void *(*run)(void *), void *arg)
{
    struct start s = {.name = name, .enter = enter, .run = run, .arg = arg};

    if (sem_init(&s.entered, 0, 0) < 0)
        return -errno;
    int err = create(thread, &s);
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

int thread_start_detached(const char *name, struct thread_enter enter, void *(*run)(void *), void *arg)
{
    pthread_t thread = 0;
    int err = thread_start(&thread, name, enter, run, arg);

    if (err == 0)
        (void)pthread_detach(thread);
    return err;
}
