/* SPDX-License-Identifier: MIT */
/* Which site a Host leads to. */

#include "site/hosts.h"

#include <stdio.h>
#include <stdlib.h>

#include "expect.h"

enum { FALLBACK = 99, MANY = 10000 };

static const struct host_name names[] = {
    {{"example.com", 11}, 1},        {{"*.example.com", 13}, 2},
    {{"*.deep.example.com", 18}, 3}, {{"WWW.Example.com", 15}, 4},
    {{"192.0.2.1", 9}, 5},           {{"[2001:db8::1]", 13}, 6},
    {{"example.com", 11}, 7},        {{"*.org", 5}, 8},
    {{"dot.example.net.", 16}, 9},   {{"*.", 2}, 10},
    {{"*odd.net", 8}, 11},
};

static void each_host_leads_to_its_site(void **state)
{
    static const struct row {
        const char *host;
        size_t site;
    } rows[] = {
        {"example.com", 1},
        {"EXAMPLE.com", 1},
        {"example.com:8080", 1},
        {"example.com.", 1},
        {"example.com.:80", 1},
        {"a.example.com", 2},
        {"a.b.example.com", 2},
        {"notexample.com", FALLBACK},
        {"x.deep.example.com", 3},
        {"deep.example.com", 2},
        {"www.example.com", 4},
        {"x.www.example.com", 2},
        {"192.0.2.1:80", 5},
        {"192.0.2.2", FALLBACK},
        {"[2001:db8::1]:80", 6},
        {"[2001:DB8::1]", 6},
        {"[2001:db8::2]", FALLBACK},
        {"a.org", 8},
        {"org", FALLBACK},
        {"dot.example.net", 9},
        {".example.com", FALLBACK},
        {".", FALLBACK},
        {"", FALLBACK},
        {":80", FALLBACK},
        {"example.com..", FALLBACK},
        {"com", FALLBACK},
        {"odd.net", FALLBACK},
        {"*.example.com", 2},
    };
    struct hosts h;

    (void)state;
    assert_int_equal(hosts_init(&h, names, ROWS(names), FALLBACK), 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t site = hosts_find(&h, sv_cstr(rows[i].host));
        expect(site == rows[i].site, "%s leads to %zu", rows[i].host, site);
    }
    hosts_fini(&h);
}

static void a_name_that_is_too_long_is_nobody_s(void **state)
{
    static char host[HOST_MAX + 2];
    struct host_name longest = {{host, HOST_MAX}, 1};
    struct hosts h;

    (void)state;
    memset(host, 'a', sizeof host);
    assert_int_equal(hosts_init(&h, &longest, 1, FALLBACK), 0);
    assert_int_equal(hosts_find(&h, sv_of(host, HOST_MAX)), 1);
    assert_int_equal(hosts_find(&h, sv_of(host, HOST_MAX + 1)), FALLBACK);
    hosts_fini(&h);
}

static void without_names_all_is_the_default_s(void **state)
{
    struct hosts h;

    (void)state;
    assert_int_equal(hosts_init(&h, NULL, 0, FALLBACK), 0);
    assert_int_equal(hosts_find(&h, SV("example.com")), FALLBACK);
    hosts_fini(&h);
}

/* A search for what is not there ends at a free row, so there must be one. */
static void a_table_of_few_is_never_full(void **state)
{
    struct hosts h;

    (void)state;
    for (size_t n = 1; n <= ROWS(names); n++) {
        assert_int_equal(hosts_init(&h, names, n, FALLBACK), 0);
        assert_true(h.n_rows >= 2 * n);
        assert_int_equal(hosts_find(&h, SV("nobody.example.net")), FALLBACK);
        hosts_fini(&h);
    }
}

static void many_are_found_each(void **state)
{
    static char text[MANY][24];
    static struct host_name all[MANY];
    struct hosts h;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        int len = snprintf(text[i], sizeof text[i], "%shost-%zu.example", i % 2 == 0 ? "" : "*.", i);
        all[i] = (struct host_name){sv_of(text[i], (size_t)len), i};
    }
    assert_int_equal(hosts_init(&h, all, MANY, FALLBACK), 0);
    for (size_t i = 0; i < MANY; i++) {
        char host[32];
        int len = snprintf(host, sizeof host, "%shost-%zu.example", i % 2 == 0 ? "" : "x.", i);
        expect(hosts_find(&h, sv_of(host, (size_t)len)) == i, "host %zu", i);
    }
    hosts_fini(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_host_leads_to_its_site),
        cmocka_unit_test(a_name_that_is_too_long_is_nobody_s),
        cmocka_unit_test(without_names_all_is_the_default_s),
        cmocka_unit_test(a_table_of_few_is_never_full),
        cmocka_unit_test(many_are_found_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
