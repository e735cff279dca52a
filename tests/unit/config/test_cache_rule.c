/* SPDX-License-Identifier: MIT */
/* The rules of `cache`: what each comes to in Cache-Control, and what somebody who wrote something else is told, to the
 * byte. */

#include "config/cache_rule.h"

#include <stdlib.h>

#include "guard.h"
#include "text/ini.h"
#include "value_case.h"

#define RULE (&schema_keys[KEY_site_cache])

static const char *const good_rows[][2] = {
    {"/assets/* 1y immutable", "/assets/* max-age=31536000, immutable"},
    {"*.html no-cache", "*.html no-cache"},
    {"/private/*\tno-store", "/private/* no-store"},
    {"*.css 1h", "*.css max-age=3600"},
    {"*  \t 90", "* max-age=90"},
    {"/a 0s", "/a max-age=0"},
    {"/a 0 immutable", "/a max-age=0, immutable"},
    {"/a 3000ms", "/a max-age=3"},
    {"/a 10y", "/a max-age=315360000"},
    {"/a 315360000\t\timmutable", "/a max-age=315360000, immutable"},
    {"/ 1d", "/ max-age=86400"},
    {"** 1w", "** max-age=604800"},
    {"/a;b#c=d\"'\\ 1m", "/a;b#c=d\"'\\ max-age=60"},
    {"/\xc3\xa9t\xc3\xa9/* 1s", "/\xc3\xa9t\xc3\xa9/* max-age=1"},
    {"/no-store no-cache", "/no-store no-cache"},
};

static void each_rule_comes_to_a_cache_control(void **state)
{
    struct guard g = guard_new(64);

    (void)state;
    for (size_t i = 0; i < ROWS(good_rows); i++) {
        size_t len = strlen(good_rows[i][0]);
        struct sv text = sv_of(guard_put(&g, good_rows[i][0], len), len);
        struct config_site site = {0};
        struct fault f;
        expect(value_check(RULE, text, &f), "'%s': %s", good_rows[i][0], f.why);
        assert_int_equal(store_set(RULE, &site, text), 0);
        assert_int_equal(site.cache.n, 1);
        expect(strcmp(site.cache.v[0], good_rows[i][1]) == 0, "'%s' gave '%s'", good_rows[i][0], site.cache.v[0]);
        store_free(RULE, &site);
    }
    guard_free(&g);
}

#define UNIT "unknown unit: durations end in ms, s, m, h, d, w or y"
#define LAST "nothing may follow"
#define LINE "and there is one rule a line"

static const struct {
    const char *text;
    const char *why;
    size_t at;
    size_t len;
} bad_rows[] = {
    {"assets/* 1h", "a pattern begins with '/' or '*'; did you mean '/assets/*'?", 0, 8},
    {".html 1h", "a pattern begins with '/' or '*'; did you mean '*.html'?", 0, 5},
    {"https://a/* 1h", "a pattern begins with '/' or '*': /assets/*, or *.html", 0, 11},
    {"\"/a\" 1h", "a pattern begins with '/' or '*': /assets/*, or *.html", 0, 4},
    {"'/a' 1h", "a pattern begins with '/' or '*': /assets/*, or *.html", 0, 4},
    {"1h", "the pattern comes first: /assets/* 1h", 0, 2},
    {"1h /assets/*", "the pattern comes first: /assets/* 1h", 0, 2},
    {"no-cache *", "the pattern comes first: /assets/* 1h", 0, 8},
    {"/a\xff 1h", "this is not UTF-8", 2, 1},
    {"*.html", "an age, no-cache or no-store must follow: *.html 1h", 6, 0},
    {"*.html immutable", "'immutable' follows an age: *.html 1y immutable", 7, 9},
    {"*.html imutable", "'immutable' follows an age: *.html 1y immutable", 7, 8},
    {"/a nocache", "an age, no-cache or no-store must follow; did you mean 'no-cache'?", 3, 7},
    {"/a No-Store", "an age, no-cache or no-store must follow; did you mean 'no-store'?", 3, 8},
    {"/a max-age=3600", "an age is written alone: /a 3600s", 3, 12},
    {"/a max-age=60, public", "an age is written alone: /a 60s", 3, 11},
    {"/a max-age=", "an age, no-cache or no-store must follow a pattern, which has no space", 3, 8},
    {"/a max-age=x", "an age, no-cache or no-store must follow a pattern, which has no space", 3, 9},
    {"/my file.html 1h", "an age, no-cache or no-store must follow a pattern, which has no space", 4, 9},
    {"/a -1h", "an age, no-cache or no-store must follow a pattern, which has no space", 3, 3},
    {"/a *.css 1h", "one pattern a line, and behind it an age, no-cache or no-store", 3, 5},
    {"* /b", "one pattern a line, and behind it an age, no-cache or no-store", 2, 2},
    {"/a 1year", UNIT "; did you mean '1y'?", 4, 4},
    {"/a 10sec", UNIT "; did you mean '10s'?", 5, 3},
    {"/a 5MIN", UNIT "; did you mean '5m'?", 4, 3},
    {"/a 1h, immutable", UNIT "; did you mean '1h'?", 4, 2},
    {"/a 1,", UNIT, 4, 1},
    {"/a 1mo", UNIT, 4, 2},
    {"/a 1yearss", UNIT, 4, 6},
    {"/a 1.5h", UNIT, 4, 3},
    {"/a 1 year", "a number and its unit are one word; did you mean '1y'?", 3, 6},
    {"/a 30  days immutable", "a number and its unit are one word; did you mean '30d'?", 3, 8},
    {"/a 1h hours", "only 'immutable' may follow an age, " LINE, 6, 5},
    {"/a 11y", "an age is at most 10y", 3, 3},
    {"/a 315360001", "an age is at most 10y", 3, 9},
    {"/a 315360000001ms", "an age is at most 10y", 3, 14},
    {"/a 99999999999999999999", "an age is at most 10y", 3, 20},
    {"/a 1500ms", "an age is in whole seconds; did you mean '2s'?", 3, 6},
    {"/a 1ms", "an age is in whole seconds; did you mean '1s'?", 3, 3},
    {"/a 59999ms", "an age is in whole seconds; did you mean '1m'?", 3, 7},
    {"/a 1h imutable", "only 'immutable' may follow an age; did you mean 'immutable'?", 6, 8},
    {"/a 1h Immutable", "only 'immutable' may follow an age; did you mean 'immutable'?", 6, 9},
    {"/a 1h public", "only 'immutable' may follow an age, " LINE, 6, 6},
    {"/a 1h /b 2h", "only 'immutable' may follow an age, " LINE, 6, 2},
    {"/a 1h immutable x y", LAST " 'immutable', " LINE, 16, 3},
    {"/a no-cache immutable", LAST " 'no-cache', " LINE, 12, 9},
    {"/a no-store, no-cache", "an age, no-cache or no-store must follow; did you mean 'no-store'?", 3, 9},
    {"/a no-store no-cache", LAST " 'no-store', " LINE, 12, 8},
};

static void each_mistake_is_told_what_to_write(void **state)
{
    struct guard g = guard_new(64);

    (void)state;
    for (size_t i = 0; i < ROWS(bad_rows); i++) {
        size_t len = strlen(bad_rows[i].text);
        struct fault f = {0};
        expect(!value_check(RULE, sv_of(guard_put(&g, bad_rows[i].text, len), len), &f), "'%s' is taken",
               bad_rows[i].text);
        expect(strcmp(f.why, bad_rows[i].why) == 0, "'%s'\n  gave   %s\n  wanted %s", bad_rows[i].text, f.why,
               bad_rows[i].why);
        expect(f.at == bad_rows[i].at && f.len == bad_rows[i].len, "'%s': at %zu, %zu bytes", bad_rows[i].text, f.at,
               f.len);
    }
    guard_free(&g);
}

/* However long the words are, what is quoted of them fits. */
static void long_words_are_cut_or_left_out(void **state)
{
    static const struct {
        const char *front;
        const char *back;
        const char *wanted;
    } frames[] = {
        {"", " 1h", "a pattern begins with '/' or '*': /assets/*, or *.html"},
        {"/", "", "an age, no-cache or no-store must follow: /"},
        {"/", " immutable", "'immutable' follows an age: /"},
        {"/", " max-age=1", "an age is written alone: /"},
        {"/a ", "", "an age, no-cache or no-store must follow a pattern, which has no space"},
        {"/a 1h ", "", "only 'immutable' may follow an age, and there is one rule a line"},
        {"/a 1", "", "unknown unit: durations end in"},
        {"/a 1", "s", "unknown unit: durations end in"},
    };
    char middle[254];

    (void)state;
    memset(middle, 'x', sizeof middle);
    for (size_t i = 0; i < ROWS(frames); i++) {
        struct fault f = {0};
        struct buf b = {0};
        assert_int_equal(buf_addf(&b, "%s%.*s%s", frames[i].front, 254, middle, frames[i].back), 0);
        expect(!value_check(RULE, buf_sv(&b), &f), "%zu is taken", i);
        expect(strncmp(f.why, frames[i].wanted, strlen(frames[i].wanted)) == 0, "%s", f.why);
        expect(strlen(f.why) < 200, "%s", f.why);
        buf_fini(&b);
    }
    memset(middle, '1', sizeof middle);
    struct buf b = {0};
    struct fault f = {0};
    assert_int_equal(buf_addf(&b, "/a %.*ssec", 254, middle), 0);
    assert_false(value_check(RULE, buf_sv(&b), &f));
    assert_string_equal(f.why, UNIT);
    buf_fini(&b);
    assert_int_equal(buf_addf(&b, "/a max-age=%.*s", 254, middle), 0);
    assert_false(value_check(RULE, buf_sv(&b), &f));
    assert_string_equal(f.why, "an age, no-cache or no-store must follow a pattern, which has no space");
    buf_fini(&b);
}

/* The pattern stands in front, and an age is at most ten years. */
static void expect_kept(struct sv text)
{
    struct config_site site = {0};
    struct sv pattern;
    struct sv rest = text;

    assert_int_equal(store_set(RULE, &site, text), 0);
    const char *kept = site.cache.v[0];
    const char *age = strstr(kept, " max-age=");
    assert_true(sv_next_word(&rest, &pattern));
    expect(strncmp(kept, pattern.p, pattern.len) == 0 && kept[pattern.len] == ' ', "'%.*s' gave '%s'", SV_ARG(text),
           kept);
    expect(age == NULL || strtoull(age + 9, NULL, 10) <= 10 * 31536000ULL, "'%.*s' gave '%s'", SV_ARG(text), kept);
    store_free(RULE, &site);
}

/* Words in any order: what is taken can be written into a file, so -T reads back; what is refused has a place in it. */
static void any_row_of_words_is_taken_or_refused(void **state)
{
    static const char *const words[] = {"/a",      "*.b", "**",    "c",        "1h",       "0",        "15ms",
                                        "9000ms",  "3x",  "99y",   "no-cache", "no-store", "im",       "\xc3x",
                                        "max-age", ",",   "years", ";",        "#",        "immutable"};
    struct guard g = guard_new(128);
    uint64_t seed = 7;
    size_t taken = 0;

    (void)state;
    for (size_t i = 0; i < 200000; i++) {
        struct buf b = {0};
        struct fault f = {.at = SIZE_MAX};
        size_t n = 1 + random_below(&seed, 4);
        for (size_t k = 0; k < n; k++) {
            const char *gap = k == 0 || random_below(&seed, 8) == 0 ? "" : random_below(&seed, 4) == 0 ? "\t " : " ";
            assert_int_equal(buf_addf(&b, "%s%s", gap, words[random_below(&seed, ROWS(words))]), 0);
        }
        struct sv text = sv_of(guard_put(&g, b.p, b.len), b.len);
        if (value_check(RULE, text, &f)) {
            taken++;
            expect(ini_can_hold(text), "'%.*s'", SV_ARG(text));
            expect_kept(text);
        } else {
            expect(f.at <= text.len && f.len <= text.len - f.at && f.why[0] != '\0', "'%.*s'", SV_ARG(text));
        }
        buf_fini(&b);
    }
    expect(taken > 1000, "%zu are taken", taken);
    guard_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_comes_to_a_cache_control),
        cmocka_unit_test(each_mistake_is_told_what_to_write),
        cmocka_unit_test(long_words_are_cut_or_left_out),
        cmocka_unit_test(any_row_of_words_is_taken_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
