/* SPDX-License-Identifier: MIT */
/* Words of a key, one or several: which are taken, which was meant by another one, and in what form they are kept. */

#include "config/words.h"

#include "value_case.h"

#define CODINGS "'precompressed' takes br, zst or gz"

static const struct value_row value_rows[] = {
    {KEY_server_accept, "handoff", NULL, 0, 0},
    {KEY_server_accept, "reuseport", NULL, 0, 0},
    {KEY_server_accept, "reuse-port", "'accept' takes handoff or reuseport; did you mean 'reuseport'?", 0, 10},
    {KEY_server_accept, "epoll", "'accept' takes handoff or reuseport", 0, 5},
    {KEY_server_sandbox, "require", NULL, 0, 0},
    {KEY_server_sandbox, "required", "'sandbox' takes yes, no or require; did you mean 'require'?", 0, 8},
    {KEY_log_format, "JSON", "'format' takes combined or json; did you mean 'json'?", 0, 4},
    {KEY_log_full, "drop", NULL, 0, 0},
    {KEY_log_full, "wait", NULL, 0, 0},
    {KEY_log_full, "block", "'full' takes drop or wait", 0, 5},
    {KEY_log_level, "warn", "'level' takes error, warning, notice, info or debug; did you mean 'warning'?", 0, 4},
    {KEY_log_level, "debgu", "'level' takes error, warning, notice, info or debug; did you mean 'debug'?", 0, 5},
    {KEY_site_precompressed, "br zst gz", NULL, 0, 0},
    {KEY_site_precompressed, "gz\tbr", NULL, 0, 0},
    {KEY_site_precompressed, "brotli", CODINGS "; did you mean 'br'?", 0, 6},
    {KEY_site_precompressed, "br gzip", CODINGS "; did you mean 'gz'?", 3, 4},
    {KEY_site_precompressed, "gz zstd br", CODINGS "; did you mean 'zst'?", 3, 4},
    {KEY_site_precompressed, ".gz", CODINGS "; did you mean 'gz'?", 0, 3},
    {KEY_site_precompressed, "BR", CODINGS "; did you mean 'br'?", 0, 2},
    {KEY_site_precompressed, "br deflate", CODINGS, 3, 7},
    {KEY_site_precompressed, "g", CODINGS, 0, 1},
};

static void each_value_is_taken_or_refused_with_what_to_write(void **state)
{
    (void)state;
    run_values(value_rows, ROWS(value_rows));
}

static void one_word_is_kept_as_its_place(void **state)
{
    static const struct stored_row rows[] = {
        {KEY_server_accept, "handoff", "handoff"},
        {KEY_server_sandbox, "require", "require"},
        {KEY_server_accept, "reuseport", "reuseport"},
    };
    struct config_server s = {0};

    (void)state;
    run_stored(rows, ROWS(rows), &s);
    assert_int_equal(s.accept, ACCEPT_REUSEPORT);
    assert_int_equal(s.sandbox, SANDBOX_REQUIRE);
}

static void several_words_are_kept_in_their_order(void **state)
{
    const struct schema_key *k = &schema_keys[KEY_site_precompressed];
    struct config_site site = {0};

    (void)state;
    assert_int_equal(store_set(k, &site, SV("gz")), 0);
    assert_int_equal(store_set(k, &site, SV("br")), 0);
    assert_int_equal(site.precompressed.n, 2);
    assert_string_equal(site.precompressed.v[0], "gz");
    assert_string_equal(site.precompressed.v[1], "br");
    store_free(k, &site);
}

/* http/negotiate finds a coding by each of these words. */
static void the_words_of_precompressed_are_the_suffixes_of_the_codings(void **state)
{
    static const char *const suffixes[] = {
#define CODING(id, token, suffix, x_name) suffix,
#include "http/coding.def"
#undef CODING
    };
    const struct schema_key *k = &schema_keys[KEY_site_precompressed];
    struct sv rest = schema_words(k);
    struct sv word;

    (void)state;
    for (size_t i = 0; i < ROWS(suffixes); i++)
        expect(schema_word_index(k, sv_cstr(suffixes[i])) == (int)i, "%s", suffixes[i]);
    for (size_t i = 0; i < ROWS(suffixes); i++)
        assert_true(sv_next_word(&rest, &word));
    assert_false(sv_next_word(&rest, &word));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_taken_or_refused_with_what_to_write),
        cmocka_unit_test(one_word_is_kept_as_its_place),
        cmocka_unit_test(several_words_are_kept_in_their_order),
        cmocka_unit_test(the_words_of_precompressed_are_the_suffixes_of_the_codings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
