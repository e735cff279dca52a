/* SPDX-License-Identifier: MIT */
/* X-Forwarded-For: it is believed as far as those who wrote it are trusted, and no further. */

#include "serve/forwarded.h"

#include <sys/socket.h>

#include "base/ip.h"
#include "make_request.h"

#define XFF "X-Forwarded-For: "

static char *trusted[] = {"10.0.0.0/8", "192.0.2.1", "2001:db8::/32"};
static char *local_too[] = {"10.0.0.0/8", "unix:"};

static const struct {
    const char *peer;
    const char *lines;
    const char *client;
} rows[] = {
    {"10.0.0.1", "", "10.0.0.1"},
    {"10.0.0.1", XFF "203.0.113.7\r\n", "203.0.113.7"},
    {"10.0.0.1", "x-FORWARDED-for:203.0.113.7\r\n", "203.0.113.7"},
    {"::ffff:10.0.0.1", XFF "203.0.113.7\r\n", "203.0.113.7"},
    {"2001:db8::1", XFF "2a00::1\r\n", "2a00::1"},
    /* Whoever is not trusted says nothing. */
    {"203.0.113.1", XFF "203.0.113.7\r\n", "203.0.113.1"},
    {"192.0.2.2", XFF "203.0.113.7\r\n", "192.0.2.2"},
    {"203.0.113.1", XFF "10.0.0.1\r\n", "203.0.113.1"},
    /* The last that is not trusted, whatever it wrote before itself. */
    {"10.0.0.1", XFF "198.51.100.1, 203.0.113.7\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF "198.51.100.1, 203.0.113.7, 10.0.0.2, 192.0.2.1\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF "10.0.0.9,203.0.113.7\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF "10.0.0.9\r\n", "10.0.0.9"},
    {"10.0.0.1", XFF "10.0.0.9 , \t10.0.0.8\r\n", "10.0.0.9"},
    /* Lines are one list. */
    {"10.0.0.1", XFF "198.51.100.1\r\n" XFF "203.0.113.7\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF "203.0.113.7\r\nA: b\r\n" XFF "10.0.0.2\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF "203.0.113.7\r\n" XFF "\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF ",203.0.113.7,, ,\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF "\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF ", ,\r\n", "10.0.0.1"},
    /* What is no address ends the walk. */
    {"10.0.0.1", XFF "203.0.113.7, unknown\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "203.0.113.7, _hidden, 10.0.0.2\r\n", "10.0.0.2"},
    {"10.0.0.1", XFF "203.0.113.7, 10.0.0.2/32\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "203.0.113.7 10.0.0.2\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "\"203.0.113.7\"\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "203.0.113.7\r\n" XFF "unix:\r\n", "10.0.0.1"},
    /* With ports, and in brackets. */
    {"10.0.0.1", XFF "203.0.113.7:4711\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF "[2a00::1]\r\n", "2a00::1"},
    {"10.0.0.1", XFF "[2a00::1]:4711\r\n", "2a00::1"},
    {"10.0.0.1", XFF "203.0.113.7, [2001:db8::9]:1\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF "::ffff:203.0.113.7\r\n", "203.0.113.7"},
    /* A port is passed over: any five digits. */
    {"10.0.0.1", XFF "203.0.113.7:0\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF "203.0.113.7:00080\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF "203.0.113.7:99999\r\n", "203.0.113.7"},
    {"10.0.0.1", XFF "203.0.113.7:000080\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "203.0.113.7:+80\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "[2a00::1]:\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "203.0.113.07\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "[fe80::1%25lo]\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "203.0.113.7:\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "203.0.113.7:4x\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "203.0.113.7:123456\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "[203.0.113.7]\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "[2a00::1\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "[2a00::1]4711\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "[]\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "[:\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF ":80\r\n", "10.0.0.1"},
    {"10.0.0.1", XFF "2a00::1:\r\n", "10.0.0.1"},
    /* No other field is asked. */
    {"10.0.0.1", "Forwarded: for=203.0.113.7\r\nX-Real-IP: 203.0.113.7\r\n", "10.0.0.1"},
};

static struct peer peer_at(const char *text)
{
    struct in6_addr address;

    assert_true(ip_parse(sv_cstr(text), &address));
    return peer_of(&address);
}

static struct trust trust_in(char **networks, size_t n)
{
    const struct strings texts = {networks, n};
    struct trust trust;

    assert_int_equal(trust_init(&trust, &texts), 0);
    return trust;
}

static void expect_client(const struct trust *trust, const struct peer *peer, const char *lines, const char *client)
{
    char head[512];
    char room[PEER_TEXT_MAX];
    struct made_request m;

    (void)snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", lines);
    assert_int_equal(make_request(&m, sv_cstr(head)), 0);
    struct peer got = forwarded_client(trust, peer, &m.rq);
    expect(sv_eq(peer_text(&got, room), sv_cstr(client)), "%s: %.*s", lines, SV_ARG(peer_text(&got, room)));
}

static void the_last_address_that_is_not_trusted_is_the_client(void **state)
{
    struct trust trust = trust_in(trusted, ROWS(trusted));

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct peer peer = peer_at(rows[i].peer);
        expect_client(&trust, &peer, rows[i].lines, rows[i].client);
    }
    trust_fini(&trust);
}

static void a_unix_socket_is_trusted_where_that_is_said(void **state)
{
    struct trust addresses = trust_in(trusted, ROWS(trusted));
    struct trust local = trust_in(local_too, ROWS(local_too));
    const struct peer peer = {.family = AF_UNIX};

    (void)state;
    expect_client(&addresses, &peer, XFF "203.0.113.7\r\n", "unix:");
    expect_client(&local, &peer, XFF "203.0.113.7\r\n", "203.0.113.7");
    expect_client(&local, &peer, XFF "203.0.113.7, 10.0.0.2\r\n", "203.0.113.7");
    expect_client(&local, &peer, XFF "203.0.113.7, 192.0.2.1\r\n", "192.0.2.1");
    trust_fini(&addresses);
    trust_fini(&local);
}

static void nobody_is_trusted_where_nothing_is_said(void **state)
{
    struct trust trust = trust_in(NULL, 0);
    struct peer peer = peer_at("10.0.0.1");

    (void)state;
    assert_null(trust.nets);
    expect_client(&trust, &peer, XFF "203.0.113.7\r\n", "10.0.0.1");
    peer = (struct peer){0};
    expect_client(&trust, &peer, XFF "203.0.113.7\r\n", "-");
    trust_fini(&trust);
}

/* All zero is no address of anybody, though ::/0 holds it. */
static void one_who_cannot_be_told_is_not_trusted(void **state)
{
    char *everybody[] = {"::/0"};
    struct trust trust = trust_in(everybody, 1);
    const struct peer peer = {0};

    (void)state;
    expect_client(&trust, &peer, XFF "203.0.113.7\r\n", "-");
    trust_fini(&trust);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_address_that_is_not_trusted_is_the_client),
        cmocka_unit_test(a_unix_socket_is_trusted_where_that_is_said),
        cmocka_unit_test(nobody_is_trusted_where_nothing_is_said),
        cmocka_unit_test(one_who_cannot_be_told_is_not_trusted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
