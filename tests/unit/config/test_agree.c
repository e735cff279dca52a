/* SPDX-License-Identifier: MIT */
/* What no single value can be blamed for: addresses that are in each other's way, and keys that do not go together. */

#include "config/agree.h"

#include "config_case.h"

#define TWICE "error: this address is listened on already"
#define OVERLAP \
    "error: of two addresses one is among those of the other: [::] is every address, 0.0.0.0 every IPv4 one\n"
#define REUSEPORT "[server]\naccept = reuseport\n"

static void addresses_that_are_apart_go_together(void **state)
{
    static const struct case_row rows[] = {
        {"[listen a]\naddress = [::]:80\naddress = 0.0.0.0:81\naddress = 127.0.0.1:0\naddress = 127.0.0.1:0\n" FILE_A,
         NULL, "a: [::]:80 0.0.0.0:81 127.0.0.1:0 127.0.0.1:0 4096; a: /a index.html; off"},
        /* Workers that each accept share their ports. */
        {"[listen a]\naddress = [::]:80\naddress = 127.0.0.1:80\n" FILE_A REUSEPORT, NULL,
         "a: [::]:80 127.0.0.1:80 4096; a: /a index.html; off"},
        /* The default is that of a section which sets none. */
        {"[listen a]\n[listen b]\naddress = 127.0.0.1:8081\n" FILE_A, NULL,
         "a: 127.0.0.1:8080 4096; b: 127.0.0.1:8081 4096; a: /a index.html; off"},
    };

    (void)state;
    run_good(rows, ROWS(rows));
}

static void of_two_addresses_in_each_others_way_the_later_is_an_error(void **state)
{
    static const struct case_row rows[] = {
        {"[listen a]\naddress = [::]:80\naddress = 127.0.0.1:80\n" FILE_A, NULL,
         "t.ini:3:11: " OVERLAP "  address = 127.0.0.1:80\n            ^~~~~~~~~~~~\n"
         "t.ini:2:11: note: here\n  address = [::]:80\n            ^~~~~~~\n"},
        /* Not even with reuseport: no two sockets have the same address twice, and [status] has one worker. */
        {"[listen a]\naddress = [::]:80\naddress = [0::0]:80\n" FILE_A REUSEPORT, NULL,
         "t.ini:3:11: " TWICE "\n  address = [0::0]:80\n            ^~~~~~~~~\n"
         "t.ini:2:11: note: here\n  address = [::]:80\n            ^~~~~~~\n"},
        {"[status]\naddress = 127.0.0.1:80\n[listen a]\naddress = [::]:80\n" FILE_A REUSEPORT, NULL,
         "t.ini:2:11: " OVERLAP "  address = 127.0.0.1:80\n            ^~~~~~~~~~~~\n"
         "t.ini:4:11: note: here, by [listen a]\n  address = [::]:80\n            ^~~~~~~\n"},
        {"[listen a]\n[listen b]\n" FILE_A, NULL,
         "t.ini:2:9: error: no address is set, and the default, 127.0.0.1:8080, is listened on already\n"
         "  [listen b]\n          ^\n"
         "t.ini:1:9: note: here\n  [listen a]\n          ^\n"},
        /* Told once, of the first that it meets. */
        {"[listen a]\naddress = unix:/a\naddress = unix:/a\naddress = unix:/a\n" FILE_A, NULL,
         "t.ini:3:11: " TWICE "\n  address = unix:/a\n            ^~~~~~~\n"
         "t.ini:2:11: note: here\n  address = unix:/a\n            ^~~~~~~\n"
         "t.ini:4:11: " TWICE "\n  address = unix:/a\n            ^~~~~~~\n"
         "t.ini:2:11: note: here\n  address = unix:/a\n            ^~~~~~~\n"},
        /* One that is none is reported as that, and is in nobody's way. */
        {"[listen a]\naddress = unix:/b\naddress = unix:a\naddress = unix:a\n" FILE_A, NULL,
         "t.ini:3:16: error: the path of a socket starts with '/': unix:/run/baton/http.sock\n"
         "  address = unix:a\n                 ^\n"
         "t.ini:4:16: error: the path of a socket starts with '/': unix:/run/baton/http.sock\n"
         "  address = unix:a\n                 ^\n"},
    };

    (void)state;
    run_bad(rows, ROWS(rows));
}

static void write_addresses(const char *path, int first, int second)
{
    FILE *f = fopen(path, "we");

    assert_non_null(f);
    for (int i = 0; i < first + second; i++)
        assert_true(fprintf(f, "%saddress = unix:/%d\n",
                            i == 0       ? "[listen a]\n"
                            : i == first ? "[listen b]\n"
                                         : "",
                            i) > 0);
    assert_true(fputs(FILE_A, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void a_thousand_addresses_are_compared_and_not_one_more(void **state)
{
    struct config_args args = {.file = "many.ini"};
    struct config c;
    char *report = NULL;

    (void)state;
    write_addresses("many.ini", 500, 500);
    c = load_good("many.ini");
    assert_int_equal(c.listens[1].address.n, 500);
    config_fini(&c);
    write_addresses("many.ini", 500, 501);
    assert_int_equal(load(&c, &args, &report), -EINVAL);
    assert_string_equal(report, "batond: error: more than 1000 addresses\n");
    free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_that_are_apart_go_together),
        cmocka_unit_test(of_two_addresses_in_each_others_way_the_later_is_an_error),
        cmocka_unit_test(a_thousand_addresses_are_compared_and_not_one_more),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
