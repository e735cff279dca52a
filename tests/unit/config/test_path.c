/* SPDX-License-Identifier: MIT */
/* Paths: which texts are one, what somebody who wrote something else is told, and what of each is kept. */

#include "config/path.h"

#include <stdlib.h>

#include "value_case.h"

static const struct value_row value_rows[] = {
    {KEY_server_sandbox_path, "/usr/share/zoneinfo", NULL, 0, 0},
    {KEY_server_sandbox_path, "/usr/a b,c", NULL, 0, 0},
    {KEY_server_sandbox_path, "/a /b", "one directory a line; 'sandbox_path' may be there several times", 3, 2},
    {KEY_server_sandbox_path, "/a,/b", "one directory a line; 'sandbox_path' may be there several times", 3, 2},
    {KEY_server_sandbox_path, "~/a",
     "'sandbox_path' takes an absolute path, one that starts with '/'; '~' stands for nothing here", 0, 3},
    {KEY_site_root, "\"/a\"",
     "'root' takes an absolute path, one that starts with '/'; only in a file it may stand in quotes", 0, 4},
    {KEY_server_sandbox_path, "share", "'sandbox_path' takes an absolute path, one that starts with '/'", 0, 5},
    {KEY_log_access, "off", NULL, 0, 0},
    {KEY_log_access, "/var/log/access.log", NULL, 0, 0},
    {KEY_log_access, "access.log", "'access' takes off, stdout or /path", 0, 10},
    {KEY_log_error, "off", "'error' takes stderr or /path", 0, 3},
    {KEY_site_root, "/srv/www", NULL, 0, 0},
    {KEY_site_root, "www", "'root' takes an absolute path, one that starts with '/'", 0, 3},
};

static void each_value_is_taken_or_refused_with_what_to_write(void **state)
{
    (void)state;
    run_values(value_rows, ROWS(value_rows));
}

static void a_log_that_is_off_is_kept_as_nothing(void **state)
{
    static const struct stored_row rows[] = {
        {KEY_log_access, "/var/log/a", "/var/log/a"},
        {KEY_log_access, "stdout", "stdout"},
        {KEY_log_access, "off", "off"},
    };
    struct config_log log = {0};

    (void)state;
    run_stored(rows, 2, &log);
    assert_string_equal(log.access, "stdout");
    run_stored(rows, ROWS(rows), &log);
    assert_null(log.access);
}

static void a_path_is_kept_with_what_its_directory_stands_for(void **state)
{
    const struct schema_key *dirs = &schema_keys[KEY_server_sandbox_path];
    const struct schema_key *root = &schema_keys[KEY_site_root];
    struct config_server server = {0};
    struct config_site site = {0};

    (void)state;
    (void)setenv("RUNTIME_DIRECTORY", "/run/baton", 1);
    assert_int_equal(store_set(root, &site, SV("/first")), 0);
    assert_int_equal(store_set(root, &site, SV("$RUNTIME_DIRECTORY/site")), 0);
    assert_string_equal(site.root, "/run/baton/site");
    assert_int_equal(store_set(dirs, &server, SV("$RUNTIME_DIRECTORY/more")), 0);
    assert_int_equal(store_set(dirs, &server, SV("/b")), 0);
    assert_int_equal(server.sandbox_path.n, 2);
    assert_string_equal(server.sandbox_path.v[0], "/run/baton/more");
    assert_string_equal(server.sandbox_path.v[1], "/b");
    store_free(root, &site);
    store_free(dirs, &server);
}

/* Whether a file matches is for whoever looks for it. */
static void any_text_may_be_a_file_to_include(void **state)
{
    const struct schema_key *k = &schema_keys[KEY_server_include];
    struct config_server server = {0};
    struct fault f;

    (void)state;
    assert_true(value_check(k, SV("conf.d/[ab]*.ini #1"), &f));
    assert_int_equal(store_set(k, &server, SV("$HOME/conf.d/*.ini")), 0);
    assert_string_equal(server.include.v[0], "$HOME/conf.d/*.ini");
    store_free(k, &server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_taken_or_refused_with_what_to_write),
        cmocka_unit_test(a_log_that_is_off_is_kept_as_nothing),
        cmocka_unit_test(a_path_is_kept_with_what_its_directory_stands_for),
        cmocka_unit_test(any_text_may_be_a_file_to_include),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
