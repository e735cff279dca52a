/* SPDX-License-Identifier: MIT */
/* Who is at the other end of a socket, and how that is written. */

#include "io/peer.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ip.h"

#include "expect.h"

static void expect_text(const struct peer *p, const char *text)
{
    char room[PEER_TEXT_MAX];
    struct sv written = peer_text(p, room);

    expect(sv_eq(written, sv_cstr(text)), "%.*s, not %s", SV_ARG(written), text);
}

static void it_is_written_as_it_is_read(void **state)
{
    static const struct {
        const char *read;
        const char *written;
    } rows[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"10.20.30.109", "10.20.30.109"},
        {"1.100.9.99", "1.100.9.99"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"2001:DB8::1", "2001:db8::1"},
        {"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
        {"::", "::"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct in6_addr address;
        expect(ip_parse(sv_cstr(rows[i].read), &address), "%s is refused", rows[i].read);
        struct peer p = peer_of(&address);
        expect_text(&p, rows[i].written);
        assert_int_equal(p.family, strchr(rows[i].written, ':') != NULL ? AF_INET6 : AF_INET);
    }
}

static void what_is_no_address_is_not_read(void **state)
{
    static const char *const wrong[] = {"",      "192.0.2",       "192.0.2.256", "192.0.2.1/24", "192.0.2.1/32",
                                        "unix:", "[2001:db8::1]", "::1%lo",      "192.0.2.1 ",   "name.example"};
    struct in6_addr address;

    (void)state;
    for (size_t i = 0; i < ROWS(wrong); i++)
        expect(!ip_parse(sv_cstr(wrong[i]), &address), "%s is taken", wrong[i]);
}

static void who_is_not_told_is_a_dash(void **state)
{
    struct peer nobody = {.family = AF_UNSPEC};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct peer p = {.family = AF_INET};

    (void)state;
    expect_text(&nobody, "-");
    peer_read(&p, fd); /* it is connected to nobody */
    expect_text(&p, "-");
    assert_int_equal(close(fd), 0);
    p.family = AF_INET;
    peer_read(&p, fd);
    expect_text(&p, "-");
}

static void a_unix_socket_has_no_address(void **state)
{
    struct peer p = {.family = AF_UNSPEC};
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    peer_read(&p, pair[0]);
    expect_text(&p, "unix:");
    assert_int_equal(close(pair[0]) + close(pair[1]), 0);
}

/* A connection at this address; the peer has reset it already where `reset` says so. */
static struct peer connected(const struct sockaddr *at, socklen_t len, bool reset)
{
    const struct linger at_once = {.l_onoff = 1};
    union {
        struct sockaddr any;
        struct sockaddr_in6 in6;
    } a = {0};
    struct peer p = {.family = AF_UNIX};
    int door = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int client = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t size = sizeof a;
    char byte;

    assert_int_equal(bind(door, at, len), 0);
    assert_int_equal(listen(door, 1), 0);
    assert_int_equal(getsockname(door, &a.any, &size), 0);
    assert_int_equal(connect(client, &a.any, size), 0);
    int fd = accept4(door, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fd >= 0);
    if (reset) {
        assert_int_equal(setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
        assert_int_equal(close(client), 0);
        assert_int_equal(recv(fd, &byte, 1, 0), -1);
        peer_read(&p, fd);
    } else {
        peer_read(&p, fd);
        assert_int_equal(close(client), 0);
    }
    assert_int_equal(close(fd) + close(door), 0);
    return p;
}

static void it_is_told_even_after_a_reset(void **state)
{
    const struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    int has_six = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool six_is_there = has_six >= 0 && bind(has_six, (const struct sockaddr *)&six, sizeof six) == 0;

    (void)state;
    (void)close(has_six);
    for (int reset = 0; reset < 2; reset++) {
        struct peer p = connected((const struct sockaddr *)&four, sizeof four, reset == 1);
        assert_int_equal(p.family, AF_INET);
        expect_text(&p, "127.0.0.1");
        if (!six_is_there) /* a machine without IPv6 */
            continue;
        p = connected((const struct sockaddr *)&six, sizeof six, reset == 1);
        assert_int_equal(p.family, AF_INET6);
        expect_text(&p, "::1");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_written_as_it_is_read),   cmocka_unit_test(what_is_no_address_is_not_read),
        cmocka_unit_test(who_is_not_told_is_a_dash),     cmocka_unit_test(a_unix_socket_has_no_address),
        cmocka_unit_test(it_is_told_even_after_a_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
