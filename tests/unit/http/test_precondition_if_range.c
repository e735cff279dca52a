/* SPDX-License-Identifier: MIT */
/* Whether Range may be honoured, against RFC 9110 13.1.5: If-Range by strong comparison or by the very date. */

#include "http/precondition.h"

#include "ask.h"

static const struct validators strong = {.etag = {"\"abc\"", 5}, .modified = MODIFIED, .now = NOW};
static const struct validators weak = {.etag = {"W/\"abc\"", 7}, .modified = MODIFIED, .now = NOW};
static const struct validators untagged = {.modified = MODIFIED, .now = NOW};

static void if_range_compares_tags_strongly(void **state)
{
    static const struct row rows[] = {
        {"", true},
        {"If-Range: \"abc\"\r\n", true},
        {"If-Range: W/\"abc\"\r\n", false},
        {"If-Range: \"abd\"\r\n", false},
        {"If-Range: \"ABC\"\r\n", false},
        {"If-Range: \"abc\r\n", false},
        {"If-Range: abc\r\n", false},
        {"If-Range: \"\"\r\n", false},
        {"If-Range: *\r\n", false},
        {"If-Range:\r\n", false},
        {"If-Range: \"abc\", \"x\"\r\n", false},
        {"If-Range: \"abc\"x\r\n", false},
        {"If-Range: \"abc\",\r\n", false},
        {"If-Range: \"\r\n", false},
        {"If-Range: \"abc\"\r\nIf-Range: \"abc\"\r\n", false},
    };
    static const struct row without[] = {
        {"If-Range: \"\"\r\n", false},
        {"If-Range: \"abc\"\r\n", false},
        {"If-Range: W/\r\n", false},
    };

    (void)state;
    expect_answers(ask_if_range, &strong, rows, ROWS(rows));
    expect_answers(ask_if_range, &untagged, without, ROWS(without));
}

/* RFC 9110 8.8.3.2: strong comparison needs two strong tags, so a weak one is not even equal to itself. */
static void a_weak_tag_of_ours_never_allows_a_range(void **state)
{
    static const struct row rows[] = {
        {"If-Range: \"abc\"\r\n", false},
        {"If-Range: W/\"abc\"\r\n", false},
    };

    (void)state;
    expect_answers(ask_if_range, &weak, rows, ROWS(rows));
}

static void if_range_takes_the_very_date_and_no_other(void **state)
{
    static const struct row rows[] = {
        {"If-Range: " DATE_SAME "\r\n", true},    {"If-Range: Sun Nov  6 08:49:37 1994\r\n", true},
        {"If-Range: " DATE_BEFORE "\r\n", false}, {"If-Range: " DATE_AFTER "\r\n", false},
        {"If-Range: " DATE_NOW "\r\n", false},    {"If-Range: nonsense\r\n", false},
    };

    static const struct validators young = {.modified = 1750000000, .now = 1900000000 /* in 2030 */};
    static const struct row of_young[] = {
        {"If-Range: Sunday, 15-Jun-25 15:06:40 GMT\r\n", true},
        {"If-Range: Sunday, 15-Jun-25 15:06:41 GMT\r\n", false},
    };

    (void)state;
    expect_answers(ask_if_range, &strong, rows, ROWS(rows));
    expect_answers(ask_if_range, &untagged, rows, ROWS(rows));
    expect_answers(ask_if_range, &young, of_young, ROWS(of_young));
}

/* Within the second of a change there may be another one: the date is then no strong validator (8.8.2.2). */
static void a_date_of_this_very_second_does_not_allow_a_range(void **state)
{
    static const struct validators fresh = {.modified = MODIFIED, .now = MODIFIED};
    static const struct validators older = {.modified = MODIFIED, .now = MODIFIED + 1};
    static const struct row rows[] = {{"If-Range: " DATE_SAME "\r\n", false}};
    static const struct row old_enough[] = {{"If-Range: " DATE_SAME "\r\n", true}};

    (void)state;
    expect_answers(ask_if_range, &fresh, rows, ROWS(rows));
    expect_answers(ask_if_range, &older, old_enough, ROWS(old_enough));
}

static void without_a_date_of_ours_no_date_allows_a_range(void **state)
{
    static const struct validators undated = {.etag = {"\"abc\"", 5}, .modified = INT64_MAX, .now = NOW};
    static const struct row rows[] = {
        {"If-Range: " DATE_SAME "\r\n", false},
        {"If-Range: " DATE_FUTURE "\r\n", false},
        {"If-Range: Fri, 31 Dec 9999 23:59:59 GMT\r\n", false},
        {"If-Range: nonsense\r\n", false},
        {"If-Range: \"abc\"\r\n", true},
    };

    (void)state;
    expect_answers(ask_if_range, &undated, rows, ROWS(rows));
}

/* The other conditions have been asked before. */
static void if_range_is_asked_alone(void **state)
{
    static const struct row rows[] = {
        {"If-Range: \"abc\"\r\nIf-Match: \"x\"\r\nIf-None-Match: \"abc\"\r\n", true},
        {"If-Range: \"x\"\r\nIf-Match: \"abc\"\r\n", false},
        {"If-Match: \"x\"\r\n", true},
    };

    (void)state;
    expect_answers(ask_if_range, &strong, rows, ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(if_range_compares_tags_strongly),
        cmocka_unit_test(a_weak_tag_of_ours_never_allows_a_range),
        cmocka_unit_test(if_range_takes_the_very_date_and_no_other),
        cmocka_unit_test(a_date_of_this_very_second_does_not_allow_a_range),
        cmocka_unit_test(without_a_date_of_ours_no_date_allows_a_range),
        cmocka_unit_test(if_range_is_asked_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
