/* SPDX-License-Identifier: MIT */
/* Views of bytes: comparing, trimming and finding, with empty and NULL views among the rows. */

#include "base/sv.h"

#include "expect.h"
#include "guard.h"

static const struct sv nothing = {NULL, 0};

static void lengths_count_bytes_and_not_up_to_a_nul(void **state)
{
    (void)state;
    assert_int_equal(SV("a\0b").len, 3);
    assert_int_equal(SV("").len, 0);
    assert_int_equal(sv_cstr("abc").len, 3);
    assert_int_equal(sv_cstr(NULL).len, 0);
    assert_true(sv_eq(SV("a\0b"), sv_of("a\0bc", 3)));
    assert_false(sv_eq(SV("a\0b"), SV("a\0c")));
}

static void equality_is_by_bytes_and_ieq_folds_ascii_letters_alone(void **state)
{
    static const struct {
        struct sv a, b;
        bool eq, ieq;
    } rows[] = {
        {{"", 0}, {"", 0}, true, true},           {{NULL, 0}, {"", 0}, true, true},
        {{NULL, 0}, {NULL, 0}, true, true},       {{"a", 1}, {NULL, 0}, false, false},
        {{"abc", 3}, {"abc", 3}, true, true},     {{"abc", 3}, {"abd", 3}, false, false},
        {{"abc", 3}, {"ab", 2}, false, false},    {{"AZaz", 4}, {"azAZ", 4}, false, true},
        {{"@[`{", 4}, {"@[`{", 4}, true, true},   {{"@", 1}, {"`", 1}, false, false},
        {{"[", 1}, {"{", 1}, false, false},       {{"-", 1}, {"\r", 1}, false, false},
        {{"\xc4", 1}, {"\xe4", 1}, false, false},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        expect(sv_eq(rows[i].a, rows[i].b) == rows[i].eq, "row %zu: eq", i);
        expect(sv_eq(rows[i].b, rows[i].a) == rows[i].eq, "row %zu: eq, turned round", i);
        expect(sv_ieq(rows[i].a, rows[i].b) == rows[i].ieq, "row %zu: ieq", i);
        expect(sv_ieq(rows[i].b, rows[i].a) == rows[i].ieq, "row %zu: ieq, turned round", i);
    }
}

static void lower_changes_the_26_capitals_and_nothing_else(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        int want = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
        expect((uint8_t)sv_lower((char)c) == want, "byte %d became %d", c, (uint8_t)sv_lower((char)c));
    }
}

static void prefixes_and_suffixes_are_found_at_their_ends_only(void **state)
{
    (void)state;
    assert_true(sv_starts(SV("abc"), SV("ab")));
    assert_true(sv_starts(SV("abc"), SV("abc")));
    assert_true(sv_starts(SV("abc"), nothing));
    assert_true(sv_starts(nothing, nothing));
    assert_false(sv_starts(SV("abc"), SV("bc")));
    assert_false(sv_starts(SV("ab"), SV("abc")));
    assert_false(sv_starts(nothing, SV("a")));
    assert_true(sv_ends(SV("abc"), SV("bc")));
    assert_true(sv_ends(SV("abc"), SV("abc")));
    assert_true(sv_ends(SV("abc"), nothing));
    assert_true(sv_ends(nothing, nothing));
    assert_false(sv_ends(SV("abc"), SV("ab")));
    assert_false(sv_ends(SV("bc"), SV("abc")));
}

static void trim_takes_spaces_and_tabs_off_both_ends(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", ""},           {" ", ""},      {"\t \t", ""},      {"a", "a"},         {" a ", "a"},
        {"\ta b\t", "a b"}, {"a\r", "a\r"}, {"\na\n", "\na\n"}, {"\va\f", "\va\f"}, {"  a\t b  ", "a\t b"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sv got = sv_trim(sv_cstr(rows[i].text));
        expect(sv_eq(got, sv_cstr(rows[i].want)), "row %zu: \"%.*s\"", i, SV_ARG(got));
    }
    assert_int_equal(sv_trim(nothing).len, 0);
}

static void words_are_what_stands_between_spaces_and_tabs(void **state)
{
    static const char *const rows[][4] = {
        {"a", "a", "", ""}, {" a\tb ", "a", "b", ""}, {"a  b \t c", "a", "b", "c"}, {"a,b\nc d", "a,b\nc", "d", ""},
        {"", "", "", ""},   {" \t", "", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sv rest = sv_cstr(rows[i][0]);
        for (size_t n = 1; n < 4; n++) {
            struct sv word;
            bool found = sv_next_word(&rest, &word);
            expect(sv_eq(word, sv_cstr(rows[i][n])), "row %zu: \"%.*s\"", i, SV_ARG(word));
            expect(found == (word.len > 0), "row %zu: word %zu", i, n);
        }
        expect(sv_trim(rest).len == 0, "row %zu leaves \"%.*s\"", i, SV_ARG(rest));
    }
}

static void find_gives_the_first_offset_or_the_length(void **state)
{
    (void)state;
    assert_int_equal(sv_find(SV("abcabc"), 'b'), 1);
    assert_int_equal(sv_find(SV("abc"), 'a'), 0);
    assert_int_equal(sv_find(SV("abc"), 'c'), 2);
    assert_int_equal(sv_find(SV("abc"), 'x'), 3);
    assert_int_equal(sv_find(SV("a\0b"), 'b'), 2);
    assert_int_equal(sv_find(SV("ab\xff"), '\xff'), 2);
    assert_int_equal(sv_find(nothing, 'x'), 0);
    assert_true(sv_eq(sv_skip(SV("abc"), 1), SV("bc")));
    assert_int_equal(sv_skip(SV("abc"), 3).len, 0);
}

static void nothing_behind_the_view_is_read(void **state)
{
    struct guard g = guard_new(64);
    struct sv s = sv_of(guard_put(&g, "  Ab", 4), 4);
    struct sv word;

    (void)state;
    assert_int_equal(sv_find(s, 'x'), 4);
    assert_true(sv_ieq(sv_trim(s), SV("aB")));
    assert_true(sv_ends(s, SV("Ab")));
    assert_false(sv_starts(s, SV("  Abc")));
    assert_true(sv_eq(s, SV("  Ab")));
    assert_true(sv_next_word(&s, &word) && sv_eq(word, SV("Ab")));
    assert_int_equal(sv_trim(sv_of(guard_put(&g, "    ", 4), 4)).len, 0);
    guard_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_count_bytes_and_not_up_to_a_nul),
        cmocka_unit_test(equality_is_by_bytes_and_ieq_folds_ascii_letters_alone),
        cmocka_unit_test(lower_changes_the_26_capitals_and_nothing_else),
        cmocka_unit_test(prefixes_and_suffixes_are_found_at_their_ends_only),
        cmocka_unit_test(trim_takes_spaces_and_tabs_off_both_ends),
        cmocka_unit_test(words_are_what_stands_between_spaces_and_tabs),
        cmocka_unit_test(find_gives_the_first_offset_or_the_length),
        cmocka_unit_test(nothing_behind_the_view_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
