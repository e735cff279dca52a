/* SPDX-License-Identifier: MIT */
/* Rules: values are taken apart, and the first that fits is found. */

#include "site/rule.h"

#include "expect.h"

static char *values[] = {"/a/* one", "*.css  two words ", "/b bare", "* last"};
static const struct strings all = {values, sizeof values / sizeof values[0]};

static void a_value_is_taken_apart_and_keeps_its_place(void **state)
{
    struct rules r;

    (void)state;
    assert_int_equal(rules_init(&r, &all, KEY_site_cache, 7), 0);
    assert_int_equal(r.n, 4);
    assert_true(sv_eq(r.v[1].of, SV("*.css")) && sv_eq(r.v[1].says, SV("two words")));
    assert_true(r.v[1].at.key == KEY_site_cache && r.v[1].at.section == 7 && r.v[1].at.value == 1);
    rules_fini(&r);
    assert_null(r.v);
}

static void the_first_that_fits_the_path_or_the_file_is_found(void **state)
{
    static const struct fit {
        const char *path, *file;
        size_t rule;
    } rows[] = {
        {"/a/x.css", "/a/x.css", 0},
        {"/x.css", "/x.css", 1},
        {"/x/", "/x/index.css", 1},
        {"/b", "/b", 2},
        {"/b/", "/b/", 3},
        {"/b", "", 2},
        {"/c", "", 3},
    };
    struct rules r;

    (void)state;
    assert_int_equal(rules_init(&r, &all, KEY_site_cache, 0), 0);
    for (size_t i = 0; i < ROWS(rows); i++)
        expect(rules_next(&r, NULL, sv_cstr(rows[i].path), sv_cstr(rows[i].file)) == &r.v[rows[i].rule], "row %zu", i);
    r.n = 3;
    assert_null(rules_next(&r, NULL, SV("/c"), SV("/c")));
    rules_fini(&r);
}

static void those_that_fit_come_one_after_the_other(void **state)
{
    struct rules r;
    const struct rule *rule = NULL;

    (void)state;
    assert_int_equal(rules_init(&r, &all, KEY_site_cache, 0), 0);
    assert_ptr_equal(rule = rules_next(&r, rule, SV("/a/x.css"), SV("")), &r.v[0]);
    assert_ptr_equal(rule = rules_next(&r, rule, SV("/a/x.css"), SV("")), &r.v[1]);
    assert_ptr_equal(rule = rules_next(&r, rule, SV("/a/x.css"), SV("")), &r.v[3]);
    assert_null(rules_next(&r, rule, SV("/a/x.css"), SV("")));
    rules_fini(&r);
}

static void no_values_are_no_rules(void **state)
{
    const struct strings none = {0};
    struct rules r;

    (void)state;
    assert_int_equal(rules_init(&r, &none, KEY_site_cache, 0), 0);
    assert_null(rules_next(&r, NULL, SV("/"), SV("/")));
    rules_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_taken_apart_and_keeps_its_place),
        cmocka_unit_test(the_first_that_fits_the_path_or_the_file_is_found),
        cmocka_unit_test(those_that_fit_come_one_after_the_other),
        cmocka_unit_test(no_values_are_no_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
