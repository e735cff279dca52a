/* SPDX-License-Identifier: MIT */
/* Whether it is the file that the request is meant for, against RFC 9110 13: If-Match by strong comparison and before
 * If-Unmodified-Since, and both before what asks for a 304. */

#include "http/precondition.h"

#include "ask.h"

static const struct validators strong = {.etag = {"\"abc\"", 5}, .modified = MODIFIED, .now = NOW};
static const struct validators weak = {.etag = {"W/\"abc\"", 7}, .modified = MODIFIED, .now = NOW};
static const struct validators untagged = {.modified = MODIFIED, .now = NOW};
static const struct validators undated = {.etag = {"\"abc\"", 5}, .modified = INT64_MAX, .now = NOW};

static void match_compares_strongly(void **state)
{
    static const struct row rows[] = {
        {"", GO},
        {"If-Match: \"abc\"\r\n", GO},
        {"If-Match: *\r\n", GO},
        {"If-Match: \"x\", \"abc\"\r\n", GO},
        {"If-Match: ,\"x\",,\"abc\" ,W/\"abc\"\r\n", GO},
        {"If-Match: \"x,\", \"abc\"\r\n", GO},
        {"If-Match: W/\"abc\", \"abc\"\r\n", GO},
        {"If-Match: \"x\"\r\nA: b\r\nif-match: \"abc\"\r\n", GO},
        {"If-Match:\r\nIf-Match: \"abc\"\r\n", GO},
        {"If-Match: W/\"abc\"\r\n", FAILED},
        {"If-Match: \"x\", W/\"abc\"\r\n", FAILED},
        {"If-Match: \"abd\"\r\n", FAILED},
        {"If-Match: \"ABC\"\r\n", FAILED},
        {"If-Match: \"ab\"\r\n", FAILED},
        {"If-Match: \"abcd\"\r\n", FAILED},
        {"If-Match: \"\"\r\n", FAILED},
        {"If-Match: \"x\", \"y\"\r\nIf-Match: \"z\"\r\n", FAILED},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
}

/* RFC 9110 8.8.3.2: strong comparison needs two strong tags. */
static void a_weak_tag_of_ours_is_matched_by_the_asterisk_alone(void **state)
{
    static const struct row rows[] = {
        {"If-Match: *\r\n", GO},
        {"If-Match: \"abc\"\r\n", FAILED},
        {"If-Match: W/\"abc\"\r\n", FAILED},
    };

    (void)state;
    expect_answers(ask_check, &weak, rows, ROWS(rows));
}

static void a_match_that_names_no_file_fails(void **state)
{
    static const struct row rows[] = {
        {"If-Match:\r\n", FAILED},
        {"If-Match: ,\r\n", FAILED},
        {"If-Match:\r\nIf-Match:\r\n", FAILED},
        {"If-Match: abc\r\n", FAILED},
        {"If-Match: \"abc\r\n", FAILED},
        {"If-Match: \"abc\"x\r\n", FAILED},
        {"If-Match: x, \"abc\"\r\n", FAILED},
        {"If-Match: x\r\nIf-Match: \"abc\"\r\n", FAILED},
        {"If-Match: \"*\"\r\n", FAILED},
        {"If-Match: **\r\n", FAILED},
        {"If-Match: *, \"abc\"\r\n", FAILED},
        {"If-Match: *\r\nIf-Match: *\r\n", FAILED},
        {"If-Match: \"x\", *\r\n", FAILED},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
}

static void a_file_without_a_tag_matches_the_asterisk_alone(void **state)
{
    static const struct row rows[] = {
        {"If-Match: *\r\n", GO},
        {"If-Match: \"abc\"\r\n", FAILED},
        {"If-Match: \"\"\r\n", FAILED},
        {"If-Match:\r\n", FAILED},
    };

    (void)state;
    expect_answers(ask_check, &untagged, rows, ROWS(rows));
}

static void unmodified_since_compares_dates_in_all_forms(void **state)
{
    static const struct row rows[] = {
        {"If-Unmodified-Since: " DATE_BEFORE "\r\n", FAILED},
        {"If-Unmodified-Since: " DATE_SAME "\r\n", GO},
        {"If-Unmodified-Since: " DATE_AFTER "\r\n", GO},
        {"If-Unmodified-Since: " DATE_NOW "\r\n", GO},
        {"If-Unmodified-Since: " DATE_FUTURE "\r\n", GO},
        {"If-Unmodified-Since: Fri, 31 Dec 9999 23:59:59 GMT\r\n", GO},
        {"If-Unmodified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n", GO},
        {"If-Unmodified-Since: Sunday, 06-Nov-94 08:49:36 GMT\r\n", FAILED},
        {"If-Unmodified-Since: Sun Nov  6 08:49:37 1994\r\n", GO},
        {"If-Unmodified-Since: Sun Nov  6 08:49:36 1994\r\n", FAILED},
        {"If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", FAILED},
        {"If-Unmodified-Since: Mon, 01 Jan 1900 00:00:00 GMT\r\n", FAILED},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
    expect_answers(ask_check, &untagged, rows, ROWS(rows));
}

/* Our clock says in which century, not the age of the file: 50 years ahead is still ahead (RFC 9110 5.6.7). */
static void a_year_of_two_digits_is_near_us(void **state)
{
    static const struct validators old = {.modified = MODIFIED, .now = 1900000000 /* in 2030 */};
    static const struct row rows[] = {
        {"If-Unmodified-Since: Sunday, 06-Nov-44 08:49:37 GMT\r\n", GO},
        {"If-Unmodified-Since: Sunday, 06-Nov-45 08:49:37 GMT\r\n", FAILED},
    };
    static const struct row later[] = {
        {"If-Unmodified-Since: Sunday, 06-Nov-79 08:49:37 GMT\r\n", GO},
        {"If-Unmodified-Since: Sunday, 06-Nov-81 08:49:37 GMT\r\n", FAILED},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
    expect_answers(ask_check, &old, later, ROWS(later));
}

static void a_date_to_come_is_a_date_like_any_other(void **state)
{
    static const struct validators later = {.modified = NOW + 2, .now = NOW};
    static const struct row rows[] = {
        {"If-Unmodified-Since: Mon, 07 Nov 1994 08:49:38 GMT\r\n", FAILED},
        {"If-Unmodified-Since: Mon, 07 Nov 1994 08:49:39 GMT\r\n", GO},
    };

    (void)state;
    expect_answers(ask_check, &later, rows, ROWS(rows));
}

static void what_is_not_one_date_is_ignored(void **state)
{
    static const struct row rows[] = {
        {"If-Unmodified-Since:\r\n", GO},
        {"If-Unmodified-Since: yesterday\r\n", GO},
        {"If-Unmodified-Since: *\r\n", GO},
        {"If-Unmodified-Since: 0\r\n", GO},
        {"If-Unmodified-Since: " DATE_BEFORE "x\r\n", GO},
        {"If-Unmodified-Since: \"" DATE_BEFORE "\"\r\n", GO},
        {"If-Unmodified-Since: " DATE_BEFORE ", " DATE_BEFORE "\r\n", GO},
        {"If-Unmodified-Since: " DATE_BEFORE "\r\nIf-Unmodified-Since: " DATE_BEFORE "\r\n", GO},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
}

/* RFC 9110 13.1.4: there is nothing to compare with. */
static void without_a_date_of_ours_unmodified_since_is_ignored(void **state)
{
    static const struct row rows[] = {
        {"If-Unmodified-Since: " DATE_BEFORE "\r\n", GO},
        {"If-Unmodified-Since: " DATE_SAME "\r\n", GO},
        {"If-Unmodified-Since: nonsense\r\n", GO},
        {"If-Unmodified-Since: " DATE_BEFORE "\r\nIf-None-Match: \"abc\"\r\n", SAME},
        {"If-Match: \"x\"\r\n", FAILED},
    };

    (void)state;
    expect_answers(ask_check, &undated, rows, ROWS(rows));
}

/* RFC 9110 13.2.2: each step is taken only where the one before it let the request pass. */
static void the_conditions_are_asked_in_their_order(void **state)
{
    static const struct row rows[] = {
        /* If-Match hides If-Unmodified-Since, whatever either says. */
        {"If-Match: \"abc\"\r\nIf-Unmodified-Since: " DATE_BEFORE "\r\n", GO},
        {"If-Unmodified-Since: " DATE_BEFORE "\r\nIf-Match: *\r\n", GO},
        {"If-Match: \"x\"\r\nIf-Unmodified-Since: " DATE_SAME "\r\n", FAILED},
        {"If-Match:\r\nIf-Unmodified-Since: " DATE_SAME "\r\n", FAILED},
        /* What has failed is not asked further. */
        {"If-None-Match: \"abc\"\r\nIf-Match: \"x\"\r\n", FAILED},
        {"If-None-Match: *\r\nIf-Unmodified-Since: " DATE_BEFORE "\r\n", FAILED},
        {"If-Match: W/\"abc\"\r\nIf-None-Match: W/\"abc\"\r\n", FAILED},
        {"If-Match: \"x\"\r\nIf-Modified-Since: " DATE_SAME "\r\n", FAILED},
        {"If-Modified-Since: " DATE_SAME "\r\nIf-Unmodified-Since: " DATE_BEFORE "\r\n", FAILED},
        /* What has passed is. */
        {"If-Match: \"abc\"\r\nIf-None-Match: \"abc\"\r\n", SAME},
        {"If-Match: *\r\nIf-None-Match: \"x\"\r\n", GO},
        {"If-Match: \"abc\"\r\nIf-Modified-Since: " DATE_SAME "\r\n", SAME},
        {"If-Match: \"abc\"\r\nIf-Modified-Since: " DATE_BEFORE "\r\n", GO},
        {"If-Unmodified-Since: " DATE_SAME "\r\nIf-None-Match: \"abc\"\r\n", SAME},
        {"If-Unmodified-Since: " DATE_SAME "\r\nIf-Modified-Since: " DATE_SAME "\r\n", SAME},
        {"If-Unmodified-Since: nonsense\r\nIf-Modified-Since: " DATE_SAME "\r\n", SAME},
        {"If-Unmodified-Since: " DATE_SAME "\r\nIf-Modified-Since: " DATE_BEFORE "\r\n", GO},
        /* All of them: the two lists decide. */
        {"If-Modified-Since: " DATE_SAME "\r\nIf-Unmodified-Since: " DATE_BEFORE
         "\r\nIf-None-Match: \"x\"\r\nIf-Match: \"abc\"\r\n",
         GO},
        {"If-Modified-Since: " DATE_BEFORE "\r\nIf-Unmodified-Since: " DATE_BEFORE
         "\r\nIf-None-Match: \"abc\"\r\nIf-Match: \"abc\"\r\n",
         SAME},
        /* If-Range has no say here. */
        {"If-Range: \"x\"\r\n", GO},
        {"If-Range: \"abc\"\r\nIf-Match: \"x\"\r\n", FAILED},
    };

    (void)state;
    expect_answers(ask_check, &strong, rows, ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(match_compares_strongly),
        cmocka_unit_test(a_weak_tag_of_ours_is_matched_by_the_asterisk_alone),
        cmocka_unit_test(a_match_that_names_no_file_fails),
        cmocka_unit_test(a_file_without_a_tag_matches_the_asterisk_alone),
        cmocka_unit_test(unmodified_since_compares_dates_in_all_forms),
        cmocka_unit_test(a_year_of_two_digits_is_near_us),
        cmocka_unit_test(a_date_to_come_is_a_date_like_any_other),
        cmocka_unit_test(what_is_not_one_date_is_ignored),
        cmocka_unit_test(without_a_date_of_ours_unmodified_since_is_ignored),
        cmocka_unit_test(the_conditions_are_asked_in_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
