/* SPDX-License-Identifier: MIT */
/* confine.h: do things in a thread that has given up rights, and tell what came of it (header only).
 *
 * Ownership: borrows everything for the length of a call.
 * Threads:   the test's own starts one, and waits for its end.
 * Errors:    where the thread cannot give up its rights, the test fails; needs() skips a test, but not under CI.
 */
#ifndef BATON_TESTS_CONFINE_H
#define BATON_TESTS_CONFINE_H

#include <stdlib.h>
#include <sys/prctl.h>

#include "base/thread.h"
#include "expect.h"

/* Skips the test where `here` is false. */
#define needs(here, what)                                      \
    do {                                                       \
        if (!(here) && getenv("CI") == NULL) {                 \
            print_message("skipped: this needs %s\n", (what)); \
            skip();                                            \
        }                                                      \
        expect((here), "this needs %s", (what));               \
    } while (0)

struct confined {
    int (*what)(void); /* 0 or -errno */
    int result;
};

static void *confined_run(void *arg)
{
    struct confined *c = arg;

    c->result = c->what();
    return NULL;
}

/* What `what` returns in a thread that began with `enter`. */
static inline int confined(struct thread_enter enter, int (*what)(void))
{
    struct confined c = {.what = what};
    pthread_t thread;

    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    int err = thread_start(&thread, "confined", enter, confined_run, &c);
    expect(err == 0, "the thread cannot enter: %d", err);
    assert_int_equal(pthread_join(thread, NULL), 0);
    return c.result;
}

#endif
