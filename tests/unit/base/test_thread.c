/* SPDX-License-Identifier: MIT */
/* A thread enters before it runs, and whoever starts it knows by then whether it could. */

#include "base/thread.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

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
    assert_int_equal(thread_start(&thread, "test", (struct thread_enter){enter, &none}, run, &none), 0);
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
    assert_int_equal(thread_start(&thread, "test", (struct thread_enter){enter, &refused}, run, NULL), -EPERM);
    assert_true(pthread_equal(run_by, pthread_self()));
}

static void one_that_gives_nothing_up_just_runs(void **state)
{
    pthread_t thread;

    (void)state;
    run_by = pthread_self();
    assert_int_equal(thread_start(&thread, "test", (struct thread_enter){0}, run, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(pthread_equal(run_by, pthread_self()));
}

/* What a thread sees of itself. */
struct view {
    char name[16], name_entered[16];
    sigset_t blocked;
    sem_t seen;
};

static int look_at_the_name(const void *of)
{
    struct view *v = (struct view *)(uintptr_t)of;

    return -pthread_getname_np(pthread_self(), v->name_entered, sizeof v->name_entered);
}

static void *look(void *arg)
{
    struct view *v = arg;

    (void)pthread_getname_np(pthread_self(), v->name, sizeof v->name);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &v->blocked);
    (void)sem_post(&v->seen);
    return NULL;
}

static void it_has_its_name_before_it_enters(void **state)
{
    pthread_t thread;
    struct view v = {.name = ""};

    (void)state;
    assert_int_equal(sem_init(&v.seen, 0, 0), 0);
    assert_int_equal(thread_start(&thread, "some name", (struct thread_enter){look_at_the_name, &v}, look, &v), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(v.name_entered, "some name");
    assert_string_equal(v.name, "some name");
    assert_int_equal(pthread_getname_np(pthread_self(), v.name, sizeof v.name), 0);
    assert_string_not_equal(v.name, "some name");
}

static void it_takes_no_signals_but_those_of_its_faults(void **state)
{
    static const int faults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};
    static const int others[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD, SIGALRM, SIGPIPE};
    pthread_t thread;
    struct view v = {.name = ""};
    sigset_t before, after;

    (void)state;
    assert_int_equal(sem_init(&v.seen, 0, 0), 0);
    sigemptyset(&before);
    sigaddset(&before, SIGSEGV);
    sigaddset(&before, SIGUSR1);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    assert_int_equal(thread_start(&thread, "test", (struct thread_enter){0}, look, &v), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    for (size_t i = 0; i < ROWS(faults); i++)
        expect(!sigismember(&v.blocked, faults[i]), "%s is blocked", strsignal(faults[i]));
    for (size_t i = 0; i < ROWS(others); i++)
        expect(sigismember(&v.blocked, others[i]), "%s is not blocked", strsignal(others[i]));
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    for (int number = 1; number < NSIG; number++)
        expect(sigismember(&before, number) == sigismember(&after, number), "the starter's %s", strsignal(number));
    sigemptyset(&before);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
}

static void one_that_is_detached_runs_or_says_why_not(void **state)
{
    struct view v = {.name = ""};
    int refused = -EPERM;

    (void)state;
    assert_int_equal(sem_init(&v.seen, 0, 0), 0);
    assert_int_equal(thread_start_detached("alone", (struct thread_enter){0}, look, &v), 0);
    while (sem_wait(&v.seen) < 0)
        ;
    assert_string_equal(v.name, "alone");
    assert_int_equal(thread_start_detached("refused", (struct thread_enter){enter, &refused}, look, &v), -EPERM);
    assert_int_equal(sem_trywait(&v.seen), -1);
    assert_string_equal(v.name, "alone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_enters_and_then_runs),
        cmocka_unit_test(one_that_cannot_enter_does_not_run),
        cmocka_unit_test(one_that_gives_nothing_up_just_runs),
        cmocka_unit_test(it_has_its_name_before_it_enters),
        cmocka_unit_test(it_takes_no_signals_but_those_of_its_faults),
        cmocka_unit_test(one_that_is_detached_runs_or_says_why_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
