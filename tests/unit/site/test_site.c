/* SPDX-License-Identifier: MIT */
/* A site is its keys, taken apart once, and each rule says where it is written. */

#include "site/site.h"

#include "config/blame.h"
#include "config/load.h"
#include "site/types.h"

#include "scratch.h"

static const char ini[] = "[site default]\n"
                          "root = /\n"
                          "precompressed = zst gz\n"
                          "etag = content\n"
                          "mime = .x text/x;charset=utf-8\n"
                          "cache = /a/* 1h\n"
                          "cache = *.css no-store\n";

static void expect_origin(const struct config *c, struct config_at at, const char *text)
{
    struct buf origin = {0};

    assert_int_equal(config_origin(c, at, &origin), 0);
    expect(sv_eq(buf_sv(&origin), sv_cstr(text)), "%.*s instead of %s", SV_ARG(buf_sv(&origin)), text);
    buf_fini(&origin);
}

static void each_value_is_taken_apart_and_has_its_place(void **state)
{
    struct diagnose report;
    struct config c;
    struct sites sites;

    (void)state;
    make_file("a.ini", sv_cstr(ini));
    diagnose_init(&report, false);
    assert_int_equal(config_load(&c, &(struct config_args){.file = "a.ini"}, &report), 0);
    diagnose_fini(&report);
    assert_int_equal(sites_init(&sites, &c), 0);
    assert_int_equal(sites.n, 1);
    const struct site *s = &sites.v[0];
    assert_string_equal(s->name, "default");
    assert_string_equal(s->root, "/");
    assert_int_equal(s->etag, ETAG_CONTENT);
    assert_int_equal(s->codings.n, 2);
    assert_int_equal(s->codings.order[0], CODING_ZSTD);
    assert_int_equal(s->codings.order[1], CODING_GZIP);
    const struct rule *type = types_find(s, SV("/b.x"));
    assert_true(sv_eq(type->of, SV(".x")) && sv_eq(type->says, SV("text/x;charset=utf-8")));
    expect_origin(&c, type->at, "a.ini:5");
    const struct rule *cache = rules_next(&s->rules[RULE_cache], NULL, SV("/b.css"), SV("/b.css"));
    assert_true(sv_eq(cache->of, SV("*.css")) && sv_eq(cache->says, SV("no-store")));
    expect_origin(&c, cache->at, "a.ini:7");
    expect_origin(&c, rules_next(&s->rules[RULE_cache], NULL, SV("/a/b.css"), SV("/x"))->at, "a.ini:6");
    expect_origin(&c, site_at(s, KEY_site_index, 0), "default");
    sites_fini(&sites);
    config_fini(&c);
}

static struct config_site section(char *name)
{
    return (struct config_site){.name = name, .root = "/"};
}

static void a_host_leads_to_the_site_of_its_name(void **state)
{
    struct config_site sections[] = {section("a.example"), section("*.b.example"), section("b.example")};
    const struct config c = {.sites = sections, .n_sites = ROWS(sections)};
    struct sites sites;

    (void)state;
    assert_int_equal(sites_init(&sites, &c), 0);
    assert_int_equal(hosts_find(&sites.hosts, SV("b.example:80")), 2);
    assert_int_equal(hosts_find(&sites.hosts, SV("x.b.example")), 1);
    assert_int_equal(hosts_find(&sites.hosts, SV("other")), 0);
    sites_fini(&sites);
}

static void every_host_leads_to_one_that_is_alone(void **state)
{
    struct config_site sections[] = {section("a.example")};
    const struct config c = {.sites = sections, .n_sites = 1};
    struct sites sites;

    (void)state;
    assert_int_equal(sites_init(&sites, &c), 0);
    assert_int_equal(hosts_find(&sites.hosts, SV("other")), 0);
    assert_null(sites.hosts.row);
    sites_fini(&sites);
}

static void without_sites_there_is_nothing(void **state)
{
    const struct config none = {.sites = NULL};
    struct sites sites;

    (void)state;
    assert_int_equal(sites_init(&sites, &none), 0);
    assert_int_equal(sites.n, 0);
    sites_fini(&sites);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(each_value_is_taken_apart_and_has_its_place),
        cmocka_unit_test(a_host_leads_to_the_site_of_its_name),
        cmocka_unit_test(every_host_leads_to_one_that_is_alone),
        cmocka_unit_test(without_sites_there_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
