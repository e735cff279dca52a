/* SPDX-License-Identifier: MIT */
/* The type of a file: of the rows of `mime` a whole name wins over an extension, and both over the built-in table. */

#include "site/types.h"

#include "expect.h"

static char *rows[] = {".tar.gz application/x-never",
                       ".gz application/x-packed",
                       "Makefile text/x-makefile",
                       "data.gz application/x-data",
                       ".svgz image/svg+xml",
                       ".txt text/x-own; charset=utf-8",
                       "wpad.dat text/plain",
                       "x.svgz application/gzip",
                       "y.svgz image/svg+xml; charset=utf-8",
                       "z.svgz Image/SVG+XML",
                       "w.svgz image/svg; a=image/svg+xml"};

static const struct config_site keys = {.mime = {rows, sizeof rows / sizeof rows[0]}};
static const struct config_site no_keys;
static struct site site, bare;

static void expect_mime(const struct site *s, const char *name, const char *type, enum coding coding)
{
    struct mime got = types_of(s, sv_cstr(name));

    expect(sv_eq(got.type, sv_cstr(type)), "%s is %.*s", name, SV_ARG(got.type));
    expect(got.coding == coding, "%s is in coding %d", name, got.coding);
}

static void a_row_for_the_whole_name_wins_over_one_for_its_extension(void **state)
{
    (void)state;
    expect_mime(&site, "/a/b.gz", "application/x-packed", CODING_IDENTITY);
    expect_mime(&site, "/a/data.gz", "application/x-data", CODING_IDENTITY);
    expect_mime(&site, "/data.gz", "application/x-data", CODING_IDENTITY);
    expect_mime(&site, "/data.gz/x.gz", "application/x-packed", CODING_IDENTITY);
    expect_mime(&site, "/xdata.gz", "application/x-packed", CODING_IDENTITY);
    assert_ptr_equal(types_find(&site, SV("/data.gz")), &site.rules[RULE_mime].v[3]);
    assert_ptr_equal(types_find(&site, SV("/other.gz")), &site.rules[RULE_mime].v[1]);
}

static void a_name_is_matched_as_it_is_written_and_an_extension_in_any_case(void **state)
{
    (void)state;
    expect_mime(&site, "/Makefile", "text/x-makefile", CODING_IDENTITY);
    expect_mime(&site, "/makefile", "application/octet-stream", CODING_IDENTITY);
    expect_mime(&site, "/DATA.GZ", "application/x-packed", CODING_IDENTITY);
    expect_mime(&site, "/a.TXT", "text/x-own; charset=utf-8", CODING_IDENTITY);
}

static void a_row_wins_over_the_built_in_table(void **state)
{
    (void)state;
    expect_mime(&site, "/wpad.dat", "text/plain", CODING_IDENTITY);
    expect_mime(&bare, "/wpad.dat", "application/x-ns-proxy-autoconfig", CODING_IDENTITY);
    expect_mime(&site, "/a.html", "text/html; charset=utf-8", CODING_IDENTITY);
    assert_null(types_find(&site, SV("/a.html")));
    assert_null(types_find(&bare, SV("/a.html")));
}

/* The coding belongs to what the built-in table takes such a file for; who takes it for another thing sends it as it is. */
static void a_coding_stays_with_its_type(void **state)
{
    (void)state;
    expect_mime(&bare, "/a.svgz", "image/svg+xml", CODING_GZIP);
    expect_mime(&site, "/a.svgz", "image/svg+xml", CODING_GZIP);
    expect_mime(&site, "/x.svgz", "application/gzip", CODING_IDENTITY);
    expect_mime(&site, "/y.svgz", "image/svg+xml; charset=utf-8", CODING_GZIP);
    expect_mime(&site, "/z.svgz", "Image/SVG+XML", CODING_GZIP);
    expect_mime(&site, "/w.svgz", "image/svg; a=image/svg+xml", CODING_IDENTITY);
}

static int begin(void **state)
{
    (void)state;
    int err = site_init(&site, &keys, 0);
    return err == 0 ? site_init(&bare, &no_keys, 1) : err;
}

static int end(void **state)
{
    (void)state;
    site_fini(&site);
    site_fini(&bare);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_for_the_whole_name_wins_over_one_for_its_extension),
        cmocka_unit_test(a_name_is_matched_as_it_is_written_and_an_extension_in_any_case),
        cmocka_unit_test(a_row_wins_over_the_built_in_table),
        cmocka_unit_test(a_coding_stays_with_its_type),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
