/* SPDX-License-Identifier: MIT */
/* Hosts and ports, against RFC 3986 3.2.2 and 3.2.3. */

#include "http/authority.h"

#include "expect.h"
#include "guard.h"

static void expect_valid(const char *const *texts, size_t n, bool want)
{
    struct guard g = guard_new(300);

    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(texts[i]);
        expect(authority_valid(sv_of(guard_put(&g, texts[i], len), len)) == want, "\"%s\"", texts[i]);
    }
    guard_free(&g);
}

static const char *const hosts[] = {
    "a",
    "localhost",
    "example.org",
    "EXAMPLE.ORG",
    "example.org.",
    "a-b_c~d",
    "xn--bcher-kva.example",
    "%C3%A9.example",
    "a!$&'()*+,;=b",
    "127.0.0.1",
    "1.2.3",
    "999.999.999.999",
    "example.org:",
    "example.org:0",
    "example.org:80",
    "example.org:65535",
    "example.org:00000000000000000000080",
    "[::]",
    "[::1]",
    "[::1]:",
    "[::1]:8080",
    "[2001:db8::1]",
    "[2001:DB8:0:0:0:0:0:1]:443",
    "[::ffff:192.0.2.1]",
    "[::]:0000065535",
    "[1:2:3:4:5:6:7:8]",
    "[1:2:3:4:5:6:7::]",
    "[::2:3:4:5:6:7:8]",
    "[1::8]",
    "[0001:00ff::]",
    "[1:2:3:4:5:6:192.0.2.1]",
    "[::1:2:3:4:5:192.0.2.1]",
    "[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]",
    "[v1.a:b]",
    "[vF.x]:1",
};

static void names_addresses_and_ports_are_hosts(void **state)
{
    (void)state;
    expect_valid(hosts, ROWS(hosts), true);
}

static const char *const no_hosts[] = {
    "",
    ":",
    ":80",
    "a:b",
    "a:80b",
    "a:-1",
    "a:+1",
    "a: 80",
    "a:65536",
    "a:99999999999",
    "a:4294967376",
    "a:80:80",
    "a::80",
    "::1",
    "a b",
    " a",
    "a ",
    "a\tb",
    "a/b",
    "/",
    "a?b",
    "a#b",
    "a@b",
    "user:password@a",
    "@a",
    "a\\b",
    "a<b",
    "a>b",
    "a\"b",
    "a{b}",
    "a|b",
    "a^b",
    "a`b",
    "a\x7f",
    "a\x01",
    "a\xc3\xa9",
    "[",
    "]",
    "[]",
    "[]:80",
    "[::1",
    "::1]",
    "[::1]x",
    "[::1]80",
    "[::1]:x",
    "[::1]:65536",
    "[::1]]",
    "[[::1]]",
    "[::1/64]",
    "[::1]@a",
    "x[::1]",
    "[ ::1]",
};

static void what_is_no_host_is_refused(void **state)
{
    (void)state;
    expect_valid(no_hosts, ROWS(no_hosts), false);
    assert_false(authority_valid(sv_of(NULL, 0)));
    assert_false(authority_valid(SV("a\0b")));
    assert_false(authority_valid(SV("a:80\0")));
    assert_false(authority_valid(SV("[::1\0]")));
    assert_false(authority_valid(SV("[\0]")));
}

/* RFC 3986 2.1: an escape is a percent sign and two hexadecimal digits. */
static void a_malformed_escape_is_no_part_of_a_host(void **state)
{
    static const char *const texts[] = {"%", "a%", "a%2", "a%zz", "a%2g.example", "%%41", "a%:80"};

    (void)state;
    expect_valid(texts, ROWS(texts), false);
}

/* RFC 3986 3.2.2: IPv6address or IPvFuture. */
static void brackets_hold_an_ip_literal_and_nothing_else(void **state)
{
    static const char *const texts[] = {"[localhost]",
                                        "[1.2.3.4]",
                                        "[zz::1]",
                                        "[...]",
                                        "[:::]",
                                        "[1]",
                                        "[1::2::3]",
                                        "[12345::]",
                                        "[!$&]",
                                        "[v.x]",
                                        "[v1.]",
                                        "[1:2:3:4:5:6:7:8:9]",
                                        "[:1]",
                                        "[1:]",
                                        "[1:2]",
                                        "[00001::]",
                                        "[1:2:3:4:5:6:7]",
                                        "[1:2:3:4:5:6:7:8::]",
                                        "[::1:2:3:4:5:6:7:8]",
                                        "[1:2:3:4:5:6:7:1.2.3.4]",
                                        "[1:2:3:4:5:1.2.3.4]",
                                        "[::1:2:3:4:5:6:1.2.3.4]",
                                        "[::1.2.3]",
                                        "[::1.2.3.4.5]",
                                        "[::1.2.3.256]",
                                        "[::1.2.3.04]",
                                        "[::1.2.3.4:5]",
                                        "[::1.2.3.4::]",
                                        "[fe80::1%lo]",
                                        "[fe80::1%25lo]",
                                        "[::1 ]",
                                        "[::g]",
                                        "[-1::]",
                                        "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]"};

    (void)state;
    expect_valid(texts, ROWS(texts), false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_addresses_and_ports_are_hosts),
        cmocka_unit_test(what_is_no_host_is_refused),
        cmocka_unit_test(a_malformed_escape_is_no_part_of_a_host),
        cmocka_unit_test(brackets_hold_an_ip_literal_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
