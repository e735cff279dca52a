/* SPDX-License-Identifier: MIT */
/* Names of users and groups: what may be one, and what no list of users can hold. */

#include "config/user_name.h"

#include "value_case.h"

#define NO_NAME "a name is one word, without quotes, ':', ',' and '/'"

static const struct value_row value_rows[] = {
    {KEY_server_user, "www-data", NULL, 0, 0},
    {KEY_server_user, "_baton.1", NULL, 0, 0},
    {KEY_server_user, "host$", NULL, 0, 0},
    {KEY_server_user, "\xc3\xa9ric", NULL, 0, 0},
    {KEY_server_user, "www data", NO_NAME, 3, 1},
    {KEY_server_user, "www:data", NO_NAME, 3, 1},
    {KEY_server_user, "\"www\"", NO_NAME, 0, 1},
    {KEY_server_group, "../x", NO_NAME, 2, 1},
    {KEY_server_group, "a,b", NO_NAME, 1, 1},
    {KEY_server_group, "-g", "a name does not begin with '-'", 0, 1},
    {KEY_server_group, "33", "'group' takes a name, and this is a number", 0, 2},
    {KEY_server_group, "33a", NULL, 0, 0},
    {KEY_server_group, "a\xff", "this is not UTF-8", 1, 1},
};

static void each_value_is_taken_or_refused_with_what_to_write(void **state)
{
    (void)state;
    run_values(value_rows, ROWS(value_rows));
}

static void a_name_has_255_bytes_at_most(void **state)
{
    char text[300];
    struct fault f;

    (void)state;
    memset(text, 'x', sizeof text);
    assert_true(value_check(&schema_keys[KEY_server_user], sv_of(text, 255), &f));
    assert_false(value_check(&schema_keys[KEY_server_user], sv_of(text, 256), &f));
    assert_string_equal(f.why, "a name is at most 255 bytes long");
    assert_int_equal(f.at, 255);
}

static void a_name_is_kept_as_it_is_written(void **state)
{
    static const struct stored_row rows[] = {
        {KEY_server_user, "baton", "baton"},
        {KEY_server_user, "www-data", "www-data"},
    };
    struct config_server s = {0};
    struct buf b = {0};

    (void)state;
    assert_int_equal(store_print(&b, &schema_keys[KEY_server_user], &s), 0);
    assert_int_equal(b.len, 0);
    run_stored(rows, ROWS(rows), &s);
    assert_string_equal(s.user, "www-data");
    store_free(&schema_keys[KEY_server_user], &s);
    assert_null(s.user);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_taken_or_refused_with_what_to_write),
        cmocka_unit_test(a_name_has_255_bytes_at_most),
        cmocka_unit_test(a_name_is_kept_as_it_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
