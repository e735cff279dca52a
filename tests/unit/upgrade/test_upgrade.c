/* SPDX-License-Identifier: MIT */
/* What two processes of the daemon say to each other. */

#include "upgrade/upgrade.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "scratch.h"

static void make_pair(int pair[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
}

static int make_stream(int client[2])
{
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, client);
}

static void a_connection_arrives_with_all_that_is_known_of_it(void **state)
{
    struct baton sent = {.since_us = 7, .served = true, .peer = {.family = AF_INET6}};
    struct upgrade_message got;
    int pair[2], client[2];
    size_t before = count_fds();

    (void)state;
    make_pair(pair);
    assert_int_equal(make_stream(client), 0);
    sent.fd = client[0];
    assert_int_equal(upgrade_send(pair[0], UPGRADE_BATON, &sent), 0);
    assert_int_equal(fcntl(client[0], F_GETFD), -1); /* it has changed hands */
    assert_int_equal(upgrade_receive(pair[1], &got), 0);
    assert_int_equal(got.kind, UPGRADE_BATON);
    struct baton b = upgrade_baton(&got);
    assert_true(b.served && !b.passed);
    assert_int_equal(b.peer.family, AF_INET6);
    assert_int_equal(b.since_us, 7);
    assert_true((fcntl(b.fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(write(b.fd, "x", 1), 1);
    char byte;
    assert_int_equal(read(client[1], &byte, 1), 1);
    (void)close(b.fd);
    (void)close(client[1]);
    (void)close(pair[0]);
    (void)close(pair[1]);
    assert_int_equal(count_fds(), before);
}

/* As many networks as there may be, and none. */
static void it_arrives_with_its_terms(void **state)
{
    static const size_t many[] = {0, 1, CONFIG_NETWORKS_MAX};
    static struct cidr nets[CONFIG_NETWORKS_MAX];
    struct upgrade_message got;
    int pair[2], client[2];

    (void)state;
    make_pair(pair);
    for (size_t i = 0; i < CONFIG_NETWORKS_MAX; i++)
        nets[i] = (struct cidr){{.s6_addr = {0x20, (uint8_t)i}}, 16};
    for (size_t i = 0; i < ROWS(many); i++) {
        struct terms terms = {"main", "127.0.0.1:80", {nets, many[i], i == 1}, i == 2};
        struct terms theirs;
        assert_int_equal(make_stream(client), 0);
        assert_int_equal(upgrade_send(pair[0], UPGRADE_BATON, &(struct baton){.fd = client[0], .terms = &terms}), 0);
        assert_int_equal(upgrade_receive(pair[1], &got), 0);
        assert_true(upgrade_terms(&got, &theirs));
        assert_string_equal(theirs.section, "main");
        assert_string_equal(theirs.address, "127.0.0.1:80");
        assert_int_equal(theirs.proxy_protocol, terms.proxy_protocol);
        assert_true(trust_eq(&theirs.trust, &terms.trust));
        (void)close(upgrade_baton(&got).fd);
        (void)close(client[1]);
    }
    (void)close(pair[0]);
    (void)close(pair[1]);
}

/* What a released binary sends and receives. */
struct known {
    uint32_t magic;
    uint32_t kind;
    pid_t pid;
    struct {
        struct peer peer;
        int fd;
        uint32_t since_us;
        uint16_t listener;
        bool served, passed;
    } baton;
    char section[256];
};

_Static_assert(sizeof(struct known) == 300 && offsetof(struct known, section) == 44, "as 0.1 has it in memory");

static void a_binary_that_knows_no_terms_gets_the_rest(void **state)
{
    struct cidr net = {.bits = 0};
    struct terms terms = {"main", "127.0.0.1:80", {&net, 1, false}, true};
    struct known got;
    int pair[2], client[2];

    (void)state;
    make_pair(pair);
    assert_int_equal(make_stream(client), 0);
    assert_int_equal(
        upgrade_send(pair[0], UPGRADE_BATON, &(struct baton){.fd = client[0], .terms = &terms, .served = true}), 0);
    assert_int_equal(upgrade_send(pair[0], UPGRADE_GO, NULL), 0);
    assert_int_equal(recv(pair[1], &got, sizeof got, MSG_PEEK), sizeof got);
    assert_int_equal(recv(pair[1], &got, 1, 0), 1);
    assert_int_equal(got.kind, UPGRADE_BATON);
    assert_string_equal(got.section, "main");
    assert_true(got.baton.served && !got.baton.passed);
    assert_int_equal(recv(pair[1], &got, sizeof got, 0), sizeof got); /* no rest of the first is in between */
    assert_int_equal(got.kind, UPGRADE_GO);
    (void)close(client[1]);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static void send_with_fd(int to, const void *message, size_t len, int fd)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec iov = {(void *)(uintptr_t)message, len};
    struct msghdr head = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};

    *CMSG_FIRSTHDR(&head) =
        (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&head)), &fd, sizeof fd);
    assert_int_equal(sendmsg(to, &head, 0), len);
}

static void of_what_such_a_binary_sends_the_name_is_known(void **state)
{
    struct known sent = {
        .magic = 0x62746e31, .kind = UPGRADE_BATON, .baton = {.served = true, .listener = 3}, .section = "main"};
    struct upgrade_message got;
    struct terms theirs;
    int pair[2], client[2];

    (void)state;
    make_pair(pair);
    assert_int_equal(make_stream(client), 0);
    send_with_fd(pair[0], &sent, sizeof sent, client[0]);
    assert_int_equal(upgrade_receive(pair[1], &got), 0);
    assert_true(upgrade_baton(&got).served);
    assert_false(upgrade_terms(&got, &theirs));
    assert_string_equal(theirs.section, "main");
    assert_string_equal(theirs.address, "");
    assert_false(theirs.proxy_protocol);
    assert_null(terms_trust(&theirs));
    for (int i = 0; i < 2; i++)
        (void)close(client[i]);
    (void)close(upgrade_baton(&got).fd);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

/* Cut short, of another form, or such as cannot be: as if none had come. */
static void terms_that_are_none_are_left_out(void **state)
{
    struct upgrade_message good;
    struct cidr nets[2] = {{.bits = 8}, {.bits = 16}};
    struct terms terms = {"main", "127.0.0.1:80", {nets, 2, false}, true};
    size_t whole = offsetof(struct upgrade_message, terms.nets) + sizeof nets;
    int pair[2], client[2];

    (void)state;
    make_pair(pair);
    assert_int_equal(make_stream(client), 0);
    assert_int_equal(upgrade_send(pair[0], UPGRADE_BATON, &(struct baton){.fd = client[0], .terms = &terms}), 0);
    assert_int_equal(upgrade_receive(pair[1], &good), 0);
    for (int i = 0; i < 5; i++) {
        struct upgrade_message bad = good;
        struct upgrade_message got;
        struct terms theirs;
        size_t len = i == 1 ? whole - 1 : i == 2 ? offsetof(struct upgrade_message, terms) + 1 : whole;
        bad.terms.magic += i == 3;
        bad.terms.nets[1].bits = i == 4 ? CIDR_HOST + 1 : 16;
        send_with_fd(pair[0], &bad, len, client[1]);
        assert_int_equal(upgrade_receive(pair[1], &got), 0);
        expect(upgrade_terms(&got, &theirs) == (i == 0), "row %d", i);
        assert_string_equal(theirs.section, "main");
        (void)close(upgrade_baton(&got).fd);
    }
    (void)close(upgrade_baton(&good).fd);
    (void)close(client[1]);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static void an_end_and_an_empty_socket_are_told_apart(void **state)
{
    struct upgrade_message m;
    int pair[2];

    (void)state;
    make_pair(pair);
    assert_int_equal(upgrade_receive(pair[0], &m), -EAGAIN);
    assert_int_equal(upgrade_send(pair[1], UPGRADE_READY, NULL), 0);
    (void)close(pair[1]);
    assert_int_equal(upgrade_receive(pair[0], &m), 0);
    assert_int_equal(m.pid, getpid());
    assert_int_equal(upgrade_receive(pair[0], &m), -EPIPE);
    assert_int_equal(upgrade_send(pair[0], UPGRADE_GO, NULL), -EPIPE);
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
        err = upgrade_send(pair[0], UPGRADE_BATON, &(struct baton){.fd = client[0]});
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
    uint64_t connections;
    size_t before = count_fds();

    (void)state;
    make_pair(pair);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, client), 0);
    assert_int_equal(upgrade_send_count(pair[0], 7), 0);
    assert_int_equal(upgrade_send(pair[0], UPGRADE_BATON, &(struct baton){.fd = client[0]}), 0);
    assert_int_equal(upgrade_send(pair[0], UPGRADE_GO, NULL), 0);
    rlim_t limit = set_fd_limit(0);
    assert_int_equal(upgrade_receive(pair[1], &m), 0); /* that takes none */
    assert_int_equal(m.kind, UPGRADE_READY);           /* with this kind, released binaries pass over it */
    assert_true(upgrade_count(&m, &connections) && connections == 7);
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
        cmocka_unit_test(it_arrives_with_its_terms),
        cmocka_unit_test(a_binary_that_knows_no_terms_gets_the_rest),
        cmocka_unit_test(of_what_such_a_binary_sends_the_name_is_known),
        cmocka_unit_test(terms_that_are_none_are_left_out),
        cmocka_unit_test(an_end_and_an_empty_socket_are_told_apart),
        cmocka_unit_test(a_socket_that_is_full_keeps_the_rest_with_the_sender),
        cmocka_unit_test(what_finds_no_descriptor_stays_and_comes_later),
        cmocka_unit_test(what_another_binary_means_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
