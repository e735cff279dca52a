/* SPDX-License-Identifier: MIT */
/* Whoever asks for a reload hears what came of it: the daemon's side, and a whole exchange with a process that is called
 * batond. */

#include "daemon/asker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "expect.h"

/* The socket on which a process waits for its answer: ours. */
static int listen_for_answer(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int n = snprintf(a.sun_path + 1, sizeof a.sun_path - 1, "baton-reload.%ld", (long)getpid());
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_int_equal(
        bind(fd, (struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)), 0);
    return fd;
}

static void expect_answer(int fd, const char *why)
{
    char text[ASKER_TEXT_MAX];
    ssize_t n = recv(fd, text, sizeof text, 0);

    expect(n == (ssize_t)strlen(why) + 1 && memcmp(text, why, (size_t)n) == 0, "no '%s', but %zd bytes", why, n);
}

static void only_a_signal_with_the_mark_wants_an_answer(void **state)
{
    static const struct {
        int32_t code, mark;
        uint32_t pid;
        bool asks;
    } rows[] = {
        {SI_QUEUE, ASKER_MARK, 7, true},   {SI_QUEUE, ASKER_MARK + 1, 7, false}, {SI_USER, ASKER_MARK, 7, false},
        {SI_KERNEL, ASKER_MARK, 7, false}, {SI_QUEUE, ASKER_MARK, 0, false}, /* of another namespace */
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct signalfd_siginfo from = {
            .ssi_code = rows[i].code, .ssi_int = rows[i].mark, .ssi_pid = rows[i].pid};
        pid_t pid;
        expect(asker_of(&from, &pid) == rows[i].asks, "%zu", i);
        expect(!rows[i].asks || pid == 7, "%zu: %ld", i, (long)pid);
    }
}

static void who_waits_is_told_once(void **state)
{
    struct askers a = {.n = 0};
    int fd = listen_for_answer();
    char byte;

    (void)state;
    askers_add(&a, getpid());
    assert_true(askers_have(&a, getpid()));
    assert_false(askers_have(&a, getpid() + 1));
    askers_tell(&a, "it is wrong");
    expect_answer(fd, "it is wrong");
    assert_false(askers_have(&a, getpid()));
    askers_tell(&a, "once more");
    assert_int_equal(recv(fd, &byte, 1, 0), -1);
    (void)close(fd);
}

static void one_too_many_is_told_so(void **state)
{
    struct askers a = {.n = 0};
    int fd = listen_for_answer();

    (void)state;
    for (int i = 0; i < ASKERS_MAX; i++)
        askers_add(&a, 0x7ffffff0);
    askers_add(&a, getpid());
    expect_answer(fd, "too many ask at once");
    assert_int_equal(a.n, ASKERS_MAX);
    (void)close(fd);
}

static void those_who_came_meanwhile_wait_for_the_next(void **state)
{
    struct askers asking = {.pid = {3}, .n = 1}, next = {.pid = {4, 5}, .n = 2};

    (void)state;
    askers_move(&asking, &next);
    assert_int_equal(next.n, 0);
    assert_int_equal(asking.n, 3);
    assert_true(askers_have(&asking, 3) && askers_have(&asking, 4) && askers_have(&asking, 5));
}

static void what_is_no_process_of_ours_is_not_asked(void **state)
{
    static const char *const no_pids[] = {"", "x", "12x", "0", "-1", "99999999999", "4294967297"};
    char own[24];

    (void)state;
    for (size_t i = 0; i < ROWS(no_pids); i++)
        expect(asker_run(no_pids[i]) == EX_USAGE, "'%s'", no_pids[i]);
    (void)snprintf(own, sizeof own, "%ld", (long)getpid());
    assert_int_equal(asker_run(own), EXIT_FAILURE);
}

/* Answers the second HUP: the asker repeats it, as of two at once the kernel keeps one. */
static _Noreturn void be_batond(int ready, const char *why)
{
    struct askers a = {.n = 0};
    struct signalfd_siginfo info;
    sigset_t hup;

    (void)prctl(PR_SET_NAME, "batond");
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)sigemptyset(&hup);
    (void)sigaddset(&hup, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &hup, NULL);
    int fd = signalfd(-1, &hup, SFD_CLOEXEC);
    if (write(ready, "x", 1) != 1)
        _exit(1);
    for (int i = 0; i < 2; i++) {
        pid_t pid;
        if (read(fd, &info, sizeof info) != sizeof info || !asker_of(&info, &pid))
            _exit(1);
        if (!askers_have(&a, pid))
            askers_add(&a, pid);
    }
    askers_tell(&a, why);
    _exit((int)a.n);
}

static void an_asker_ends_as_the_reload_does(void **state)
{
    static const struct {
        const char *why;
        int status;
    } rows[] = {{"", EXIT_SUCCESS}, {"it is wrong", EXIT_FAILURE}};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int ready[2], status;
        char byte, text[24];
        assert_int_equal(pipe(ready), 0);
        pid_t pid = fork();
        if (pid == 0)
            be_batond(ready[1], rows[i].why);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        (void)snprintf(text, sizeof text, "%ld", (long)pid);
        expect(asker_run(text) == rows[i].status, "'%s': another status", rows[i].why);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        expect(status == 0, "'%s': %d", rows[i].why, status);
        (void)close(ready[0]);
        (void)close(ready[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_signal_with_the_mark_wants_an_answer),
        cmocka_unit_test(who_waits_is_told_once),
        cmocka_unit_test(one_too_many_is_told_so),
        cmocka_unit_test(those_who_came_meanwhile_wait_for_the_next),
        cmocka_unit_test(what_is_no_process_of_ours_is_not_asked),
        cmocka_unit_test(an_asker_ends_as_the_reload_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
