/* SPDX-License-Identifier: MIT */
/* Rows of `mime`: what is one, what somebody who wrote something else is told, and in what form it is kept. */

#include "config/mime_rule.h"

#include "value_case.h"

static const struct value_row value_rows[] = {
    {KEY_site_mime, ".wasm application/wasm", NULL, 0, 0},
    {KEY_site_mime, ".md\ttext/markdown;charset=utf-8;variant=GFM", NULL, 0, 0},
    {KEY_site_mime, "apple-app-site-association application/json", NULL, 0, 0},
    {KEY_site_mime, "openapi.json application/vnd.oai.openapi+json", NULL, 0, 0},
    {KEY_site_mime, "md text/markdown", NULL, 0, 0},
    {KEY_site_mime, "\xc3\xa9 text/plain", NULL, 0, 0},
    {KEY_site_mime, "a\xff text/plain", "this is not UTF-8", 1, 1},
    {KEY_site_mime, "a/b text/plain", "a file's name alone, without '/'", 0, 3},
    {KEY_site_mime, "/b text/plain", "a file's name alone, without '/'", 0, 2},
    {KEY_site_mime, "text/plain .md", "the type comes last: .md text/plain", 0, 10},
    {KEY_site_mime, "name, text/plain", "a space alone parts a name from its type", 4, 1},
    {KEY_site_mime, "name: text/plain", "a space alone parts a name from its type", 4, 1},
    {KEY_site_mime, "*.md text/plain", "this is no pattern, but an extension, such as .md, or the whole name of a file",
     0, 4},
    {KEY_site_mime, "name text", "this is not a media type: text/plain, or text/plain;charset=utf-8", 5, 4},
    {KEY_site_mime, ".md", "a line is an extension or a name, and its type: .ext type/subtype", 0, 3},
    {KEY_site_mime, ". text/markdown", "an extension is one dot, and letters, digits, '-', '_' or '+': .ext", 0, 1},
    {KEY_site_mime, ".tar.gz application/gzip", "an extension is one dot, and letters, digits, '-', '_' or '+': .ext",
     0, 7},
    {KEY_site_mime, ".a/b text/x", "an extension is one dot, and letters, digits, '-', '_' or '+': .ext", 0, 4},
    {KEY_site_mime, ".md text", "this is not a media type: text/plain, or text/plain;charset=utf-8", 4, 4},
    {KEY_site_mime, ".md text/", "this is not a media type: text/plain, or text/plain;charset=utf-8", 4, 5},
    {KEY_site_mime, ".md text/plain;", "this is not a media type: text/plain, or text/plain;charset=utf-8", 4, 11},
    {KEY_site_mime, ".md text/plain;a=", "this is not a media type: text/plain, or text/plain;charset=utf-8", 4, 13},
    {KEY_site_mime, ".md text/plain x", "one type a line, and no space within it", 15, 1},
};

static void each_value_is_taken_or_refused_with_what_to_write(void **state)
{
    (void)state;
    run_values(value_rows, ROWS(value_rows));
}

static void a_mime_row_is_kept_with_its_extension_in_lower_case(void **state)
{
    const struct schema_key *k = &schema_keys[KEY_site_mime];
    struct config_site site = {0};

    (void)state;
    assert_int_equal(store_set(k, &site, SV(".ab text/css")), 0);
    assert_int_equal(store_set(k, &site, SV(".A\ttext/html")), 0);
    assert_int_equal(store_set(k, &site, SV("Name.A  text/plain")), 0);
    assert_int_equal(site.mime.n, 3);
    assert_string_equal(site.mime.v[0], ".ab text/css");
    assert_string_equal(site.mime.v[1], ".a text/html");
    assert_string_equal(site.mime.v[2], "Name.A text/plain");
    store_free(k, &site);
    assert_int_equal(site.mime.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_taken_or_refused_with_what_to_write),
        cmocka_unit_test(a_mime_row_is_kept_with_its_extension_in_lower_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
