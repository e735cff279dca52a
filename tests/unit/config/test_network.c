/* SPDX-License-Identifier: MIT */
/* Networks of clients: what is one, what somebody who wrote something else is told, and that each is there once. */

#include "config/network.h"

#include <errno.h>

#include "config_run.h"
#include "value_case.h"

#define SITE       "[site a]\nroot = /a\n"
#define NO_NETWORK "this is not an address: 192.0.2.7, 192.0.2.0/24, ::1 or 2001:db8::/32 (names are not looked up)"

static const struct value_row value_rows[] = {
    {KEY_listen_trusted_proxy, "192.0.2.7", NULL, 0, 0},
    {KEY_listen_trusted_proxy, "10.0.0.0/8 2001:db8::/32\t::1", NULL, 0, 0},
    {KEY_listen_trusted_proxy, "unix:", NULL, 0, 0},
    {KEY_listen_trusted_proxy, "127.0.0.1 unix: ::1", NULL, 0, 0},
    {KEY_listen_trusted_proxy, "unix:/run/nginx.sock", "write unix: alone, for whoever comes through a unix socket", 0,
     20},
    {KEY_listen_trusted_proxy, "::/0 192.0.2.7/24",
     "an address within a network: write 192.0.2.0/24 for all of it, or 192.0.2.7 for this one", 5, 12},
    {KEY_listen_trusted_proxy, "2001:db8::1/64",
     "an address within a network: write 2001:db8::/64 for all of it, or 2001:db8::1 for this one", 0, 14},
    {KEY_listen_trusted_proxy, "10.0.0.0/33", "the length of an IPv4 prefix is a number from 0 to 32", 9, 2},
    {KEY_listen_trusted_proxy, "::/129", "the length of an IPv6 prefix is a number from 0 to 128", 3, 3},
    {KEY_listen_trusted_proxy, "10.0.0.0/", "the length of an IPv4 prefix is a number from 0 to 32", 9, 0},
    {KEY_listen_trusted_proxy, "192.0.2.0/255.255.255.0",
     "a mask is written as the number of its bits; did you mean '192.0.2.0/24'?", 10, 13},
    {KEY_listen_trusted_proxy, "10.0.0.0/255.0.255.0", "the length of an IPv4 prefix is a number from 0 to 32", 9, 11},
    {KEY_listen_trusted_proxy, "10.0.0.0/0.0.0.0",
     "a mask is written as the number of its bits; did you mean '10.0.0.0/0'?", 9, 7},
    {KEY_listen_trusted_proxy, "10/8", "an IPv4 address has four parts; did you mean '10.0.0.0/8'?", 0, 2},
    {KEY_listen_trusted_proxy, "::1 172.16/12", "an IPv4 address has four parts; did you mean '172.16.0.0/12'?", 4, 6},
    {KEY_listen_trusted_proxy, "10./8", NO_NETWORK, 0, 3},
    {KEY_listen_trusted_proxy, "*", "for every client write ::/0, or 0.0.0.0/0 for those of IPv4", 0, 1},
    {KEY_listen_trusted_proxy, "[::1]:80", "an address alone, without brackets and port: ::1", 0, 8},
    {KEY_listen_trusted_proxy, "proxy.example/8", NO_NETWORK, 0, 13},
};

static void each_value_is_taken_or_refused_with_what_to_write(void **state)
{
    (void)state;
    run_values(value_rows, ROWS(value_rows));
}

static void a_listener_trusts_256_networks_and_not_one_more(void **state)
{
    char text[8192] = "[listen main]\ntrusted_proxy =";
    size_t n = strlen(text);
    struct config_args args = {.file = "trust.ini"};
    struct config c;
    char *report = NULL;

    (void)state;
    for (int i = 0; i < 256; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, " 10.0.%d.0/24", i);
    (void)snprintf(text + n, sizeof text - n, "\n" SITE);
    write_file("trust.ini", text);
    c = load_good("trust.ini");
    assert_int_equal(c.listens[0].trusted_proxy.n, CONFIG_NETWORKS_MAX);
    config_fini(&c);
    (void)snprintf(text + n, sizeof text - n, "\ntrusted_proxy = ::1 ::2\n" SITE);
    write_file("trust.ini", text);
    assert_int_equal(load(&c, &args, &report), -EINVAL);
    assert_string_equal(report, "trust.ini:3:17: error: more than 256 networks for one listener\n"
                                "  trusted_proxy = ::1 ::2\n                  ^~~\n");
    free(report);
}

/* However it is written, and whatever line it stands in. */
static void a_network_is_there_once(void **state)
{
    struct config_args args = {.file = "twice.ini"};
    struct config c;
    char *report = NULL;

    (void)state;
    write_file("twice.ini", "[listen main]\ntrusted_proxy = ::1 10.0.0.0/8\ntrusted_proxy = x ::0:1\n"
                            "trusted_proxy = 0::1\n" SITE);
    assert_int_equal(load(&c, &args, &report), -EINVAL);
    assert_non_null(strstr(report, "twice.ini:4:17: error: this network is there already\n  trusted_proxy = 0::1\n"
                                   "                  ^~~~\n"
                                   "twice.ini:2:17: note: here\n"));
    /* The wrong line is that, and stands in nobody's way. */
    assert_null(strstr(report, "twice.ini:3:19"));
    free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_taken_or_refused_with_what_to_write),
        cmocka_unit_test(a_listener_trusts_256_networks_and_not_one_more),
        cmocka_unit_test(a_network_is_there_once),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
