/* SPDX-License-Identifier: MIT */
/* Addresses to bind to: which texts are one, and of what; and which of two contains the other. */

#include "io/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"

#define BYTES_10 "aaaaaaaaaa"
#define PATH_107 "/" BYTES_10 BYTES_10 BYTES_10 BYTES_10 BYTES_10 BYTES_10 BYTES_10 BYTES_10 BYTES_10 BYTES_10 "aaaaaa"

static const struct {
    const char *text;
    const char *host; /* NULL: it is no address */
    int port;
} rows[] = {
    {"127.0.0.1:80", "127.0.0.1", 80},
    {"0.0.0.0:0", "0.0.0.0", 0},
    {"127.0.0.1:65535", "127.0.0.1", 65535},
    {"127.0.0.1:00000000000080", "127.0.0.1", 80},
    {"[::1]:80", "::1", 80},
    {"[0:0::0:1]:080", "::1", 80},
    {"[::]:65535", "::", 65535},
    {"[::ffff:127.0.0.1]:80", "::ffff:127.0.0.1", 80},
    {"[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1},
    {"", NULL, 0},
    {":", NULL, 0},
    {":80", NULL, 0},
    {"80", NULL, 0},
    {"127.0.0.1", NULL, 0},
    {"127.0.0.1:", NULL, 0},
    {"127.0.0.1:65536", NULL, 0},
    {"127.0.0.1:18446744073709551696", NULL, 0}, /* 80 beyond 2^64 */
    {"127.0.0.1:+80", NULL, 0},
    {"127.0.0.1:-1", NULL, 0},
    {"127.0.0.1: 80", NULL, 0},
    {"127.0.0.1:80 ", NULL, 0},
    {"127.0.0.1:80x", NULL, 0},
    {"127.0.0.01:80", NULL, 0},
    {"127.0.0.256:80", NULL, 0},
    {"127.0.0:80", NULL, 0},
    {"127.1:80", NULL, 0},
    {" 127.0.0.1:80", NULL, 0},
    {"localhost:80", NULL, 0},
    {"[127.0.0.1]:80", NULL, 0},
    {"::1:80", NULL, 0},
    {"::1", NULL, 0},
    {"[::1]", NULL, 0},
    {"[::1]80", NULL, 0},
    {"[::1:80", NULL, 0},
    {"[::1]]:80", NULL, 0},
    {"[]:80", NULL, 0},
    {"]:80", NULL, 0},
    {"[:80", NULL, 0},
    {"[fe80::1%lo]:80", NULL, 0},
    {"[::00001]:80", NULL, 0},
    {"*:80", NULL, 0},
};

static void an_address_is_a_numeric_host_and_a_port(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char host[INET6_ADDRSTRLEN] = "";
        struct address a;
        int err = address_parse(rows[i].text, &a);
        expect(err == (rows[i].host != NULL ? 0 : -EINVAL), "\"%s\": %d", rows[i].text, err);
        if (err < 0)
            continue;
        bool v6 = a.of.any.sa_family == AF_INET6;
        (void)inet_ntop(a.of.any.sa_family, v6 ? (void *)&a.of.in6.sin6_addr : &a.of.in.sin_addr, host, sizeof host);
        expect(strcmp(host, rows[i].host) == 0, "%s: %s", rows[i].text, host);
        expect(a.len == (v6 ? sizeof a.of.in6 : sizeof a.of.in), "%s: %d bytes", rows[i].text, (int)a.len);
        expect(ntohs(address_port(&a)) == rows[i].port, "%s: %d", rows[i].text, (int)ntohs(address_port(&a)));
    }
}

static void a_unix_socket_has_a_path_that_fits(void **state)
{
    struct address a;

    (void)state;
    assert_int_equal(address_parse("unix:" PATH_107, &a), 0);
    assert_int_equal(a.of.any.sa_family, AF_UNIX);
    assert_string_equal(a.of.un.sun_path, PATH_107);
    assert_int_equal(a.len, sizeof a.of.un);
    assert_int_equal(address_port(&a), 0);
    assert_int_equal(address_parse("unix:a", &a), 0);
    assert_string_equal(a.of.un.sun_path, "a");
    assert_int_equal(address_parse("unix:" PATH_107 "a", &a), -EINVAL);
    assert_int_equal(address_parse("unix:", &a), -EINVAL);
    assert_int_equal(address_parse("UNIX:/a", &a), -EINVAL);
    assert_string_equal(address_path("unix:/a:b"), "/a:b");
    assert_string_equal(address_path("unix:"), "");
    assert_null(address_path("unix"));
    assert_null(address_path("127.0.0.1:80"));
    assert_null(address_path("systemd:unix:"));
}

static const struct {
    const char *whole;
    const char *part;
    bool same;
    bool contains;
} pairs[] = {
    {"127.0.0.1:80", "127.0.0.1:080", true, false},
    {"[::1]:80", "[0::1]:80", true, false},
    {"127.0.0.1:80", "127.0.0.1:81", false, false},
    {"127.0.0.1:80", "127.0.0.2:80", false, false},
    {"127.0.0.1:80", "[::ffff:127.0.0.1]:80", false, false},
    {"0.0.0.0:80", "127.0.0.1:80", false, true},
    {"0.0.0.0:80", "[::1]:80", false, false},
    {"[::]:80", "127.0.0.1:80", false, true},
    {"[::]:80", "0.0.0.0:80", false, true},
    {"[::]:80", "[::1]:80", false, true},
    {"[::]:80", "[::1]:81", false, false},
    {"[::]:80", "[::]:80", true, false},
    {"[::]:0", "[::1]:0", false, false},
    {"[::1]:80", "[::]:80", false, false},
    {"unix:/a", "unix:/a", false, false},
    {"[::]:80", "unix:/a", false, false},
};

static void one_contains_another_where_it_is_every_address_of_its_port(void **state)
{
    struct address whole, part;

    (void)state;
    for (size_t i = 0; i < ROWS(pairs); i++) {
        assert_int_equal(address_parse(pairs[i].whole, &whole), 0);
        assert_int_equal(address_parse(pairs[i].part, &part), 0);
        expect(address_is(&whole, &part) == pairs[i].same, "%s is %s", pairs[i].whole, pairs[i].part);
        expect(address_contains(&whole, &part) == pairs[i].contains, "%s contains %s", pairs[i].whole, pairs[i].part);
    }
}

static void a_bound_socket_tells_where_it_is(void **state)
{
    struct address asked, told;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(address_parse("127.0.0.1:0", &asked), 0);
    assert_int_equal(bind(fd, &asked.of.any, asked.len), 0);
    assert_int_equal(address_of(fd, &told), 0);
    assert_int_equal(told.of.in.sin_addr.s_addr, asked.of.in.sin_addr.s_addr);
    assert_int_not_equal(address_port(&told), 0);
    close(fd);
    assert_int_equal(address_of(-1, &told), -EBADF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_a_numeric_host_and_a_port),
        cmocka_unit_test(a_unix_socket_has_a_path_that_fits),
        cmocka_unit_test(one_contains_another_where_it_is_every_address_of_its_port),
        cmocka_unit_test(a_bound_socket_tells_where_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
