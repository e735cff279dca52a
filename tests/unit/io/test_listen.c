/* SPDX-License-Identifier: MIT */
/* Listening sockets over TCP: each form of address, what connections inherit, and what happens where it is short. */

#include "io/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "listening.h"
#include "scratch.h"
#include "threads.h"

static const struct listen_options plain = {.backlog = 16};
static const struct listen_options shared = {.backlog = 16, .reuseport = true};

static uint16_t port_of(int fd)
{
    struct sockaddr_in6 a; /* the port of a sockaddr_in is in the same place */
    socklen_t len = sizeof a;

    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&a, &len), 0);
    return ntohs(a.sin6_port);
}

/* A connection to the port, or -errno. */
static int connect_to(int family, uint16_t port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int done = family == AF_INET ? connect(fd, (struct sockaddr *)(void *)&in, sizeof in)
                                 : connect(fd, (struct sockaddr *)(void *)&in6, sizeof in6);

    if (done == 0)
        return fd;
    int err = -errno;
    (void)close(fd);
    return err;
}

static int option(int fd, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof value;

    assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
    return value;
}

static bool has_ipv6(void)
{
    struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool has = fd >= 0 && bind(fd, (struct sockaddr *)(void *)&a, sizeof a) == 0;

    if (fd >= 0)
        (void)close(fd);
    return has;
}

/* One connection goes in and comes out. */
static void expect_reachable(const struct listener *l, int family)
{
    int client = connect_to(family, port_of(l->fd));

    expect(client >= 0, "connect: %s", strerror(-client));
    assert_true(readable_within(l->fd, NEVER_MS));
    int conn = listener_accept(l->fd);
    expect(conn >= 0, "accept: %s", strerror(-conn));
    (void)close(conn);
    (void)close(client);
}

static void expect_described(const struct listener *l, const char *host)
{
    char text[128], expected[128];

    listener_describe(l, text, sizeof text);
    (void)snprintf(expected, sizeof expected, "http://%s:%u", host, port_of(l->fd));
    assert_string_equal(text, expected);
    listener_describe(l, text, 9);
    expected[8] = '\0';
    assert_string_equal(text, expected);
}

static void an_ipv4_listener_is_reached_and_told_with_its_port(void **state)
{
    struct listener l;

    (void)state;
    assert_int_equal(listener_open(&l, "127.0.0.1:0", &plain), 0);
    assert_int_not_equal(port_of(l.fd), 0);
    assert_false(l.is_unix);
    assert_null(l.unlink_path);
    expect_reachable(&l, AF_INET);
    expect_described(&l, "127.0.0.1");
    assert_true((fcntl(l.fd, F_GETFD) & FD_CLOEXEC) != 0);
    listener_close(&l);
    assert_int_equal(l.fd, -1);
    listener_close(&l);
}

static void an_ipv6_listener_is_reached_and_told_in_brackets(void **state)
{
    struct listener l;

    (void)state;
    if (!has_ipv6()) {
        print_message("no IPv6 here\n");
        skip();
    }
    assert_int_equal(listener_open(&l, "[::1]:0", &plain), 0);
    expect_reachable(&l, AF_INET6);
    expect_described(&l, "[::1]");
    assert_int_equal(connect_to(AF_INET, port_of(l.fd)), -ECONNREFUSED);
    listener_close(&l);
}

static void the_unspecified_ipv6_address_takes_both_families(void **state)
{
    struct listener l;

    (void)state;
    if (!has_ipv6()) {
        print_message("no IPv6 here\n");
        skip();
    }
    assert_int_equal(listener_open(&l, "[::]:0", &plain), 0);
    expect_reachable(&l, AF_INET6);
    expect_reachable(&l, AF_INET);
    expect_described(&l, "[::]");
    listener_close(&l);
}

static void connections_inherit_nodelay_and_do_not_block_or_leak(void **state)
{
    struct listener l;

    (void)state;
    assert_int_equal(listener_open(&l, "127.0.0.1:0", &plain), 0);
    assert_int_equal(listener_accept(l.fd), -EAGAIN);
    int client = connect_to(AF_INET, port_of(l.fd));
    assert_true(readable_within(l.fd, NEVER_MS));
    int conn = listener_accept(l.fd);
    assert_true(conn >= 0);
    assert_int_equal(option(conn, IPPROTO_TCP, TCP_NODELAY), 1);
    assert_true((fcntl(conn, F_GETFL) & O_NONBLOCK) != 0);
    assert_true((fcntl(conn, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(listener_accept(l.fd), -EAGAIN);
    (void)close(conn);
    (void)close(client);
    listener_close(&l);
    assert_int_equal(listener_accept(-1), -EBADF);
}

static void a_deferred_connection_comes_with_its_first_bytes(void **state)
{
    static const struct listen_options deferred = {.backlog = 16, .defer_accept = true};
    struct listener l;

    (void)state;
    assert_int_equal(listener_open(&l, "127.0.0.1:0", &deferred), 0);
    int client = connect_to(AF_INET, port_of(l.fd));
    assert_true(client >= 0);
    assert_false(readable_within(l.fd, 100));
    assert_int_equal(send(client, "G", 1, MSG_NOSIGNAL), 1);
    assert_true(readable_within(l.fd, 900));
    int conn = listener_accept(l.fd);
    assert_true(conn >= 0);
    (void)close(conn);
    (void)close(client);
    listener_close(&l);
}

static void an_address_in_use_is_refused(void **state)
{
    struct listener first, second;
    char address[64];

    (void)state;
    assert_int_equal(listener_open(&first, "127.0.0.1:0", &plain), 0);
    (void)snprintf(address, sizeof address, "127.0.0.1:%u", port_of(first.fd));
    size_t before = count_fds();
    assert_int_equal(listener_open(&second, address, &plain), -EADDRINUSE);
    assert_int_equal(second.fd, -1);
    listener_close(&second);
    assert_int_equal(count_fds(), before);
    expect_reachable(&first, AF_INET);
    listener_close(&first);
    assert_int_equal(listener_open(&second, address, &plain), 0);
    listener_close(&second);
}

static void what_is_no_address_is_invalid(void **state)
{
    static const char *const bad[] = {
        "",
        ":",
        ":80",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:99999999999999999999",
        "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1:80x",
        "127.0.0.1: 80",
        "127.0.0.1:0x50",
        " 127.0.0.1:80",
        "127.0.0.1 :80",
        "127.0.0.256:80",
        "127.0.0:80",
        "localhost:80",
        "*:80",
        "::1:80",
        "[::1]",
        "[::1]:",
        "[::1]80",
        "[::1:80",
        "::1]:80",
        "[]:80",
        "[127.0.0.1]:80",
        "[::1]x:80",
        "[::g]:80",
        "]:80",
        "unix:",
    };
    struct listener l;

    (void)state;
    size_t before = count_fds();
    for (size_t i = 0; i < ROWS(bad); i++) {
        int err = listener_open(&l, bad[i], &plain);
        expect(err == -EINVAL && l.fd == -1, "\"%s\": %d", bad[i], err);
        listener_close(&l);
    }
    assert_int_equal(count_fds(), before);
}

static void an_address_longer_than_any_is_invalid(void **state)
{
    struct listener l;
    char address[600];

    (void)state;
    memset(address, '1', sizeof address);
    memcpy(address + sizeof address - 4, ":80", 4);
    assert_int_equal(listener_open(&l, address, &plain), -EINVAL);
    address[0] = '[';
    address[sizeof address - 5] = ']';
    assert_int_equal(listener_open(&l, address, &plain), -EINVAL);
}

/* How many connections wait at a listener. */
static int accept_all(const struct listener *l)
{
    int n = 0;

    for (int conn; (conn = listener_accept(l->fd)) >= 0; n++)
        (void)close(conn);
    return n;
}

/* The first may be listening for itself already, as one that another configuration opened is. */
static void others_share_the_address_of(const struct listen_options *options)
{
    struct listener l[3];
    int taken = 0;

    assert_int_equal(listener_open(&l[0], "127.0.0.1:0", options), 0);
    for (size_t i = 1; i < ROWS(l); i++) {
        assert_int_equal(listener_again(&l[i], &l[0], &shared), 0);
        assert_int_equal(port_of(l[i].fd), port_of(l[0].fd));
        assert_int_equal(option(l[i].fd, SOL_SOCKET, SO_ACCEPTCONN), 0);
        assert_int_equal(listener_change(&l[i], &shared), 0);
        assert_int_equal(option(l[i].fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
        assert_true((fcntl(l[i].fd, F_GETFD) & FD_CLOEXEC) != 0);
    }
    for (int i = 0; i < 30; i++) {
        int client = connect_to(AF_INET, port_of(l[0].fd));
        expect(client >= 0, "connection %d: %s", i, strerror(-client));
        assert_true(readable_within(l[0].fd, 0) || readable_within(l[1].fd, 0) || readable_within(l[2].fd, 100));
        taken += accept_all(&l[0]) + accept_all(&l[1]) + accept_all(&l[2]);
        (void)close(client);
    }
    assert_int_equal(taken, 30);
    for (size_t i = 0; i < ROWS(l); i++)
        listener_close(&l[i]);
}

static void an_address_may_have_several_sockets(void **state)
{
    (void)state;
    others_share_the_address_of(&shared);
    others_share_the_address_of(&plain);
}

static void a_socket_of_another_process_is_taken_over_as_it_is(void **state)
{
    struct listener first, taken;

    (void)state;
    assert_int_equal(listener_open(&first, "127.0.0.1:0", &plain), 0);
    int fd = dup(first.fd);
    assert_int_equal(fcntl(fd, F_SETFL, 0), 0); /* blocking, and inherited by whatever is executed */
    int client = connect_to(AF_INET, port_of(fd));
    assert_int_equal(listener_adopt(&taken, fd, "systemd:http"), 0);
    assert_int_equal(taken.fd, fd);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
    int conn = listener_accept(taken.fd);
    assert_true(conn >= 0);
    assert_int_equal(listener_accept(taken.fd), -EAGAIN);
    (void)close(conn);
    (void)close(client);
    listener_close(&taken);
    listener_close(&first);
}

static void what_does_not_listen_is_not_taken_over(void **state)
{
    struct listener l;
    const int fds[] = {open("/dev/null", O_RDONLY | O_CLOEXEC), socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
                       socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};

    (void)state;
    for (size_t i = 0; i < ROWS(fds); i++) {
        assert_int_equal(listener_adopt(&l, fds[i], "systemd:http"), -EINVAL);
        assert_int_equal(l.fd, -1);
        assert_int_equal(close(fds[i]), 0);
    }
}

static void what_can_change_while_it_listens_does(void **state)
{
    static const struct listen_options deferring = {.backlog = 16, .defer_accept = true};
    struct listener l;

    (void)state;
    assert_int_equal(listener_open(&l, "127.0.0.1:0", &plain), 0);
    assert_int_equal(option(l.fd, IPPROTO_TCP, TCP_DEFER_ACCEPT), 0);
    assert_int_equal(listener_change(&l, &deferring), 0);
    assert_true(option(l.fd, IPPROTO_TCP, TCP_DEFER_ACCEPT) > 0);
    assert_int_equal(listener_change(&l, &plain), 0);
    assert_int_equal(option(l.fd, IPPROTO_TCP, TCP_DEFER_ACCEPT), 0);
    listener_close(&l);
}

static void a_connection_for_which_no_descriptor_is_left_waits(void **state)
{
    struct listener l;

    (void)state;
    assert_int_equal(listener_open(&l, "127.0.0.1:0", &plain), 0);
    int client = connect_to(AF_INET, port_of(l.fd));
    assert_true(readable_within(l.fd, NEVER_MS));
    rlim_t before = limit_fds(0);
    int err = listener_accept(l.fd);
    (void)set_fd_limit(before);
    assert_int_equal(err, -EMFILE);
    assert_int_equal(listener_failure(err), LISTENER_PAUSE);
    int conn = listener_accept(l.fd);
    assert_true(conn >= 0);
    (void)close(conn);
    (void)close(client);
    listener_close(&l);
}

static void opening_without_descriptors_says_so(void **state)
{
    struct listener l, first;

    (void)state;
    assert_int_equal(listener_open(&first, "127.0.0.1:0", &shared), 0);
    rlim_t before = limit_fds(0);
    int open_error = listener_open(&l, "127.0.0.1:0", &plain);
    int fd = l.fd;
    int again_error = listener_again(&l, &first, &shared);
    (void)set_fd_limit(before);
    assert_int_equal(open_error, -EMFILE);
    assert_int_equal(fd, -1);
    assert_int_equal(again_error, -EMFILE);
    assert_int_equal(l.fd, -1);
    listener_close(&first);
}

/* Every number that errno can have means one of the three; what nobody thought of pauses, so that no loop is endless. */
static void what_a_failed_accept_means(void **state)
{
    static const int next[] = {EINTR,     ECONNABORTED, EPERM,        EPROTO,      ENETDOWN, ENOPROTOOPT,
                               EHOSTDOWN, ENONET,       EHOSTUNREACH, ENETUNREACH, ETIMEDOUT};
    static const int pause[] = {EMFILE,   ENFILE,     ENOMEM, ENOBUFS, EBADF, EINVAL,
                                ENOTSOCK, EOPNOTSUPP, EFAULT, ENOSYS,  4095};

    (void)state;
    assert_int_equal(listener_failure(-EAGAIN), LISTENER_EMPTY);
    for (size_t i = 0; i < ROWS(next); i++)
        expect(listener_failure(-next[i]) == LISTENER_NEXT, "%s", strerror(next[i]));
    for (size_t i = 0; i < ROWS(pause); i++)
        expect(listener_failure(-pause[i]) == LISTENER_PAUSE, "%s", strerror(pause[i]));
}

static void a_socket_that_was_closed_is_no_reason_to_go_on(void **state)
{
    struct listener l;

    (void)state;
    assert_int_equal(listener_open(&l, "127.0.0.1:0", &plain), 0);
    int fd = l.fd;
    listener_close(&l);
    assert_int_equal(listener_failure(listener_accept(fd)), LISTENER_PAUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ipv4_listener_is_reached_and_told_with_its_port),
        cmocka_unit_test(an_ipv6_listener_is_reached_and_told_in_brackets),
        cmocka_unit_test(the_unspecified_ipv6_address_takes_both_families),
        cmocka_unit_test(connections_inherit_nodelay_and_do_not_block_or_leak),
        cmocka_unit_test(a_deferred_connection_comes_with_its_first_bytes),
        cmocka_unit_test(an_address_in_use_is_refused),
        cmocka_unit_test(what_is_no_address_is_invalid),
        cmocka_unit_test(an_address_longer_than_any_is_invalid),
        cmocka_unit_test(an_address_may_have_several_sockets),
        cmocka_unit_test(a_socket_of_another_process_is_taken_over_as_it_is),
        cmocka_unit_test(what_does_not_listen_is_not_taken_over),
        cmocka_unit_test(what_can_change_while_it_listens_does),
        cmocka_unit_test(a_connection_for_which_no_descriptor_is_left_waits),
        cmocka_unit_test(opening_without_descriptors_says_so),
        cmocka_unit_test(what_a_failed_accept_means),
        cmocka_unit_test(a_socket_that_was_closed_is_no_reason_to_go_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
