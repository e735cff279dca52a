/* SPDX-License-Identifier: MIT */
/* What two processes of the daemon say to each other. */

#include "daemon/upgrade.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "scratch.h"

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

static void what_finds_no_descriptor_stays_and_comes_later(void **state)
{
    int pair[2], client[2];
    struct upgrade_message m;
    size_t before = count_fds();

    (void)state;
    make_pair(pair);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, client), 0);
    assert_int_equal(upgrade_send_count(pair[0], 7), 0);
    assert_int_equal(upgrade_send(pair[0], UPGRADE_BATON, &(struct baton){.fd = client[0]}, "main"), 0);
    assert_int_equal(upgrade_send(pair[0], UPGRADE_GO, NULL, ""), 0);
    rlim_t limit = set_fd_limit(0);
    assert_int_equal(upgrade_receive(pair[1], &m), 0); /* that takes none */
    assert_int_equal(m.kind, UPGRADE_COUNT);
    assert_int_equal(m.connections, 7);
    for (int i = 0; i < 3; i++)
        assert_int_equal(upgrade_receive(pair[1], &m), -EMFILE);
    (void)set_fd_limit(limit);
    assert_int_equal(upgrade_receive(pair[1], &m), 0);
    assert_int_equal(write(m.baton.fd, "x", 1), 1);
    char byte;
    assert_int_equal(read(client[1], &byte, 1), 1);
    (void)close(m.baton.fd);
    assert_int_equal(read(client[1], &byte, 1), 0); /* no other descriptor of it is left */
    assert_int_equal(upgrade_receive(pair[1], &m), 0);
    assert_int_equal(m.kind, UPGRADE_GO);
    (void)close(client[1]);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_arrives_with_all_that_is_known_of_it),
        cmocka_unit_test(an_end_and_an_empty_socket_are_told_apart),
        cmocka_unit_test(a_socket_that_is_full_keeps_the_rest_with_the_sender),
        cmocka_unit_test(what_finds_no_descriptor_stays_and_comes_later),
        cmocka_unit_test(what_another_binary_means_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
