/* SPDX-License-Identifier: MIT */
/* The patterns of rules: which word is one, and what somebody who wrote another is told. */

#include "config/rule_pattern.h"

#include "expect.h"
#include "guard.h"

#define FORM "a pattern begins with '/' or '*'"

/* The word that is taken, what is left, and why it is no pattern; NULL where it is one. */
static const struct {
    const char *rule;
    const char *word;
    const char *rest;
    const char *why;
    size_t at;
    size_t len;
} rows[] = {
    {"/a b", "/a", " b", NULL, 0, 0},
    {"*", "*", "", NULL, 0, 0},
    {"*.html\tx: y", "*.html", "\tx: y", NULL, 0, 0},
    {"/a:b;c#d x", "/a:b;c#d", " x", NULL, 0, 0},
    {"/\xc3\xa9 x", "/\xc3\xa9", " x", NULL, 0, 0},
    {"/a\xff x", "/a\xff", " x", "this is not UTF-8", 2, 1},
    {"a x", "a", " x", FORM "; did you mean '/a'?", 0, 1},
    {".css x", ".css", " x", FORM "; did you mean '*.css'?", 0, 4},
    {"x: y", "x:", " y", FORM ": /assets/*, or *.html", 0, 2},
    {"\"/a\" x", "\"/a\"", " x", FORM ": /assets/*, or *.html", 0, 4},
    {"'/a' x", "'/a'", " x", FORM ": /assets/*, or *.html", 0, 4},
    {"aaaaaaaaaabbbbbbbbbbccccccccccaaaaaaaaaabbbbbbbbbbccccccccccd",
     "aaaaaaaaaabbbbbbbbbbccccccccccaaaaaaaaaabbbbbbbbbbccccccccccd", "", FORM ": /assets/*, or *.html", 0, 61},
};

static void the_first_word_of_a_rule_is_a_pattern_or_a_fault(void **state)
{
    struct guard g = guard_new(128);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t len = strlen(rows[i].rule);
        struct sv rest = sv_of(guard_put(&g, rows[i].rule, len), len);
        struct fault f = {0};
        struct sv word;
        bool ok = rule_pattern_read(&rest, &word, &f);
        expect(ok == (rows[i].why == NULL), "'%s': %s", rows[i].rule, ok ? "taken" : f.why);
        expect(ok || strcmp(f.why, rows[i].why) == 0, "'%s' gave %s", rows[i].rule, f.why);
        expect(f.at == rows[i].at && f.len == rows[i].len, "'%s': at %zu, %zu bytes", rows[i].rule, f.at, f.len);
        expect(sv_eq(word, sv_cstr(rows[i].word)) && sv_eq(rest, sv_cstr(rows[i].rest)), "'%s' leaves '%.*s'",
               rows[i].rule, SV_ARG(rest));
    }
    guard_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_word_of_a_rule_is_a_pattern_or_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
