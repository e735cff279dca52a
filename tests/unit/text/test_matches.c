/* SPDX-License-Identifier: MIT */
/* Patterns of includes: which paths they name, in which order, and what they may cost. */

#include "text/matches.h"

#include <errno.h>
#include <sys/stat.h>

#include "config_run.h"

static const char *const files[] = {"d/b.ini", "d/a.ini",   "d/.h.ini",   "d/c.txt",    "d/[x].ini", "e/1/x.ini",
                                    "e/2/y",   "e/3/x.ini", "e/10/x.ini", "f[1]/a.ini", "top.ini"};

static const struct {
    const char *dir;
    const char *pattern;
    const char *paths; /* each followed by a space */
} rows[] = {
    {"d/", "*.ini", "d/[x].ini d/a.ini d/b.ini "},
    {"", "d/*.ini", "d/[x].ini d/a.ini d/b.ini "},
    {"", "*.ini", "top.ini "},
    {"", "./*.ini", "./top.ini "},
    {"d/", "../d/?.ini", "d/../d/a.ini d/../d/b.ini "},
    {"d/", "[!a].*", "d/b.ini d/c.txt "},
    {"d/", ".*.ini", "d/.h.ini "},
    {"d/", "\\[x\\].*", "d/[x].ini "},
    {"", "e/*/x.ini", "e/1/x.ini e/10/x.ini e/3/x.ini "},
    {"e//", "[12]/*", "e//1/x.ini e//2/y "},
    {"", "e/*", "e/1 e/10 e/2 e/3 "},
    {"", "*/*/*.ini", "e/1/x.ini e/10/x.ini e/3/x.ini "},
    {"f[1]/", "*.ini", "f[1]/a.ini "},
    {"", "none/*.ini", ""},
    {"", "top.ini/*.ini", ""},
    {"", "d/*.none", ""},
    {"", "*/", "d e f[1] top.ini "},
};

static void make_files(void)
{
    static const char *const dirs[] = {"d", "e", "e/1", "e/2", "e/3", "e/10", "f[1]"};

    for (size_t i = 0; i < ROWS(dirs); i++)
        assert_int_equal(mkdir(dirs[i], 0700), 0);
    for (size_t i = 0; i < ROWS(files); i++)
        write_file(files[i], "");
}

static void a_pattern_names_the_files_that_are_there_in_order(void **state)
{
    struct matches m = {0};
    char absolute[128];

    (void)state;
    make_files();
    for (size_t i = 0; i < ROWS(rows); i++) {
        char got[512] = "";
        int err = matches_find(&m, sv_cstr(rows[i].dir), sv_cstr(rows[i].pattern));
        expect(err == 0, "%s: %d", rows[i].pattern, err);
        for (size_t j = 0; j < m.n; j++) {
            (void)strcat(got, m.path[j]);
            (void)strcat(got, " ");
        }
        expect(strcmp(got, rows[i].paths) == 0, "%s%s gave %s", rows[i].dir, rows[i].pattern, got);
    }
    (void)snprintf(absolute, sizeof absolute, "%s/t*.ini", scratch);
    assert_int_equal(matches_find(&m, SV("d/"), sv_cstr(absolute)), 0);
    assert_int_equal(m.n, 1);
    assert_true(sv_starts(sv_cstr(m.path[0]), sv_cstr(scratch)));
    matches_fini(&m);
}

static void so_many_names_are_looked_at_and_no_more(void **state)
{
    struct matches m = {.names = MATCHES_NAMES_MAX - 5};

    (void)state;
    assert_int_equal(matches_find(&m, SV("d/"), SV("*.ini")), 0);
    assert_int_equal(m.names, MATCHES_NAMES_MAX);
    assert_int_equal(matches_find(&m, SV("d/"), SV("*.none")), -E2BIG);
    assert_string_equal(m.failed, "d/");
    assert_int_equal(m.n, 0);
    assert_int_equal(m.names, MATCHES_NAMES_MAX);
    assert_int_equal(matches_find(&m, SV("d/"), SV("a.ini")), 0);
    assert_int_equal(m.n, 1);
    matches_fini(&m);
}

static void so_many_matches_are_held_and_no_more(void **state)
{
    struct matches m = {0};

    (void)state;
    assert_int_equal(mkdir("many", 0700), 0);
    for (int i = 0; i <= MATCHES_MAX; i++) {
        char name[32];
        if (i == MATCHES_MAX) {
            assert_int_equal(matches_find(&m, SV(""), SV("many/*")), 0);
            assert_int_equal(m.n, MATCHES_MAX);
        }
        (void)snprintf(name, sizeof name, "many/%d", i);
        write_file(name, "");
    }
    assert_int_equal(matches_find(&m, SV(""), SV("many/*")), -EOVERFLOW);
    assert_string_equal(m.failed, "many");
    matches_fini(&m);
}

static void a_directory_that_cannot_be_listed_is_named(void **state)
{
    struct matches m = {0};

    (void)state;
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_int_equal(matches_find(&m, SV(""), SV("loop/*.ini")), -ELOOP);
    assert_string_equal(m.failed, "loop");
    matches_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_names_the_files_that_are_there_in_order),
        cmocka_unit_test(so_many_names_are_looked_at_and_no_more),
        cmocka_unit_test(so_many_matches_are_held_and_no_more),
        cmocka_unit_test(a_directory_that_cannot_be_listed_is_named),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
