/* SPDX-License-Identifier: MIT */
/* A thread enters before it runs, and whoever starts it knows by then whether it could. */

#include "base/thread.h"

#include <errno.h>
#include <stdatomic.h>

#include "expect.h"

static pthread_t entered_by, run_by;
static _Atomic bool has_entered;
static bool had_entered;

static int enter(const void *of)
{
    entered_by = pthread_self();
    atomic_store(&has_entered, true);
    return *(const int *)of;
}

static void *run(void *arg)
{
    had_entered = atomic_load(&has_entered);
    run_by = pthread_self();
    return arg;
}

static void it_enters_and_then_runs(void **state)
{
    pthread_t thread;
    int none = 0;
    void *got = NULL;

    (void)state;
    atomic_store(&has_entered, false);
    assert_int_equal(thread_start(&thread, (struct thread_enter){enter, &none}, run, &none), 0);
    assert_true(atomic_load(&has_entered));
    assert_int_equal(pthread_join(thread, &got), 0);
    assert_true(had_entered && got == &none);
    assert_true(pthread_equal(entered_by, run_by) && pthread_equal(thread, run_by));
    assert_false(pthread_equal(run_by, pthread_self()));
}

static void one_that_cannot_enter_does_not_run(void **state)
{
    pthread_t thread;
    int refused = -EPERM;

    (void)state;
    run_by = pthread_self();
    assert_int_equal(thread_start(&thread, (struct thread_enter){enter, &refused}, run, NULL), -EPERM);
    assert_true(pthread_equal(run_by, pthread_self()));
}

static void one_that_gives_nothing_up_just_runs(void **state)
{
    pthread_t thread;

    (void)state;
    run_by = pthread_self();
    assert_int_equal(thread_start(&thread, (struct thread_enter){0}, run, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(pthread_equal(run_by, pthread_self()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_enters_and_then_runs),
        cmocka_unit_test(one_that_cannot_enter_does_not_run),
        cmocka_unit_test(one_that_gives_nothing_up_just_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
