/* SPDX-License-Identifier: MIT */
/* The daemon's signals, each time in a process of its own. */

#include "daemon/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"

static const int ours[] = {SIGTERM, SIGINT, SIGQUIT, SIGXCPU, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};

/* The wait status of a process that does this. A failed check ends it with 99. */
static int status_of(void (*what)(void))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        what();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void check(bool ok)
{
    if (!ok)
        _exit(99);
}

/* As nohup, a shell's background and a careless parent leave them. */
static void leave_a_mess(void)
{
    sigset_t all;

    for (size_t i = 0; i < ROWS(ours); i++)
        (void)signal(ours[i], SIG_IGN);
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
}

static void hear_each(void)
{
    struct signalfd_siginfo info;

    leave_a_mess();
    signals_block();
    int fd = signals_open();
    check(fd >= 0);
    for (size_t i = 0; i < ROWS(ours); i++) {
        struct sigaction now; /* Linux queues what is ignored while it is blocked, which nothing promises */
        check(sigaction(ours[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL);
        (void)raise(ours[i]);
        check(read(fd, &info, sizeof info) == sizeof info && info.ssi_signo == (uint32_t)ours[i]);
    }
    check(read(fd, &info, sizeof info) < 0 && errno == EAGAIN);
}

static void ours_are_heard_whatever_was_left_to_us(void **state)
{
    (void)state;
    assert_int_equal(status_of(hear_each), 0);
}

static void raise_what_writing_may(void)
{
    static const int raised[] = {SIGPIPE, SIGXFSZ, SIGTTOU, SIGIO};

    signals_block();
    for (size_t i = 0; i < ROWS(raised); i++)
        (void)raise(raised[i]);
}

static void be_aborted(void)
{
    leave_a_mess();
    signals_block();
    (void)raise(SIGABRT);
}

static void others_do_what_they_did(void **state)
{
    (void)state;
    assert_int_equal(status_of(raise_what_writing_may), 0);
    int status = status_of(be_aborted);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT); /* a watchdog's */
}

static int number; /* for those that follow */

static void end_at_once(void)
{
    signals_block();
    signals_end_at_once(true);
    (void)raise(number);
    _exit(98);
}

static void end_no_more(void)
{
    signals_block();
    signals_end_at_once(true);
    signals_end_at_once(false);
    (void)raise(number);
    sigset_t pending;
    (void)sigpending(&pending);
    check(sigismember(&pending, number) == 1);
}

static void until_something_has_begun_they_end_it_without_a_word(void **state)
{
    static const int ends[] = {SIGTERM, SIGINT, SIGQUIT};

    (void)state;
    for (size_t i = 0; i < ROWS(ends); i++) {
        number = ends[i];
        expect(status_of(end_at_once) == 0, "%d does not end it", number);
        expect(status_of(end_no_more) == 0, "%d is lost", number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ours_are_heard_whatever_was_left_to_us),
        cmocka_unit_test(others_do_what_they_did),
        cmocka_unit_test(until_something_has_begun_they_end_it_without_a_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
