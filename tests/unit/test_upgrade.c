/* SPDX-License-Identifier: MIT */
/* What two processes of the daemon say to each other, and how the second is started: as the shell that this test makes of
 * it, it writes down what it got. */

#include "daemon/upgrade.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "scratch.h"

enum { LONG_MS = 10000 };

static const struct systemd nobody = {.fd = -1};

static void make_pair(int pair[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
}

static void a_connection_arrives_with_all_that_is_known_of_it(void **state)
{
    struct baton sent = {.since_us = 7, .listener = 3, .served = true, .peer = {.family = AF_INET6}};
    struct upgrade_message got;
    int pair[2], client[2];
    size_t before = count_fds();

    (void)state;
    make_pair(pair);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, client), 0);
    sent.fd = client[0];
    assert_int_equal(upgrade_send(pair[0], UPGRADE_BATON, &sent, "main"), 0);
    assert_int_equal(fcntl(client[0], F_GETFD), -1); /* it has changed hands */
    assert_int_equal(upgrade_receive(pair[1], &got), 0);
    assert_int_equal(got.kind, UPGRADE_BATON);
    assert_string_equal(got.section, "main");
    assert_true(got.baton.served);
    assert_int_equal(got.baton.peer.family, AF_INET6);
    assert_true((fcntl(got.baton.fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(write(got.baton.fd, "x", 1), 1);
    char byte;
    assert_int_equal(read(client[1], &byte, 1), 1);
    (void)close(got.baton.fd);
    (void)close(client[1]);
    (void)close(pair[0]);
    (void)close(pair[1]);
    assert_int_equal(count_fds(), before);
}

static void an_end_and_an_empty_socket_are_told_apart(void **state)
{
    struct upgrade_message m;
    int pair[2];

    (void)state;
    make_pair(pair);
    assert_int_equal(upgrade_receive(pair[0], &m), -EAGAIN);
    assert_int_equal(upgrade_send(pair[1], UPGRADE_READY, NULL, ""), 0);
    (void)close(pair[1]);
    assert_int_equal(upgrade_receive(pair[0], &m), 0);
    assert_int_equal(m.pid, getpid());
    assert_int_equal(upgrade_receive(pair[0], &m), -EPIPE);
    assert_int_equal(upgrade_send(pair[0], UPGRADE_GO, NULL, ""), -EPIPE);
    (void)close(pair[0]);
}

static void a_socket_that_is_full_keeps_the_rest_with_the_sender(void **state)
{
    int pair[2], client[2];
    int sent = 0;
    int err;
    size_t before = count_fds();

    (void)state;
    make_pair(pair);
    do {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, client), 0);
        (void)close(client[1]);
        err = upgrade_send(pair[0], UPGRADE_BATON, &(struct baton){.fd = client[0]}, "main");
        sent += err == 0;
    } while (err == 0 && sent < 100000);
    assert_int_equal(err, -EAGAIN);
    assert_int_equal(close(client[0]), 0); /* still ours */
    struct upgrade_message m;
    for (int i = 0; i < sent; i++) {
        assert_int_equal(upgrade_receive(pair[1], &m), 0);
        (void)close(m.baton.fd);
    }
    (void)close(pair[0]);
    (void)close(pair[1]);
    assert_int_equal(count_fds(), before);
}

static void what_another_binary_means_is_refused(void **state)
{
    struct upgrade_message m = {.magic = 1};
    int pair[2];

    (void)state;
    make_pair(pair);
    assert_int_equal(send(pair[0], &m, sizeof m, 0), sizeof m);
    assert_int_equal(send(pair[0], "READY", 5, 0), 5);
    for (int i = 0; i < 2; i++)
        assert_int_equal(upgrade_receive(pair[1], &m), -EPROTO);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

/* The new process ends when it has written; the end of its socket says so. */
static void wait_for_end(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    struct upgrade_message m;

    assert_int_equal(poll(&p, 1, LONG_MS), 1);
    assert_int_equal(upgrade_receive(fd, &m), -EPIPE);
    (void)close(fd);
}

static void a_new_process_gets_the_sockets_and_what_names_them(void **state)
{
    char *const argv[] = {"/bin/sh", "-c",
                          "echo $$ $LISTEN_PID $LISTEN_FDS $LISTEN_FDNAMES $KEPT ${WATCHDOG_PID-none} >got;"
                          "for i in 3 4 5; do test -S /proc/self/fd/$i && echo socket >>got; done",
                          NULL};
    static const struct listen_options options = {.backlog = 16};
    struct sockets s;
    struct bound *b;
    int fd;

    (void)state;
    assert_int_equal(setenv("KEPT", "kept", 1), 0);
    assert_int_equal(setenv("WATCHDOG_PID", "1", 1), 0);
    assert_int_equal(setenv("LISTEN_FDS", "9", 1), 0);
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    assert_int_equal(sockets_get(&s, "127.0.0.1:0", &options, 1, &b), 0);
    assert_int_equal(sockets_get(&s, "unix:a.sock", &options, 1, &b), 0);
    assert_int_equal(upgrade_start(&s, argv[0], argv, &fd), 0);
    wait_for_end(fd);
    sockets_fini(&s);

    char line[256] = "";
    int pid = -1, listen_pid = -2, at = 0;
    FILE *got = fopen("got", "re");
    assert_non_null(got);
    assert_non_null(fgets(line, sizeof line, got));
    assert_int_equal(sscanf(line, "%d %d %n", &pid, &listen_pid, &at), 2);
    assert_int_equal(pid, listen_pid);
    assert_string_equal(line + at, "3 baton-upgrade:unix%3aa.sock:127.0.0.1%3a0 kept none\n");
    for (int i = 0; i < 3; i++)
        assert_non_null(fgets(line, sizeof line, got));
    (void)fclose(got);
}

static void a_binary_that_is_not_there_is_an_end(void **state)
{
    char *const argv[] = {"batond", NULL};
    struct sockets s;
    int fd;
    size_t before = count_fds();

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    assert_int_equal(upgrade_start(&s, "./is-not-there", argv, &fd), 0);
    wait_for_end(fd);
    sockets_fini(&s);
    assert_int_equal(count_fds(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_arrives_with_all_that_is_known_of_it),
        cmocka_unit_test(an_end_and_an_empty_socket_are_told_apart),
        cmocka_unit_test(a_socket_that_is_full_keeps_the_rest_with_the_sender),
        cmocka_unit_test(what_another_binary_means_is_refused),
        scratch_test(a_new_process_gets_the_sockets_and_what_names_them),
        scratch_test(a_binary_that_is_not_there_is_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
