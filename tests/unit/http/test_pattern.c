/* SPDX-License-Identifier: MIT */
/* Patterns: each row by hand, then every short pattern against every short path beside the plainest way to match them,
 * and no byte is read that is not theirs. */

#include "http/pattern.h"

#include "expect.h"
#include "guard.h"

static const struct {
    const char *pattern;
    const char *path;
    bool matches;
} rows[] = {
    {"", "", true},
    {"", "/", false},
    {"*", "", true},
    {"*", "/", true},
    {"*", "/a/b.c", true},
    {"**", "", true},
    {"**", "/a", true},
    {"/", "/", true},
    {"/", "", false},
    {"/", "/a", false},
    {"/a", "/a", true},
    {"/a", "/A", false},
    {"/a", "/a/", false},
    {"/a", "/b", false},
    {"/a/", "/a", false},
    {"/assets/*", "/assets/", true},
    {"/assets/*", "/assets/a.js", true},
    {"/assets/*", "/assets/a/b/c.js", true},
    {"/assets/*", "/assets", false},
    {"/assets/*", "/asset/a.js", false},
    {"/assets/*", "/x/assets/a.js", false},
    {"*.html", "/a.html", true},
    {"*.html", ".html", true},
    {"*.html", "/a/b/c.html", true},
    {"*.html", "/a.html.html", true},
    {"*.html", "/a.html.gz", false},
    {"*.html", "/a.HTML", false},
    {"*.html", "/html", false},
    {"/*/b", "/a/b", true},
    {"/*/b", "/a/c/b", true},
    {"/*/b", "//b", true},
    {"/*/b", "/b", false},
    {"/*/b", "/a/b/", false},
    {"/a*a", "/a", false},
    {"/a*a", "/aa", true},
    {"/a*b*c", "/abbc", true},
    {"/a*b*c", "/acbc", true},
    {"/a*b*c", "/acb", false},
    {"*ab*ab*", "/abab", true},
    {"*ab*ab*", "/aab", false},
    {"*aab", "/aaab", true},
    {"*abac", "/abaabac", true},
    {"*a*", "/bbb", false},
    {"/a?", "/ab", false},
    {"/a?", "/a?", true},
    {"/[ab]", "/a", false},
    {"/\\*", "/\\x", true},
    {"/a*", "/a*", true},
    {"/\xc3\xa9*", "/\xc3\xa9t\xc3\xa9", true},
    {"/\xc3*", "/\xc3\xa9", true},
    {"/%41", "/A", false},
};

static void each_pattern_stands_for_whole_paths(void **state)
{
    struct guard pattern = guard_new(64);
    struct guard path = guard_new(64);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t pattern_len = strlen(rows[i].pattern);
        size_t path_len = strlen(rows[i].path);
        bool got = pattern_matches(sv_of(guard_put(&pattern, rows[i].pattern, pattern_len), pattern_len),
                                   sv_of(guard_put(&path, rows[i].path, path_len), path_len));
        expect(got == rows[i].matches, "'%s' and '%s': %d", rows[i].pattern, rows[i].path, got);
    }
    guard_free(&pattern);
    guard_free(&path);
}

static void bytes_are_bytes(void **state)
{
    char byte;

    (void)state;
    for (int i = 0; i < 256; i++) {
        byte = (char)i;
        assert_true(pattern_matches(sv_of(&byte, 1), sv_of(&byte, 1)));
        assert_true(pattern_matches(SV("*"), sv_of(&byte, 1)));
        assert_int_equal(pattern_matches(SV("x"), sv_of(&byte, 1)), byte == 'x');
        assert_int_equal(pattern_matches(sv_of(&byte, 1), SV("x")), byte == 'x' || byte == '*');
    }
    assert_true(pattern_matches(SV("/a\0*"), SV("/a\0b")));
    assert_false(pattern_matches(SV("/a\0c"), SV("/a\0b")));
    assert_true(pattern_matches((struct sv){0}, (struct sv){0}));
    assert_true(pattern_matches(SV("*"), (struct sv){0}));
    assert_false(pattern_matches((struct sv){0}, SV("/")));
}

/* The definition, with no thought of its cost. */
static bool plainly_matches(struct sv pattern, struct sv path)
{
    if (pattern.len == 0)
        return path.len == 0;
    if (pattern.p[0] != '*')
        return path.len > 0 && path.p[0] == pattern.p[0] && plainly_matches(sv_skip(pattern, 1), sv_skip(path, 1));
    for (size_t i = 0; i <= path.len; i++)
        if (plainly_matches(sv_skip(pattern, 1), sv_skip(path, i)))
            return true;
    return false;
}

/* The n-th word over an alphabet: all words of one length follow all shorter ones. Returns its length. */
static size_t nth_word(size_t n, struct sv alphabet, char *to)
{
    size_t len = 0;

    for (; n > 0; n = (n - 1) / alphabet.len)
        to[len++] = alphabet.p[(n - 1) % alphabet.len];
    return len;
}

static void every_short_pattern_matches_what_it_plainly_does(void **state)
{
    enum { PATTERNS = 1093, PATHS = 1023, LONGEST = 16 }; /* up to 6 of 3 letters, and up to 9 of 2 */
    size_t matches = 0;
    struct guard pattern = guard_new(LONGEST);
    struct guard path = guard_new(LONGEST);
    char word[LONGEST];

    (void)state;
    for (size_t i = 0; i < PATTERNS; i++) {
        size_t pattern_len = nth_word(i, SV("*ab"), word);
        struct sv a = sv_of(guard_put(&pattern, word, pattern_len), pattern_len);
        for (size_t j = 0; j < PATHS; j++) {
            size_t path_len = nth_word(j, SV("ab"), word);
            struct sv b = sv_of(guard_put(&path, word, path_len), path_len);
            bool got = pattern_matches(a, b);
            expect(got == plainly_matches(a, b), "'%.*s' and '%.*s': %d", SV_ARG(a), SV_ARG(b), got);
            matches += got;
        }
    }
    expect(matches > 10000 && matches < (size_t)PATTERNS * PATHS / 2, "%zu matches say little", matches);
    guard_free(&pattern);
    guard_free(&path);
}

/* Whoever tries every star at every place needs longer than the world has; whoever tries every place, noticeably long. */
static void the_cost_does_not_multiply(void **state)
{
    static char pattern[8192];
    static char path[32768];

    (void)state;
    memset(path, 'a', sizeof path);
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = i % 2 == 0 ? '*' : 'a';
    assert_true(pattern_matches(sv_of(pattern, sizeof pattern), sv_of(path, sizeof path)));
    pattern[sizeof pattern - 1] = 'b';
    assert_false(pattern_matches(sv_of(pattern, sizeof pattern), sv_of(path, sizeof path)));
    path[sizeof path - 1] = 'b';
    assert_true(pattern_matches(sv_of(pattern, sizeof pattern), sv_of(path, sizeof path)));
    memset(pattern + 1, 'a', sizeof pattern - 3);
    pattern[sizeof pattern - 1] = '*';
    pattern[sizeof pattern - 2] = 'c';
    for (int i = 0; i < 1000; i++)
        assert_false(pattern_matches(sv_of(pattern, sizeof pattern), sv_of(path, sizeof path)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pattern_stands_for_whole_paths),
        cmocka_unit_test(bytes_are_bytes),
        cmocka_unit_test(every_short_pattern_matches_what_it_plainly_does),
        cmocka_unit_test(the_cost_does_not_multiply),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
