/* SPDX-License-Identifier: MIT */
/* What was probably meant: the word that is the fewest edits away. */

#include "text/nearest.h"

#include "expect.h"

static void edits_are_counted_and_the_nearest_word_is_found(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        size_t distance;
    } rows[] = {
        {"", "", 0},           {"abc", "", 3},        {"", "abc", 3},
        {"cache", "cache", 0}, {"cahce", "cache", 1}, {"CACHE", "cache", 0},
        {"a-b", "a_b", 0},     {"cach", "cache", 1},  {"ccache", "cache", 1},
        {"cbche", "cache", 1}, {"ca", "abc", 3},      {"worker", "wrokers", 2},
    };
    struct nearest n;
    char lengthy[NEAREST_MAX + 1];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        expect(nearest_distance(sv_cstr(rows[i].a), sv_cstr(rows[i].b)) == rows[i].distance, "%s, %s", rows[i].a,
               rows[i].b);
    memset(lengthy, 'x', sizeof lengthy);
    assert_true(nearest_distance(sv_of(lengthy, sizeof lengthy), SV("x")) == SIZE_MAX);
    nearest_init(&n, SV("leevl"));
    nearest_try(&n, SV("access"));
    assert_int_equal(n.best.len, 0);
    nearest_try(&n, SV("level"));
    nearest_try(&n, SV("lever"));
    assert_string_equal(n.best.p, "level");
    nearest_init(&n, SV("notices-of-all-kinds"));
    nearest_try(&n, SV("notice"));
    assert_int_equal(n.best.len, 0);
    nearest_init(&n, SV("not"));
    nearest_try(&n, SV("notice"));
    assert_string_equal(n.best.p, "notice");
    nearest_init(&n, SV("x"));
    nearest_try(&n, SV("y"));
    assert_int_equal(n.best.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_are_counted_and_the_nearest_word_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
