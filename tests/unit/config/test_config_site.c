/* SPDX-License-Identifier: MIT */
/* The lists of a site that have an order: what files and command line come to together, and which of their values stand
 * in one another's way. */

#include <errno.h>

#include "config_run.h"

enum { SETS_MAX = 4 };

#define SITE    "[site a]\nroot = /a\n"
#define INCLUDE "[server]\ninclude = more.ini\n" SITE

/* t.ini, the more.ini that it may include, and what -o sets; then the lists of the site, each value followed by ';' but
 * for those of precompressed, or how the report begins. */
struct case_row {
    const char *file;
    const char *more;
    const char *set[SETS_MAX];
    const char *wanted;
};

static const struct case_row good_cases[] = {
    {SITE, NULL, {NULL}, "br zst gz;"},
    {SITE "precompressed = gz\n", NULL, {NULL}, "gz;"},
    {SITE "precompressed =\n", NULL, {NULL}, ";"},
    {SITE "precompressed = gz\nprecompressed = zst\n", NULL, {NULL}, "gz zst;"},
    {SITE "precompressed = gz br\nprecompressed =\nprecompressed = br\n", NULL, {NULL}, "br;"},
    {INCLUDE "precompressed = gz\n", SITE "precompressed = br\n", {NULL}, "gz br;"},
    {SITE "precompressed = gz\n", NULL, {"site.precompressed=br gz"}, "br gz;"},
    {SITE, NULL, {"site.precompressed=zst"}, "zst;"},
    {SITE, NULL, {"site.precompressed="}, ";"},
    {SITE "cache = /b 1h\ncache = /a no-cache\n", NULL, {NULL}, "br zst gz;/b max-age=3600;/a no-cache;"},
    {SITE "cache = /a 1h\ncache =\ncache = /a 2h\n", NULL, {NULL}, "br zst gz;/a max-age=7200;"},
    {SITE "cache = /a 1h\ncache =\n", NULL, {NULL}, "br zst gz;"},
    {INCLUDE "cache = /a 1h\n", SITE "cache = /b 2h\n", {NULL}, "br zst gz;/a max-age=3600;/b max-age=7200;"},
    {SITE "cache = /a 1h\n",
     NULL,
     {"site.cache=/a 2h", "site.a.cache=*.b=c no-store"},
     "br zst gz;/a max-age=7200;*.b=c no-store;"},
    {SITE "cache = /a 1h\n", NULL, {"site.cache="}, "br zst gz;"},
};

static const char *describe(const struct config_site *site)
{
    static char text[512];
    size_t n = 0;

    for (size_t i = 0; i < site->precompressed.n; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i > 0 ? " " : "", site->precompressed.v[i]);
    n += (size_t)snprintf(text + n, sizeof text - n, ";");
    for (size_t i = 0; i < site->cache.n; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s;", site->cache.v[i]);
    return text;
}

static int run_case(const struct case_row *row, struct config *c, char **report)
{
    struct config_args args = {.file = "t.ini", .set = row->set};

    while (args.n_set < SETS_MAX && row->set[args.n_set] != NULL)
        args.n_set++;
    write_file("t.ini", row->file);
    if (row->more != NULL)
        write_file("more.ini", row->more);
    return load(c, &args, report);
}

static void lists_keep_their_order_and_an_empty_value_clears_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(good_cases); i++) {
        struct config c;
        char *report = NULL;
        int err = run_case(&good_cases[i], &c, &report);
        expect(err == 0 && report[0] == '\0', "%zu: %s", i, report);
        expect(strcmp(describe(&c.sites[0]), good_cases[i].wanted) == 0, "%zu gave %s", i, describe(&c.sites[0]));
        config_fini(&c);
        free(report);
    }
}

#define TWICE_CODING "error: 'br' is there already\n"
#define TWICE_RULE   "error: there is a rule for this pattern already, and the first decides\n"

static const struct case_row bad_cases[] = {
    {SITE "precompressed = br\nprecompressed = zst br\n",
     NULL,
     {NULL},
     "t.ini:4:21: " TWICE_CODING "  precompressed = zst br\n                      ^~\n"
     "t.ini:3:17: note: here\n  precompressed = br\n                  ^~\n"},
    {INCLUDE "precompressed = br\n",
     SITE "precompressed = br\n",
     {NULL},
     "more.ini:3:17: " TWICE_CODING "  precompressed = br\n                  ^~\n"
     "t.ini:5:17: note: here\n  precompressed = br\n                  ^~\n"},
    {SITE,
     NULL,
     {"site.precompressed=br gz", "site.precompressed=zst gz br"},
     "command line:2:24: error: 'gz' is there already\n  site.precompressed=zst gz br\n                         ^~\n"
     "command line:1:23: note: here\n  site.precompressed=br gz\n                        ^~\n"
     "command line:2:27: " TWICE_CODING "  site.precompressed=zst gz br\n                            ^~\n"
     "command line:1:20: note: here\n  site.precompressed=br gz\n                     ^~\n"},
    {INCLUDE "cache = /a 1h\n",
     SITE "cache = /a\t2h\n",
     {NULL},
     "more.ini:3:9: " TWICE_RULE "  cache = /a      2h\n          ^~\n"
     "t.ini:5:9: note: here\n  cache = /a 1h\n          ^~\n"},
    {SITE,
     NULL,
     {"site.cache=/a 1h", "site.cache=/a 1h"},
     "command line:2:12: " TWICE_RULE "  site.cache=/a 1h\n             ^~\n"
     "command line:1:12: note: here\n  site.cache=/a 1h\n             ^~\n"},
    {INCLUDE "index = a.html b.html\n",
     SITE "index = c.html a.html\n",
     {NULL},
     "more.ini:3:16: error: 'a.html' is there already\n  index = c.html a.html\n                 ^~~~~~\n"
     "t.ini:5:9: note: here\n  index = a.html b.html\n          ^~~~~~\n"},
    {SITE "[server]\nsandbox_path = /b\nsandbox_path = \"/b\"\n",
     NULL,
     {NULL},
     "t.ini:5:17: error: '/b' is there already\n  sandbox_path = \"/b\"\n                  ^~\n"
     "t.ini:4:16: note: here\n  sandbox_path = /b\n                 ^~\n"},
    {SITE "mime = .a text/x\nmime = .A text/y\n",
     NULL,
     {NULL},
     "t.ini:4:8: error: there is a type for '.A' already\n  mime = .A text/y\n         ^~\n"
     "t.ini:3:8: note: here\n  mime = .a text/x\n         ^~\n"},
    /* A wrong line is reported as that, and stands in nobody's way. */
    {SITE "cache = /b 1h\ncache = * 1 year\ncache = /a 1h\n",
     NULL,
     {NULL},
     "t.ini:4:11: error: a number and its unit are one word; did you mean '1y'?\n  cache = * 1 year\n"
     "            ^~~~~~\n"},
    /* The same pattern counts for more than a wider one before it. */
    {SITE "cache = /* 1h\ncache = /a 1h\ncache = /a 2h\n",
     NULL,
     {NULL},
     "t.ini:4:9: warning: never used: a rule before it matches every path that this one does; put this one first\n"
     "  cache = /a 1h\n          ^~\n"
     "t.ini:3:9: note: here\n  cache = /* 1h\n          ^~\n"
     "t.ini:5:9: " TWICE_RULE "  cache = /a 2h\n          ^~\n"
     "t.ini:4:9: note: here\n  cache = /a 1h\n          ^~\n"},
    {SITE "precompressed = br\nprecompressed = gz gzip\nprecompressed = gz\n",
     NULL,
     {NULL},
     "t.ini:4:20: error: 'precompressed' takes br, zst or gz; did you mean 'gz'?\n  precompressed = gz gzip\n"
     "                     ^~~~\n"},
    /* Another site's lists are its own. */
    {SITE "cache = /a 1h\nprecompressed = br\n[site b]\nroot = /b\ncache = /a 1h\nprecompressed = br\n"
          "cache = /a 2h\n",
     NULL,
     {NULL},
     "t.ini:9:9: " TWICE_RULE "  cache = /a 2h\n          ^~\n"
     "t.ini:7:9: note: here\n  cache = /a 1h\n          ^~\n"
     "t.ini:5:7: error: one [site NAME] is served, and this is another\n  [site b]\n        ^\n"
     "t.ini:1:7: note: the first is here\n  [site a]\n        ^\n"},
};

static void values_in_one_anothers_way_are_reported_with_both_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(bad_cases); i++) {
        struct config c;
        char *report = NULL;
        int err = run_case(&bad_cases[i], &c, &report);
        expect(err == -EINVAL, "%zu: %d", i, err);
        expect(strcmp(report, bad_cases[i].wanted) == 0, "%zu gave\n%s", i, report);
        free(report);
    }
}

/* Of each two rules: is the second never used, because the first matches all that it does? */
static void a_rule_that_is_never_used_is_a_warning_and_no_error(void **state)
{
    static const struct {
        const char *first;
        const char *second;
        bool warned;
    } rows[] = {
        {"*", "/a", true},           {"*", "*.html", true}, {"/a*", "/a*b", true},  {"/*", "/a/*", true},
        {"*", "**", true},           {"**", "*", true},     {"*.html", "*", false}, {"/a*b", "/a*", false},
        {"/a", "/b", false},         {"/a/*", "/a", false}, {"/a*", "*a", false},   {"*.html", "*.htm", false},
        {"*.html", "/*.html", true}, {"/*/*", "/*", false}, {"/a", "/a*", false},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct config_args args = {.file = "t.ini"};
        struct config c;
        char *report = NULL;
        char text[128];
        (void)snprintf(text, sizeof text, SITE "cache = %s 1h\ncache = %s no-cache\n", rows[i].first, rows[i].second);
        write_file("t.ini", text);
        int err = load(&c, &args, &report);
        expect(err == 0, "%s", report);
        expect((strstr(report, "t.ini:4:9: warning: never used: ") == report) == rows[i].warned, "%s, %s: %s",
               rows[i].first, rows[i].second, report);
        expect(rows[i].warned || report[0] == '\0', "%s", report);
        assert_int_equal(c.sites[0].cache.n, 2);
        config_fini(&c);
        free(report);
    }
}

static void of_two_types_for_the_same_files_the_later_file_wins(void **state)
{
    static const char *const set[] = {"site.mime=.c text/4"};
    struct config_args args = {.file = "t.ini"};
    struct config c;
    char *report = NULL;

    (void)state;
    write_file("t.ini", INCLUDE "mime = .a text/1\nmime = name text/1\nmime = .b text/1\n");
    write_file("more.ini", SITE "mime = .A text/2\nmime = Name text/2\n");
    assert_int_equal(load(&c, &args, &report), 0);
    assert_string_equal(report, "");
    assert_int_equal(c.sites[0].mime.n, 4);
    assert_string_equal(c.sites[0].mime.v[0], "name text/1");
    assert_string_equal(c.sites[0].mime.v[1], ".b text/1");
    assert_string_equal(c.sites[0].mime.v[2], ".a text/2");
    assert_string_equal(c.sites[0].mime.v[3], "Name text/2");
    config_fini(&c);
    free(report);
    args.set = set;
    args.n_set = 1;
    assert_int_equal(load(&c, &args, &report), 0);
    assert_int_equal(c.sites[0].mime.n, 1);
    config_fini(&c);
    free(report);
}

static void a_list_has_a_thousand_words_and_no_more(void **state)
{
    struct config_args args = {.file = "many.ini"};
    struct config c;
    char *report = NULL;
    FILE *f = fopen("many.ini", "we");

    (void)state;
    assert_non_null(f);
    assert_true(fputs(SITE, f) >= 0);
    for (int i = 0; i < 500; i++)
        assert_true(fprintf(f, "index = a%d b%d\n", i, i) > 0);
    assert_int_equal(fflush(f), 0);
    c = load_good("many.ini");
    assert_int_equal(c.sites[0].index.n, 1000);
    config_fini(&c);
    assert_true(fputs("index = c d e\n", f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(load(&c, &args, &report), -EINVAL);
    assert_string_equal(report,
                        "many.ini:503:9: error: more than 1000 values for 'index'\n  index = c d e\n          ^\n");
    free(report);
}

/* As many rules as there may be, each compared with all before it. */
static void a_thousand_rules_are_read_and_not_one_more(void **state)
{
    struct config_args args = {.file = "many.ini"};
    struct config c;
    char *report = NULL;
    FILE *f = fopen("many.ini", "we");

    (void)state;
    assert_non_null(f);
    assert_true(fputs(SITE, f) >= 0);
    for (int i = 0; i < 1000; i++)
        assert_true(fprintf(f, "cache = *%0200d%d 1h\n", 0, i + 1000) > 0);
    assert_int_equal(fflush(f), 0);
    c = load_good("many.ini");
    assert_int_equal(c.sites[0].cache.n, 1000);
    config_fini(&c);
    assert_true(fputs("cache = /a 1h\n", f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(load(&c, &args, &report), -EINVAL);
    assert_string_equal(report,
                        "many.ini:1003:1: error: more than 1000 values for 'cache'\n  cache = /a 1h\n  ^~~~~\n");
    free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_keep_their_order_and_an_empty_value_clears_them),
        cmocka_unit_test(values_in_one_anothers_way_are_reported_with_both_places),
        cmocka_unit_test(a_rule_that_is_never_used_is_a_warning_and_no_error),
        cmocka_unit_test(of_two_types_for_the_same_files_the_later_file_wins),
        cmocka_unit_test(a_list_has_a_thousand_words_and_no_more),
        cmocka_unit_test(a_thousand_rules_are_read_and_not_one_more),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
