/* SPDX-License-Identifier: MIT */
/* Names of files in a directory: those that could never be found there are refused. */

#include "config/file_names.h"

#include "value_case.h"

static const struct value_row value_rows[] = {
    {KEY_site_index, "index.html index.htm", NULL, 0, 0},
    {KEY_site_index, "a..b/..c", NULL, 0, 0},
    {KEY_site_index, "a \"b c\"", "a name stands without quotes, and holds no space", 2, 2},
    {KEY_site_index, "'a'", "a name stands without quotes, and holds no space", 0, 3},
    {KEY_site_index, "a /b", "a name relative to the directory that was asked for, so without '/' in front", 2, 2},
    {KEY_site_index, "a b/../c", "'..' would lead out of the directory that was asked for", 4, 2},
    {KEY_site_index, "a b/..", "'..' would lead out of the directory that was asked for", 4, 2},
    {KEY_site_index, "a .", "an index is a file, and this is a directory", 2, 1},
    {KEY_site_index, "a b/", "an index is a file, and this is a directory", 2, 2},
    {KEY_site_index, "b/. a", "an index is a file, and this is a directory", 0, 3},
};

static void each_value_is_taken_or_refused_with_what_to_write(void **state)
{
    (void)state;
    run_values(value_rows, ROWS(value_rows));
}

static void names_are_kept_in_their_order(void **state)
{
    const struct schema_key *k = &schema_keys[KEY_site_index];
    struct config_site site = {0};

    (void)state;
    assert_int_equal(store_set(k, &site, SV("index.html")), 0);
    assert_int_equal(store_set(k, &site, SV("a/b")), 0);
    assert_int_equal(site.index.n, 2);
    assert_string_equal(site.index.v[0], "index.html");
    assert_string_equal(site.index.v[1], "a/b");
    store_free(k, &site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_taken_or_refused_with_what_to_write),
        cmocka_unit_test(names_are_kept_in_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
