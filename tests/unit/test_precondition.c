/* SPDX-License-Identifier: MIT */
/* Preconditions, against RFC 9110 13: If-None-Match by weak comparison and before If-Modified-Since, If-Range by strong
 * comparison or by the very date. */

#include "http/precondition.h"

#include "make_request.h"

/* Sun, 06 Nov 1994 08:49:37 GMT, and a day later it is asked for. */
enum { MODIFIED = 784111777, NOW = MODIFIED + 86400 };

#define DATE_BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define DATE_SAME   "Sun, 06 Nov 1994 08:49:37 GMT"
#define DATE_AFTER  "Sun, 06 Nov 1994 08:49:38 GMT"
#define DATE_NOW    "Mon, 07 Nov 1994 08:49:37 GMT"
#define DATE_FUTURE "Mon, 07 Nov 1994 08:49:38 GMT"

static const struct validators strong = {{"\"abc\"", 5}, MODIFIED, NOW};
static const struct validators weak = {{"W/\"abc\"", 7}, MODIFIED, NOW};
static const struct validators untagged = {{"", 0}, MODIFIED, NOW};

typedef bool question(const struct request *rq, const struct validators *v);

struct row {
    const char *lines;
    bool want;
};

static void expect_answers(question *ask, const struct validators *v, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char head[1024];
        struct made_request m;
        (void)snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", rows[i].lines);
        expect(make_request(&m, sv_cstr(head)) == 0, "%s: refused", rows[i].lines);
        expect(ask(&m.rq, v) == rows[i].want, "%s: %d", rows[i].lines, !rows[i].want);
    }
}

static void none_match_compares_weakly(void **state)
{
    static const struct row rows[] = {
        {"", false},
        {"If-None-Match: \"abc\"\r\n", true},
        {"If-None-Match: W/\"abc\"\r\n", true},
        {"If-None-Match: \"abd\"\r\n", false},
        {"If-None-Match: \"ABC\"\r\n", false},
        {"If-None-Match: \"abcd\"\r\n", false},
        {"If-None-Match: \"ab\"\r\n", false},
        {"If-None-Match: \"\"\r\n", false},
        {"If-None-Match: \"x\", \"abc\"\r\n", true},
        {"If-None-Match: \"x\",\"abc\",\"y\"\r\n", true},
        {"If-None-Match: \"x\" , W/\"abc\" , \"y\"\r\n", true},
        {"If-None-Match: ,, \"x\",,\t\"abc\"\r\n", true},
        {"If-None-Match: \"x\", \"y\"\r\n", false},
        {"If-None-Match: \"x,\", \"abc\"\r\n", true},
        {"If-None-Match: \",\\\", \"abc\"\r\n", true},
        {"If-None-Match: \"x, \\\"abc\\\"\"\r\n", false},
        {"If-None-Match: \"x\"\r\nIf-None-Match: \"abc\"\r\n", true},
        {"If-None-Match: \"x\"\r\nA: b\r\nIF-NONE-MATCH: W/\"abc\"\r\n", true},
        {"If-None-Match:\r\nIf-None-Match: \"abc\"\r\n", true},
        {"If-None-Match: *\r\n", true},
    };

    (void)state;
    expect_answers(precondition_not_modified, &strong, rows, ROWS(rows));
    expect_answers(precondition_not_modified, &weak, rows, ROWS(rows));
}

static void what_is_no_entity_tag_names_nothing(void **state)
{
    static const struct row rows[] = {
        {"If-None-Match:\r\n", false},
        {"If-None-Match: abc\r\n", false},
        {"If-None-Match: \"abc\r\n", false},
        {"If-None-Match: abc\"\r\n", false},
        {"If-None-Match: 'abc'\r\n", false},
        {"If-None-Match: w/\"abc\"\r\n", false},
        {"If-None-Match: W\"abc\"\r\n", false},
        {"If-None-Match: W/abc\r\n", false},
        {"If-None-Match: W/\r\n", false},
        {"If-None-Match: W\r\n", false},
        {"If-None-Match: \"\r\n", false},
        {"If-None-Match: W/\"\r\n", false},
        {"If-None-Match: \"*\"\r\n", false},
        {"If-None-Match: **\r\n", false},
        {"If-None-Match: W/ \"abc\"\r\n", false},
    };

    (void)state;
    expect_answers(precondition_not_modified, &strong, rows, ROWS(rows));
}

static void a_file_without_a_tag_is_named_by_the_asterisk_alone(void **state)
{
    static const struct row rows[] = {
        {"If-None-Match: *\r\n", true},        {"If-None-Match: \"\"\r\n", false}, {"If-None-Match: W/\"\"\r\n", false},
        {"If-None-Match: \"abc\"\r\n", false}, {"If-None-Match:\r\n", false},
    };

    (void)state;
    expect_answers(precondition_not_modified, &untagged, rows, ROWS(rows));
}

static void modified_since_compares_dates_in_all_forms(void **state)
{
    static const struct row rows[] = {
        {"If-Modified-Since: " DATE_BEFORE "\r\n", false},
        {"If-Modified-Since: " DATE_SAME "\r\n", true},
        {"If-Modified-Since: " DATE_AFTER "\r\n", true},
        {"If-Modified-Since: " DATE_NOW "\r\n", true},
        {"If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n", true},
        {"If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n", true},
        {"If-Modified-Since: Sun Nov  6 08:49:36 1994\r\n", false},
        {"If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", false},
        {"If-Modified-Since: Mon, 01 Jan 1900 00:00:00 GMT\r\n", false},
    };

    (void)state;
    expect_answers(precondition_not_modified, &strong, rows, ROWS(rows));
    expect_answers(precondition_not_modified, &untagged, rows, ROWS(rows));
}

static void a_date_that_is_none_or_not_yet_is_ignored(void **state)
{
    static const struct row rows[] = {
        {"If-Modified-Since:\r\n", false},
        {"If-Modified-Since: yesterday\r\n", false},
        {"If-Modified-Since: *\r\n", false},
        {"If-Modified-Since: 784111777\r\n", false},
        {"If-Modified-Since: " DATE_SAME "; length=5\r\n", false},
        {"If-Modified-Since: " DATE_FUTURE "\r\n", false},
        {"If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT\r\n", false},
    };

    (void)state;
    expect_answers(precondition_not_modified, &strong, rows, ROWS(rows));
}

/* RFC 9110 13.1.3: a value with more than one member is ignored, and lines of one name are one value (5.3). */
static void more_than_one_date_is_ignored(void **state)
{
    static const struct row rows[] = {
        {"If-Modified-Since: " DATE_SAME ", " DATE_SAME "\r\n", false},
        {"If-Modified-Since: " DATE_BEFORE "\r\nIf-Modified-Since: " DATE_SAME "\r\n", false},
        {"If-Modified-Since: " DATE_SAME "\r\nIf-Modified-Since: " DATE_BEFORE "\r\n", false},
        {"If-Modified-Since: " DATE_SAME "\r\nIf-Modified-Since: nonsense\r\n", false},
    };

    (void)state;
    expect_answers(precondition_not_modified, &strong, rows, ROWS(rows));
}

static void none_match_goes_before_modified_since(void **state)
{
    static const struct row rows[] = {
        {"If-None-Match: \"abc\"\r\nIf-Modified-Since: " DATE_BEFORE "\r\n", true},
        {"If-None-Match: \"x\"\r\nIf-Modified-Since: " DATE_SAME "\r\n", false},
        {"If-Modified-Since: " DATE_SAME "\r\nIf-None-Match: \"x\"\r\n", false},
        {"If-Modified-Since: " DATE_BEFORE "\r\nIf-None-Match: *\r\n", true},
    };

    (void)state;
    expect_answers(precondition_not_modified, &strong, rows, ROWS(rows));
}

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
    };
    static const struct row without[] = {
        {"If-Range: \"\"\r\n", false},
        {"If-Range: \"abc\"\r\n", false},
        {"If-Range: W/\r\n", false},
    };

    (void)state;
    expect_answers(precondition_if_range, &strong, rows, ROWS(rows));
    expect_answers(precondition_if_range, &untagged, without, ROWS(without));
}

/* RFC 9110 8.8.3.2: strong comparison needs two strong tags, so a weak one is not even equal to itself. */
static void a_weak_tag_of_ours_never_allows_a_range(void **state)
{
    static const struct row rows[] = {
        {"If-Range: \"abc\"\r\n", false},
        {"If-Range: W/\"abc\"\r\n", false},
    };

    (void)state;
    expect_answers(precondition_if_range, &weak, rows, ROWS(rows));
}

static void if_range_takes_the_very_date_and_no_other(void **state)
{
    static const struct row rows[] = {
        {"If-Range: " DATE_SAME "\r\n", true},    {"If-Range: Sun Nov  6 08:49:37 1994\r\n", true},
        {"If-Range: " DATE_BEFORE "\r\n", false}, {"If-Range: " DATE_AFTER "\r\n", false},
        {"If-Range: " DATE_NOW "\r\n", false},    {"If-Range: nonsense\r\n", false},
    };

    (void)state;
    expect_answers(precondition_if_range, &strong, rows, ROWS(rows));
    expect_answers(precondition_if_range, &untagged, rows, ROWS(rows));
}

/* Within the second of a change there may be another one: the date is then no strong validator (8.8.2.2). */
static void a_date_of_this_very_second_does_not_allow_a_range(void **state)
{
    static const struct row rows[] = {{"If-Range: " DATE_SAME "\r\n", false}};
    struct validators fresh = {{"", 0}, MODIFIED, MODIFIED};

    (void)state;
    expect_answers(precondition_if_range, &fresh, rows, ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_match_compares_weakly),
        cmocka_unit_test(what_is_no_entity_tag_names_nothing),
        cmocka_unit_test(a_file_without_a_tag_is_named_by_the_asterisk_alone),
        cmocka_unit_test(modified_since_compares_dates_in_all_forms),
        cmocka_unit_test(a_date_that_is_none_or_not_yet_is_ignored),
        cmocka_unit_test(more_than_one_date_is_ignored),
        cmocka_unit_test(none_match_goes_before_modified_since),
        cmocka_unit_test(if_range_compares_tags_strongly),
        cmocka_unit_test(a_weak_tag_of_ours_never_allows_a_range),
        cmocka_unit_test(if_range_takes_the_very_date_and_no_other),
        cmocka_unit_test(a_date_of_this_very_second_does_not_allow_a_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
