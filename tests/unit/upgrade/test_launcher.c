/* SPDX-License-Identifier: MIT */
/* How a successor is started: as the shell that this test makes of it, it writes down what it got. */

#include "upgrade/launcher.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "upgrade/upgrade.h"

#include "scratch.h"

enum { LONG_MS = 20000 };

static struct notify nobody = {.fd = -1};

/* The new process ends when it has written; the end of its socket says so. */
static void wait_for_end(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    struct upgrade_message m;

    assert_int_equal(poll(&p, 1, LONG_MS), 1);
    assert_int_equal(upgrade_receive(fd, &m), -EPIPE);
    (void)close(fd);
}

/* The launcher ends with our end of its socket, and nobody else ends here. */
static void end(struct launcher *l)
{
    launcher_fini(l);
    assert_true(waitpid(-1, NULL, 0) > 0);
}

static void a_new_process_gets_the_sockets_and_what_names_them(void **state)
{
    char *const argv[] = {
        "/bin/sh", "-c",
        "echo $$ $LISTEN_PID $LISTEN_FDS $LISTEN_FDNAMES $KEPT ${WATCHDOG_PID-none} $SANDBOX_WALLS >got;"
        "for i in 3 4 5; do test -S /proc/self/fd/$i && echo socket >>got; done",
        NULL};
    static const struct listen_options options = {.backlog = 16};
    struct launcher l;
    struct sockets s;
    struct bound *b;
    int fd;

    (void)state;
    assert_int_equal(setenv("KEPT", "kept", 1), 0);
    assert_int_equal(setenv("WATCHDOG_PID", "1", 1), 0);
    assert_int_equal(setenv("LISTEN_FDS", "9", 1), 0);
    assert_int_equal(launcher_init(&l, argv[0], argv), 0);
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    assert_int_equal(sockets_get(&s, "127.0.0.1:0", &options, 1, &b), 0);
    assert_int_equal(sockets_get(&s, "unix:a.sock", &options, 1, &b), 0);
    assert_int_equal(launcher_start(&l, &s, "landlock ", &fd), 0);
    wait_for_end(fd);
    sockets_fini(&s);
    end(&l);

    char line[256] = "";
    int pid = -1, listen_pid = -2, at = 0;
    FILE *got = fopen("got", "re");
    assert_non_null(got);
    assert_non_null(fgets(line, sizeof line, got));
    assert_int_equal(sscanf(line, "%d %d %n", &pid, &listen_pid, &at), 2);
    assert_int_equal(pid, listen_pid);
    assert_string_equal(line + at, "3 baton-upgrade:unix%3aa.sock:127.0.0.1%3a0 kept none landlock\n");
    for (int i = 0; i < 3; i++)
        assert_non_null(fgets(line, sizeof line, got));
    (void)fclose(got);
}

static void a_binary_that_is_not_there_is_an_end(void **state)
{
    char *const argv[] = {"batond", NULL};
    struct launcher l;
    struct sockets s;
    int fd;
    size_t before = count_fds();

    (void)state;
    assert_int_equal(launcher_init(&l, "./is-not-there", argv), 0);
    assert_int_equal(sockets_init(&s, &nobody), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(launcher_start(&l, &s, "landlock ", &fd), 0);
        wait_for_end(fd);
    }
    sockets_fini(&s);
    end(&l);
    assert_int_equal(count_fds(), before);
}

static void more_sockets_than_a_message_takes_are_passed(void **state)
{
    char *const argv[] = {"/bin/sh", "-c", "echo $LISTEN_FDS $LISTEN_FDNAMES | tr ':' '\\n' | sort | uniq -c >got",
                          NULL};
    static const struct listen_options options = {.backlog = 16, .reuseport = true};
    struct launcher l;
    struct sockets s;
    struct bound *b;
    int fd;

    (void)state;
    assert_int_equal(launcher_init(&l, argv[0], argv), 0);
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    assert_int_equal(sockets_get(&s, "127.0.0.1:0", &options, 600, &b), 0);
    assert_int_equal(launcher_start(&l, &s, "landlock ", &fd), 0);
    wait_for_end(fd);
    sockets_fini(&s);
    end(&l);

    char line[256] = "";
    FILE *got = fopen("got", "re");
    assert_non_null(got);
    assert_non_null(fgets(line, sizeof line, got));
    assert_non_null(strstr(line, "600 127.0.0.1%3a0"));
    assert_non_null(fgets(line, sizeof line, got));
    assert_non_null(strstr(line, "1 601 baton-upgrade"));
    (void)fclose(got);
}

/* The launcher is the only one. */
static int find_child(void)
{
    char path[64];
    int pid = 0;

    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *children = fopen(path, "re");
    assert_non_null(children);
    assert_int_equal(fscanf(children, "%d", &pid), 1); /* NOLINT(cert-err34-c): the kernel's own digits */
    (void)fclose(children);
    return pid;
}

static size_t sockets_of(int pid)
{
    char path[64], target[64];
    size_t n = 0;

    for (int fd = 0; fd < 64; fd++) {
        (void)snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
        ssize_t len = readlink(path, target, sizeof target);
        n += len > 7 && memcmp(target, "socket:", 7) == 0;
    }
    return n;
}

/* A socket that it kept could be connected to, and nobody would accept. */
static void what_was_sent_in_vain_is_not_kept(void **state)
{
    char *const argv[] = {"/bin/true", NULL};
    static const struct listen_options options = {.backlog = 16};
    struct launcher l;
    struct sockets s;
    struct bound *b;
    int fd;

    (void)state;
    assert_int_equal(launcher_init(&l, argv[0], argv), 0);
    int pid = find_child();
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    assert_int_equal(sockets_get(&s, "127.0.0.1:0", &options, 1, &b), 0);
    int good = b->v[0].fd;
    b->v[0].fd = -1;
    assert_int_equal(sockets_get(&s, "unix:a.sock", &options, 1, &b), 0);
    assert_true(launcher_start(&l, &s, "", &fd) < 0);
    s.first->next->v[0].fd = good;
    for (int i = 0; i < 1000 && sockets_of(pid) > 1; i++)
        (void)usleep(1000);
    assert_int_equal(sockets_of(pid), 1);
    sockets_fini(&s);
    end(&l);
}

static void one_that_is_gone_is_an_error(void **state)
{
    char *const argv[] = {"batond", NULL};
    struct launcher l;
    struct sockets s;
    int fd;

    (void)state;
    assert_int_equal(launcher_init(&l, "./is-not-there", argv), 0);
    assert_int_equal(shutdown(l.fd, SHUT_WR), 0); /* it ends of this */
    assert_true(waitpid(-1, NULL, 0) > 0);
    assert_int_equal(sockets_init(&s, &nobody), 0);
    assert_int_equal(launcher_start(&l, &s, "landlock ", &fd), -EPIPE);
    assert_int_equal(fd, -1);
    sockets_fini(&s);
    launcher_fini(&l);
    assert_int_equal(launcher_start(&l, &s, "landlock ", &fd), -EPIPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(what_was_sent_in_vain_is_not_kept),
        scratch_test(a_new_process_gets_the_sockets_and_what_names_them),
        scratch_test(more_sockets_than_a_message_takes_are_passed),
        scratch_test(a_binary_that_is_not_there_is_an_end),
        cmocka_unit_test(one_that_is_gone_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
