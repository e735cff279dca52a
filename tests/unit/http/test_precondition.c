/* SPDX-License-Identifier: MIT */
/* What a client has got already, against RFC 9110 13: If-None-Match by weak comparison and before If-Modified-Since. */

#include "http/precondition.h"

#include "ask.h"

static const struct validators strong = {.etag = {"\"abc\"", 5}, .modified = MODIFIED, .now = NOW};
static const struct validators weak = {.etag = {"W/\"abc\"", 7}, .modified = MODIFIED, .now = NOW};
static const struct validators untagged = {.modified = MODIFIED, .now = NOW};

static void none_match_compares_weakly(void **state)
{
    static const struct row rows[] = {
        {"", GO},
        {"If-None-Match: \"abc\"\r\n", SAME},
        {"If-None-Match: W/\"abc\"\r\n", SAME},
        {"If-None-Match: \"abd\"\r\n", GO},
        {"If-None-Match: \"ABC\"\r\n", GO},
        {"If-None-Match: \"abcd\"\r\n", GO},
        {"If-None-Match: \"ab\"\r\n", GO},
        {"If-None-Match: \"\"\r\n", GO},
        {"If-None-Match: \"x\", \"abc\"\r\n", SAME},
        {"If-None-Match: \"x\",\"abc\",\"y\"\r\n", SAME},
        {"If-None-Match: \"x\" , W/\"abc\" , \"y\"\r\n", SAME},
        {"If-None-Match: ,, \"x\",,\t\"abc\"\r\n", SAME},
        {"If-None-Match: \"x\", \"y\"\r\n", GO},
        {"If-None-Match: \"x,\", \"abc\"\r\n", SAME},
        {"If-None-Match: \",\\\", \"abc\"\r\n", SAME},
        {"If-None-Match: \"x, \\\"abc\\\"\"\r\n", GO},
        {"If-None-Match: \"x\"\r\nIf-None-Match: \"abc\"\r\n", SAME},
        {"If-None-Match: \"x\"\r\nA: b\r\nIF-NONE-MATCH: W/\"abc\"\r\n", SAME},
        {"If-None-Match:\r\nIf-None-Match: \"abc\"\r\n", SAME},
        {"If-None-Match: *\r\n", SAME},
        {"If-None-Match: \"a b\", \"abc\"\r\n", SAME},
        {"If-None-Match: \"abc\" ,\r\n", SAME},
        {"If-None-Match: \"x\"\r\nIf-None-Match: , ,\r\nIf-None-Match: W/\"y\", \"abc\"\r\n", SAME},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
    expect_answers(ask_check, &weak, rows, ROWS(rows));
}

static void what_is_no_entity_tag_names_nothing(void **state)
{
    static const struct row rows[] = {
        {"If-None-Match:\r\n", GO},          {"If-None-Match: abc\r\n", GO},   {"If-None-Match: \"abc\r\n", GO},
        {"If-None-Match: abc\"\r\n", GO},    {"If-None-Match: 'abc'\r\n", GO}, {"If-None-Match: w/\"abc\"\r\n", GO},
        {"If-None-Match: W\"abc\"\r\n", GO}, {"If-None-Match: W/abc\r\n", GO}, {"If-None-Match: W/\r\n", GO},
        {"If-None-Match: W\r\n", GO},        {"If-None-Match: \"\r\n", GO},    {"If-None-Match: W/\"\r\n", GO},
        {"If-None-Match: \"*\"\r\n", GO},    {"If-None-Match: **\r\n", GO},    {"If-None-Match: W/ \"abc\"\r\n", GO},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
}

/* RFC 9110 5.3: all lines are one list. What was read before it went wrong still counts. */
static void what_is_no_entity_tag_ends_the_list(void **state)
{
    static const struct row rows[] = {
        {"If-None-Match: \"abc\", x\r\n", SAME},
        {"If-None-Match: \"abc\", \"x\r\n", SAME},
        {"If-None-Match: \"abc\"\r\nIf-None-Match: x\r\n", SAME},
        {"If-None-Match: x, \"abc\"\r\n", GO},
        {"If-None-Match: \"x\", y, \"abc\"\r\n", GO},
        {"If-None-Match: x\", \"abc\"\r\n", GO},
        {"If-None-Match: \"x, \"abc\"\r\n", GO},
        {"If-None-Match: W/x, \"abc\"\r\n", GO},
        {"If-None-Match: W/, \"abc\"\r\n", GO},
        {"If-None-Match: x\r\nIf-None-Match: \"abc\"\r\n", GO},
        {"If-None-Match: \"x\r\nIf-None-Match: \"abc\"\r\n", GO},
        {"If-None-Match: \"y\", W\r\nIf-None-Match: \"abc\"\r\n", GO},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
}

static void between_two_tags_there_is_a_comma(void **state)
{
    static const struct row rows[] = {
        {"If-None-Match: \"abc\"x\r\n", GO},       {"If-None-Match: \"abc\"\"\r\n", GO},
        {"If-None-Match: \"abc\"\"x\"\r\n", GO},   {"If-None-Match: \"x\"\"abc\"\r\n", GO},
        {"If-None-Match: \"abc\" \"x\"\r\n", GO},  {"If-None-Match: \"x\"\t\"abc\"\r\n", GO},
        {"If-None-Match: \"abc\"; \"x\"\r\n", GO}, {"If-None-Match: \"abc\"W/\r\n", GO},
        {"If-None-Match: \"abc\" *\r\n", GO},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
}

static void the_asterisk_stands_alone(void **state)
{
    static const struct row rows[] = {
        {"If-None-Match: *\r\n", SAME},
        {"If-None-Match: *, *\r\n", GO},
        {"If-None-Match: *,\r\n", GO},
        {"If-None-Match: , *\r\n", GO},
        {"If-None-Match: *, \"abc\"\r\n", GO},
        {"If-None-Match: \"x\", *\r\n", GO},
        {"If-None-Match: W/*\r\n", GO},
        {"If-None-Match: *\r\nIf-None-Match: *\r\n", GO},
        {"If-None-Match: *\r\nIf-None-Match: \"abc\"\r\n", GO},
        {"If-None-Match: \"x\"\r\nIf-None-Match: *\r\n", GO},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
    expect_answers(ask_check, &untagged, rows, ROWS(rows));
}

static void a_file_without_a_tag_is_named_by_the_asterisk_alone(void **state)
{
    static const struct row rows[] = {
        {"If-None-Match: *\r\n", SAME},     {"If-None-Match: \"\"\r\n", GO}, {"If-None-Match: W/\"\"\r\n", GO},
        {"If-None-Match: \"abc\"\r\n", GO}, {"If-None-Match:\r\n", GO},
    };

    (void)state;
    expect_answers(ask_check, &untagged, rows, ROWS(rows));
}

static void modified_since_compares_dates_in_all_forms(void **state)
{
    static const struct row rows[] = {
        {"If-Modified-Since: " DATE_BEFORE "\r\n", GO},
        {"If-Modified-Since: " DATE_SAME "\r\n", SAME},
        {"If-Modified-Since: " DATE_AFTER "\r\n", SAME},
        {"If-Modified-Since: " DATE_NOW "\r\n", SAME},
        {"If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n", SAME},
        {"If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n", SAME},
        {"If-Modified-Since: Sun Nov  6 08:49:36 1994\r\n", GO},
        {"If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", GO},
        {"If-Modified-Since: Mon, 01 Jan 1900 00:00:00 GMT\r\n", GO},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
    expect_answers(ask_check, &untagged, rows, ROWS(rows));
}

static void a_year_of_two_digits_is_near_us(void **state)
{
    static const struct validators young = {.modified = 1750000000, .now = 1900000000 /* in 2030 */};
    static const struct row rows[] = {
        {"If-Modified-Since: Sunday, 15-Jun-25 15:06:40 GMT\r\n", SAME},
        {"If-Modified-Since: Sunday, 15-Jun-25 15:06:39 GMT\r\n", GO},
    };

    (void)state;
    expect_answers(ask_check, &young, rows, ROWS(rows));
}

static void a_date_that_is_none_is_ignored(void **state)
{
    static const struct row rows[] = {
        {"If-Modified-Since:\r\n", GO},
        {"If-Modified-Since: yesterday\r\n", GO},
        {"If-Modified-Since: *\r\n", GO},
        {"If-Modified-Since: 784111777\r\n", GO},
        {"If-Modified-Since: " DATE_SAME "; length=5\r\n", GO},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
}

/* RFC 9110 makes no exception for a client whose clock is fast, as RFC 2616 did. */
static void a_date_that_is_yet_to_come_counts(void **state)
{
    static const struct row rows[] = {
        {"If-Modified-Since: " DATE_FUTURE "\r\n", SAME},
        {"If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT\r\n", SAME},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
}

/* RFC 9110 13.1.3: a value with more than one member is ignored, and lines of one name are one value (5.3). */
static void more_than_one_date_is_ignored(void **state)
{
    static const struct row rows[] = {
        {"If-Modified-Since: " DATE_SAME ", " DATE_SAME "\r\n", GO},
        {"If-Modified-Since: " DATE_BEFORE "\r\nIf-Modified-Since: " DATE_SAME "\r\n", GO},
        {"If-Modified-Since: " DATE_SAME "\r\nIf-Modified-Since: " DATE_BEFORE "\r\n", GO},
        {"If-Modified-Since: " DATE_SAME "\r\nIf-Modified-Since: nonsense\r\n", GO},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
}

static void none_match_goes_before_modified_since(void **state)
{
    static const struct row rows[] = {
        {"If-None-Match: \"abc\"\r\nIf-Modified-Since: " DATE_BEFORE "\r\n", SAME},
        {"If-None-Match: \"x\"\r\nIf-Modified-Since: " DATE_SAME "\r\n", GO},
        {"If-Modified-Since: " DATE_SAME "\r\nIf-None-Match: \"x\"\r\n", GO},
        {"If-Modified-Since: " DATE_BEFORE "\r\nIf-None-Match: *\r\n", SAME},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
}

static void without_a_date_of_ours_nothing_is_known_to_be_unmodified(void **state)
{
    static const struct validators undated = {.etag = {"\"abc\"", 5}, .modified = INT64_MAX, .now = NOW};
    static const struct row rows[] = {
        {"If-Modified-Since: " DATE_SAME "\r\n", GO},
        {"If-Modified-Since: " DATE_NOW "\r\n", GO},
        {"If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT\r\n", GO},
        {"If-None-Match: \"abc\"\r\n", SAME},
    };

    (void)state;
    expect_answers(ask_check, &undated, rows, ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_match_compares_weakly),
        cmocka_unit_test(what_is_no_entity_tag_names_nothing),
        cmocka_unit_test(what_is_no_entity_tag_ends_the_list),
        cmocka_unit_test(between_two_tags_there_is_a_comma),
        cmocka_unit_test(the_asterisk_stands_alone),
        cmocka_unit_test(a_file_without_a_tag_is_named_by_the_asterisk_alone),
        cmocka_unit_test(modified_since_compares_dates_in_all_forms),
        cmocka_unit_test(a_year_of_two_digits_is_near_us),
        cmocka_unit_test(a_date_that_is_none_is_ignored),
        cmocka_unit_test(a_date_that_is_yet_to_come_counts),
        cmocka_unit_test(more_than_one_date_is_ignored),
        cmocka_unit_test(none_match_goes_before_modified_since),
        cmocka_unit_test(without_a_date_of_ours_nothing_is_known_to_be_unmodified),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
