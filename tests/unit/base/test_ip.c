/* SPDX-License-Identifier: MIT */
/* Addresses and ports: the numeric ones, whole, and nothing around them. */

#include "base/ip.h"

#include <arpa/inet.h>

#include "expect.h"
#include "guard.h"

static const struct {
    const char *text;
    int family;      /* AF_UNSPEC: it is no address */
    const char *as6; /* as ip_parse has it */
} addresses[] = {
    {"192.0.2.7", AF_INET, "::ffff:192.0.2.7"},
    {"0.0.0.0", AF_INET, "::ffff:0.0.0.0"},
    {"255.255.255.255", AF_INET, "::ffff:255.255.255.255"},
    {"::", AF_INET6, "::"},
    {"::1", AF_INET6, "::1"},
    {"2001:DB8::a", AF_INET6, "2001:db8::a"},
    {"1:2:3:4:5:6:7::", AF_INET6, "1:2:3:4:5:6:7:0"},
    {"::ffff:192.0.2.7", AF_INET6, "::ffff:192.0.2.7"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", AF_INET6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {"", AF_UNSPEC, NULL},
    {"192.0.2", AF_UNSPEC, NULL},
    {"192.0.2.7.1", AF_UNSPEC, NULL},
    {"192.0.2.256", AF_UNSPEC, NULL},
    {"192.0.2.07", AF_UNSPEC, NULL},
    {"0xc0.0.2.7", AF_UNSPEC, NULL},
    {"3221225991", AF_UNSPEC, NULL},
    {" 192.0.2.7", AF_UNSPEC, NULL},
    {"192.0.2.7 ", AF_UNSPEC, NULL},
    {"192.0.2.7/32", AF_UNSPEC, NULL},
    {"192.0.2.7:80", AF_UNSPEC, NULL},
    {"localhost", AF_UNSPEC, NULL},
    {":", AF_UNSPEC, NULL},
    {":::", AF_UNSPEC, NULL},
    {"::1::", AF_UNSPEC, NULL},
    {"00001::", AF_UNSPEC, NULL},
    {"1:2:3:4:5:6:7:8::", AF_UNSPEC, NULL},
    {"[::1]", AF_UNSPEC, NULL},
    {"fe80::1%lo", AF_UNSPEC, NULL},
    {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555", AF_UNSPEC, NULL},
};

static void expect_address(struct sv text, int family, const char *as6)
{
    struct in_addr v4;
    struct in6_addr v6, any, want;

    expect(ip_parse_v4(text, &v4) == (family == AF_INET), "%.*s", SV_ARG(text));
    expect(ip_parse_v6(text, &v6) == (family == AF_INET6), "%.*s", SV_ARG(text));
    expect(ip_parse(text, &any) == (family != AF_UNSPEC), "%.*s", SV_ARG(text));
    if (family == AF_UNSPEC)
        return;
    assert_int_equal(inet_pton(AF_INET6, as6, &want), 1);
    if (family == AF_INET)
        v6 = ip_map(v4);
    expect(memcmp(&v6, &want, sizeof v6) == 0 && memcmp(&any, &want, sizeof any) == 0, "%.*s", SV_ARG(text));
}

static void an_address_is_numeric_and_has_one_family(void **state)
{
    struct guard g = guard_new(64);

    (void)state;
    for (size_t i = 0; i < ROWS(addresses); i++) {
        size_t len = strlen(addresses[i].text);
        expect_address(sv_of(guard_put(&g, addresses[i].text, len), len), addresses[i].family, addresses[i].as6);
    }
    guard_free(&g);
}

static void an_address_ends_where_its_view_does(void **state)
{
    (void)state;
    expect_address(sv_of("192.0.2.789", 9), AF_INET, "::ffff:192.0.2.7");
    expect_address(sv_of("::12", 3), AF_INET6, "::1");
    expect_address(SV("192.0.2.7\0"), AF_UNSPEC, NULL);
    expect_address(SV("::1\0"), AF_UNSPEC, NULL);
    expect_address(sv_of(NULL, 0), AF_UNSPEC, NULL);
}

static void a_port_is_a_number_of_sixteen_bits(void **state)
{
    static const struct {
        const char *text;
        int port; /* -1: it is none */
    } rows[] = {
        {"0", 0},
        {"80", 80},
        {"65535", 65535},
        {"000000065535", 65535},
        {"65536", -1},
        {"99999", -1},
        {"", -1},
        {"+80", -1},
        {"-0", -1},
        {" 80", -1},
        {"80 ", -1},
        {"0x50", -1},
        {"http", -1},
        {"4294967376", -1},
        {"18446744073709551696", -1},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint16_t port = 7;
        bool is = ip_parse_port(sv_cstr(rows[i].text), &port);
        expect(is == (rows[i].port >= 0) && port == (is ? rows[i].port : 7), "%s: %d", rows[i].text, port);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_numeric_and_has_one_family),
        cmocka_unit_test(an_address_ends_where_its_view_does),
        cmocka_unit_test(a_port_is_a_number_of_sixteen_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
