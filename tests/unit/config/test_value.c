/* SPDX-License-Identifier: MIT */
/* What holds for values of all types: control bytes, an empty text, commas between words, and what may stand in a file
 * without quotes. */

#include "config/value.h"

#include "value_case.h"

static const struct value_row value_rows[] = {
    {KEY_server_workers, "", "no value: 'workers' takes auto or 1..1024", 0, 0},
    {KEY_server_workers, "1\n2", "a control byte", 1, 1},
    {KEY_server_group, "", "no value: 'group' takes a name", 0, 0},
    {KEY_listen_trusted_proxy, "10.0.0.1,10.0.0.2", "a space, and no comma, parts the words of 'trusted_proxy'", 8, 1},
    {KEY_site_index, "index.html, index.htm", "a space, and no comma, parts the words of 'index'", 10, 1},
    {KEY_site_index, "a,b", "a space, and no comma, parts the words of 'index'", 1, 1},
    {KEY_site_precompressed, "br, gz", "a space, and no comma, parts the words of 'precompressed'", 2, 1},
    {KEY_site_precompressed, "br zst,gz", "a space, and no comma, parts the words of 'precompressed'", 6, 1},
    {KEY_site_cache, "/a\x7f 1h", "a control byte", 2, 1},
};

static void each_value_is_taken_or_refused_with_what_to_write(void **state)
{
    (void)state;
    run_values(value_rows, ROWS(value_rows));
}

static void the_values_of_a_line_are_taken_one_by_one(void **state)
{
    struct sv rest = SV(" a\t b  c ");
    struct sv one;

    (void)state;
    assert_true(value_next(&schema_keys[KEY_site_index], &rest, &one) && sv_eq(one, SV("a")));
    assert_true(value_next(&schema_keys[KEY_site_index], &rest, &one) && sv_eq(one, SV("b")));
    assert_true(value_next(&schema_keys[KEY_site_index], &rest, &one) && sv_eq(one, SV("c")));
    assert_false(value_next(&schema_keys[KEY_site_index], &rest, &one));
    rest = SV("/a b c");
    assert_true(value_next(&schema_keys[KEY_server_sandbox_path], &rest, &one) && sv_eq(one, SV("/a b c")));
    assert_false(value_next(&schema_keys[KEY_server_sandbox_path], &rest, &one));
}

/* What is wrong with one of several words is told with its place among them. */
static void a_fault_has_its_place_in_the_line(void **state)
{
    struct fault f;

    (void)state;
    assert_false(value_check(&schema_keys[KEY_listen_trusted_proxy], SV("::1  10.0.0.0/8 10.0.0.0/64"), &f));
    assert_int_equal(f.at, 16 + 9);
    assert_int_equal(f.len, 2);
}

static void what_a_key_takes_is_said_in_words(void **state)
{
    static const struct {
        enum key_id key;
        const char *takes;
    } rows[] = {
        {KEY_listen_defer_accept, "yes or no"},      {KEY_server_accept, "handoff or reuseport"},
        {KEY_server_sandbox, "yes, no or require"},  {KEY_server_workers, "auto or 1..1024"},
        {KEY_server_cache_file_max, "0..16m bytes"}, {KEY_server_drain_delay, "0s..1h"},
        {KEY_log_access, "off, stdout or /path"},    {KEY_log_error, "stderr or /path"},
        {KEY_site_root, "an absolute path"},         {KEY_site_precompressed, "br, zst or gz"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct buf b = {0};
        assert_int_equal(value_describe(&b, &schema_keys[rows[i].key]), 0);
        expect(sv_eq(buf_sv(&b), sv_cstr(rows[i].takes)), "%.*s", (int)b.len, b.p);
        buf_fini(&b);
    }
}

static void a_mark_may_be_a_part_of_a_path_and_of_a_rule(void **state)
{
    static const struct {
        enum key_id key;
        const char *text;
        bool may;
    } rows[] = {
        {KEY_server_workers, "4", false},      {KEY_server_user, "baton", false},
        {KEY_site_index, "a", false},          {KEY_site_cache, "/a", true},
        {KEY_site_mime, "name", true},         {KEY_site_root, "/srv", true},
        {KEY_server_include, "a.ini", true},   {KEY_log_access, "stdout", false},
        {KEY_log_access, "/a", true},          {KEY_log_access, "$LOGS_DIRECTORY/a", true},
        {KEY_listen_address, "unix:/a", true}, {KEY_listen_address, "[::]:80", false},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        expect(value_may_hold_marks(&schema_keys[rows[i].key], sv_cstr(rows[i].text)) == rows[i].may, "%s",
               rows[i].text);
}

/* `at` is where a further word begins, or what may part it from the path; as long as the text where there is none. */
static void a_further_word_behind_a_path_is_told(void **state)
{
    static const struct {
        enum key_id key;
        const char *text;
        size_t at;
    } rows[] = {
        {KEY_log_access, "/a", 2},           {KEY_log_access, "/a json", 3},       {KEY_log_access, "/a,", 2},
        {KEY_log_access, "/a, /b", 2},       {KEY_log_access, "/a  \t b c", 6},    {KEY_log_access, "/a ", 3},
        {KEY_log_access, "stdout json", 11}, {KEY_listen_address, "unix:/a b", 8}, {KEY_site_root, "/a b", 4},
        {KEY_log_access, "/a,b", 4},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t len = strlen(rows[i].text);
        struct fault f = {.at = len};
        bool plain = value_check_plain(&schema_keys[rows[i].key], sv_of(rows[i].text, len), &f);
        expect(plain == (rows[i].at == len) && f.at == rows[i].at && (plain || f.len == len - f.at), "'%s': at %zu",
               rows[i].text, f.at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_taken_or_refused_with_what_to_write),
        cmocka_unit_test(the_values_of_a_line_are_taken_one_by_one),
        cmocka_unit_test(a_fault_has_its_place_in_the_line),
        cmocka_unit_test(what_a_key_takes_is_said_in_words),
        cmocka_unit_test(a_mark_may_be_a_part_of_a_path_and_of_a_rule),
        cmocka_unit_test(a_further_word_behind_a_path_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
