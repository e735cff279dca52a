/* SPDX-License-Identifier: MIT */
/* Origins: the lines of -T, read back. What -T really prints is what tests/check_explain asks. */

#include "config/origin.h"

#include "expect.h"

static void expect_sv(struct sv got, const char *want)
{
    expect(sv_eq(got, sv_cstr(want)), "%.*s, not %s", SV_ARG(got), want);
}

static char text[] = "[listen main]\n"
                     "address = 127.0.0.1:80                      ; default\n"
                     "\n"
                     "[site a]\n"
                     "root = /srv/a;b                             ; a.ini:3\n"
                     "cache =                                     ; default\n"
                     "; mime = .x\\x01 a/b                         ; command line\n"
                     "\n"
                     "[site b]\n"
                     "root = /srv/b                               ; x ; y.ini:7\n"
                     "cache = /a 1y                               ; a.ini:8\n"
                     "cache_more = 1                              ; default\n"
                     "cache = /b 1y ; default\n";

static struct config config(void)
{
    return (struct config){.effective = {.p = text, .len = sizeof text - 1}};
}

static void each_value_of_a_section_is_found_with_its_origin(void **state)
{
    struct config c = config();
    struct origin o;

    (void)state;
    assert_true(origin_first(&c, SV("[site b]"), "cache", &o));
    expect_sv(o.value, "/a 1y");
    expect_sv(o.from, "a.ini:8");
    assert_true(origin_next("cache", &o));
    expect_sv(o.value, "/b 1y");
    expect_sv(o.from, "default");
    assert_false(origin_next("cache", &o));
    assert_int_equal(o.from.len, 0);
    assert_false(origin_next("cache", &o));
}

static void a_value_may_be_empty_or_a_comment_or_hold_a_semicolon(void **state)
{
    struct config c = config();
    struct origin o;

    (void)state;
    assert_true(origin_first(&c, SV("[site a]"), "cache", &o));
    expect_sv(o.value, "");
    expect_sv(o.from, "default");
    assert_true(origin_first(&c, SV("[site a]"), "mime", &o));
    expect_sv(o.value, ".x\\x01 a/b");
    expect_sv(o.from, "command line");
    assert_true(origin_first(&c, SV("[site a]"), "root", &o));
    expect_sv(o.value, "/srv/a;b");
    assert_true(origin_first(&c, SV("[site b]"), "root", &o));
    expect_sv(o.from, "x ; y.ini:7");
}

static void nothing_is_found_beyond_the_section(void **state)
{
    struct config c = config();
    struct origin o;

    (void)state;
    assert_false(origin_first(&c, SV("[listen main]"), "root", &o));
    assert_false(origin_first(&c, SV("[site]"), "root", &o));
    assert_false(origin_first(&c, SV("[site a]"), "address", &o));
    assert_int_equal(o.value.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_of_a_section_is_found_with_its_origin),
        cmocka_unit_test(a_value_may_be_empty_or_a_comment_or_hold_a_semicolon),
        cmocka_unit_test(nothing_is_found_beyond_the_section),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
