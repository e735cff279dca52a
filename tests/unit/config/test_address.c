/* SPDX-License-Identifier: MIT */
/* Addresses to listen on: what is one, what somebody who wrote something else is told, to the byte, and how two of
 * them get on, whichever way they are written. */

#include "config/address.h"

#include <stdlib.h>

#include "value_case.h"

#define NO_ADDRESS \
    "this is not an address: write IPv4:port, [IPv6]:port, unix:/path or systemd:NAME (names are not looked up)"

static const struct value_row value_rows[] = {
    {KEY_listen_address, "127.0.0.1:8080", NULL, 0, 0},
    {KEY_listen_address, "0.0.0.0:0", NULL, 0, 0},
    {KEY_listen_address, "[::]:65535", NULL, 0, 0},
    {KEY_listen_address, "[::ffff:1.2.3.4]:80", NULL, 0, 0},
    {KEY_listen_address, "unix:/run/baton/http.sock", NULL, 0, 0},
    {KEY_listen_address, "systemd:http", NULL, 0, 0},
    {KEY_status_address, "systemd:baton status.socket", NULL, 0, 0},
    {KEY_listen_address, "systemd:", "a name follows, that of FileDescriptorName= in the socket unit: systemd:http", 8,
     0},
    {KEY_listen_address, "systemd:a:b", "the name of a socket is plain ASCII without ':'", 9, 1},
    {KEY_listen_address, "systemd:\xc3\xa9", "the name of a socket is plain ASCII without ':'", 8, 1},
    {KEY_listen_address, "systemd:a\tb", "the name of a socket is plain ASCII without ':'", 9, 1},
    {KEY_status_address, "9090",
     "an address must come before the port: 127.0.0.1:9090 for this machine alone, [::]:9090 for every address", 0, 4},
    {KEY_listen_address, "127.0.0.1:65536", "a port is a number from 0 to 65535", 10, 5},
    {KEY_listen_address, "127.0.0.1:http", "a port is a number from 0 to 65535", 10, 4},
    {KEY_listen_address, "127.0.0.1:080", "a port is a number from 0 to 65535", 10, 3},
    {KEY_listen_address, "127.0.0.1:", "a port is a number from 0 to 65535", 10, 0},
    {KEY_listen_address, "[::1]:99999999999999999999", "a port is a number from 0 to 65535", 6, 20},
    {KEY_listen_address, "127.0.0.1:00", "a port is a number from 0 to 65535", 10, 2},
    {KEY_listen_address, "127.0.0.1:+80", "a port is a number from 0 to 65535", 10, 3},
    {KEY_listen_address, "127.0.0.1:80k", "a port is a number from 0 to 65535", 10, 3},
    {KEY_listen_address, "127.0.0.1:18446744073709551696", "a port is a number from 0 to 65535", 10, 20},
    {KEY_listen_address, "[::1]:080", "a port is a number from 0 to 65535", 6, 3},
    {KEY_listen_address, "[::1]:", "a port is a number from 0 to 65535", 6, 0},
    {KEY_listen_address, "[fe80::1%lo]:80", "this is not an IPv6 address", 1, 10},
    {KEY_listen_address, "127.0.0.01:80", NO_ADDRESS, 0, 10},
    {KEY_listen_address, "256.0.0.1:80", NO_ADDRESS, 0, 9},
    {KEY_listen_address, "8080",
     "an address must come before the port: 127.0.0.1:8080 for this machine alone, [::]:8080 for every address", 0, 4},
    {KEY_listen_address, ":8080",
     "an address must come before the port: 127.0.0.1:8080 for this machine alone, [::]:8080 for every address", 0, 5},
    {KEY_listen_address, "*:80", "for every address write [::]:80, or 0.0.0.0:80 for IPv4 alone", 0, 1},
    {KEY_listen_address, "LocalHost:80", "names are not looked up: write 127.0.0.1:80, or [::1]:80", 0, 9},
    {KEY_listen_address, "example.com:80", NO_ADDRESS, 0, 11},
    {KEY_listen_address, "127.1:80", NO_ADDRESS, 0, 5},
    {KEY_listen_address, "127.0.0.1", "a port must follow: 127.0.0.1:8080", 9, 1},
    {KEY_listen_address, "::1", "an IPv6 address stands in brackets, and a port follows: [::1]:8080", 0, 3},
    {KEY_listen_address, "fe80:0:0:0:0:0:0:1:80", "an IPv6 address stands in brackets: [fe80:0:0:0:0:0:0:1]:80", 0, 18},
    {KEY_listen_address, "[::1]", "a port must follow: [::1]:8080", 5, 0},
    {KEY_listen_address, "[::1:80", "']' is missing: [::1]:8080", 7, 1},
    {KEY_listen_address, "[127.0.0.1]:80", "this is not an IPv6 address", 1, 9},
    {KEY_listen_address, "[]:80", "this is not an IPv6 address", 1, 0},
    {KEY_listen_address, "[", "']' is missing: [::1]:8080", 1, 1},
    {KEY_listen_address, "unix:http.sock", "the path of a socket starts with '/': unix:/run/baton/http.sock", 5, 9},
    {KEY_listen_address, "unix:@baton", "the path of a socket starts with '/': unix:/run/baton/http.sock", 5, 6},
};

static void each_value_is_taken_or_refused_with_what_to_write(void **state)
{
    (void)state;
    run_values(value_rows, ROWS(value_rows));
}

static void the_path_of_a_socket_has_107_bytes_at_most(void **state)
{
    char text[128] = "unix:/";
    struct fault f;

    (void)state;
    memset(text + 6, 'x', sizeof text - 6);
    assert_true(value_check(&schema_keys[KEY_listen_address], sv_of(text, 5 + 107), &f));
    assert_false(value_check(&schema_keys[KEY_listen_address], sv_of(text, 5 + 108), &f));
    assert_string_equal(f.why, "the path of a socket is at most 107 bytes long, this one is 108");
    assert_int_equal(f.at, 5 + 107);
}

static void the_name_of_a_socket_has_255_bytes_at_most(void **state)
{
    char text[300];
    struct fault f;

    (void)state;
    memset(text, 'x', sizeof text);
    memcpy(text, "systemd:", 8);
    assert_true(value_check(&schema_keys[KEY_listen_address], sv_of(text, 8 + 255), &f));
    assert_false(value_check(&schema_keys[KEY_listen_address], sv_of(text, 8 + 256), &f));
    assert_string_equal(f.why, "a name is at most 255 bytes long, this one is 256");
    assert_int_equal(f.at, 8 + 255);
}

static void a_socket_is_kept_with_what_its_directory_stands_for(void **state)
{
    const struct schema_key *k = &schema_keys[KEY_listen_address];
    struct config_listen listen = {0};

    (void)state;
    (void)setenv("RUNTIME_DIRECTORY", "/run/baton", 1);
    assert_int_equal(store_set(k, &listen, SV("unix:$RUNTIME_DIRECTORY/http.sock")), 0);
    assert_int_equal(store_set(k, &listen, SV("unix:/a/$RUNTIME_DIRECTORY")), 0);
    assert_int_equal(store_set(k, &listen, SV("[::]:80")), 0);
    assert_int_equal(listen.address.n, 3);
    assert_string_equal(listen.address.v[0], "unix:/run/baton/http.sock");
    assert_string_equal(listen.address.v[1], "unix:/a/$RUNTIME_DIRECTORY");
    assert_string_equal(listen.address.v[2], "[::]:80");
    store_free(k, &listen);
}

static const struct {
    const char *a;
    const char *b;
    enum address_relation relation;
} rows[] = {
    {"127.0.0.1:80", "127.0.0.1:80", ADDRESS_SAME},
    {"127.0.0.1:80", "127.0.0.1:81", ADDRESS_APART},
    {"127.0.0.1:80", "127.0.0.2:80", ADDRESS_APART},
    {"127.0.0.1:0", "127.0.0.1:0", ADDRESS_APART},
    {"[::]:0", "127.0.0.1:0", ADDRESS_APART},
    {"[::1]:80", "[0:0::0:1]:80", ADDRESS_SAME},
    {"[2001:db8::A]:80", "[2001:DB8::a]:80", ADDRESS_SAME},
    {"[::ffff:127.0.0.1]:80", "127.0.0.1:80", ADDRESS_SAME},
    {"[::1]:80", "127.0.0.1:80", ADDRESS_APART},
    {"[::]:80", "[0::0]:80", ADDRESS_SAME},
    {"[::]:80", "[::1]:80", ADDRESS_OVERLAP},
    {"[::]:80", "127.0.0.1:80", ADDRESS_OVERLAP},
    {"[::]:80", "0.0.0.0:80", ADDRESS_OVERLAP},
    {"[::]:80", "0.0.0.0:8080", ADDRESS_APART},
    {"0.0.0.0:80", "127.0.0.1:80", ADDRESS_OVERLAP},
    {"0.0.0.0:80", "[::1]:80", ADDRESS_APART},
    {"unix:/run/a", "unix:/run/a", ADDRESS_SAME},
    {"unix:/run/a:0", "unix:/run/a:0", ADDRESS_SAME},
    {"unix:/run/a:80", "127.0.0.1:80", ADDRESS_APART},
    {"unix:/run/a", "unix:/run/b", ADDRESS_APART},
    {"systemd:a", "systemd:a", ADDRESS_SAME},
    {"systemd:a", "systemd:b", ADDRESS_APART},
    {"systemd:a", "unix:/a", ADDRESS_APART},
};

static void two_addresses_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sv a = sv_cstr(rows[i].a);
        struct sv b = sv_cstr(rows[i].b);
        expect(address_compare(a, b) == rows[i].relation, "%s and %s gave %d", rows[i].a, rows[i].b,
               (int)address_compare(a, b));
        expect(address_compare(b, a) == rows[i].relation, "%s and %s gave %d", rows[i].b, rows[i].a,
               (int)address_compare(b, a));
        expect(address_compare(a, a) == ADDRESS_SAME || sv_ends(a, SV(":0")), "%s and itself", rows[i].a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_taken_or_refused_with_what_to_write),
        cmocka_unit_test(the_path_of_a_socket_has_107_bytes_at_most),
        cmocka_unit_test(the_name_of_a_socket_has_255_bytes_at_most),
        cmocka_unit_test(a_socket_is_kept_with_what_its_directory_stands_for),
        cmocka_unit_test(two_addresses_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
