/* SPDX-License-Identifier: MIT */
/* Dates, written and read, against the C library's calendar: every day of leap years and the days around every turn of
 * a year from 1970 to 9999; the three forms; the 50 years of a two-digit year; and what is no date at all. */

#include "http/date.h"

#include <time.h>

#include "expect.h"

static const int64_t last = 253402300799; /* 31 December 9999, 23:59:59 */
static const int64_t sample = 784111777;  /* Sun, 06 Nov 1994 08:49:37 GMT: the RFC's example */

static const char *const long_days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t at(int year, int month, int day)
{
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};

    return timegm(&tm);
}

static struct tm calendar(int64_t when)
{
    struct tm tm;
    time_t t = (time_t)when;

    expect(gmtime_r(&t, &tm) != NULL, "%lld is no time", (long long)when);
    return tm;
}

static void expect_read(const char *text, int64_t now, int64_t want)
{
    int64_t got = -1;

    expect(date_read(sv_cstr(text), now, &got), "%s was not read", text);
    expect(got == want, "%s: %lld, want %lld", text, (long long)got, (long long)want);
}

/* Write `when` as the two forms that we only read. */
static void other_forms(int64_t when, char *rfc850, char *asctime_form, size_t size)
{
    struct tm tm = calendar(when);
    const char *day = long_days[tm.tm_wday];
    const char *month = month_names[tm.tm_mon];

    (void)snprintf(rfc850, size, "%s, %02d-%s-%02d %02d:%02d:%02d GMT", day, tm.tm_mday, month, tm.tm_year % 100,
                   tm.tm_hour, tm.tm_min, tm.tm_sec);
    (void)snprintf(asctime_form, size, "%.3s %s %2d %02d:%02d:%02d %04d", day, month, tm.tm_mday, tm.tm_hour, tm.tm_min,
                   tm.tm_sec, tm.tm_year + 1900);
}

static void expect_round_trip(int64_t when)
{
    struct tm tm = calendar(when);
    char got[DATE_LEN + 1];
    char want[64];
    char other[64];

    memset(got, '#', sizeof got);
    date_write(when, got);
    (void)snprintf(want, sizeof want, "%.3s, %02d %s %04d %02d:%02d:%02d GMT#", long_days[tm.tm_wday], tm.tm_mday,
                   month_names[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    expect(memcmp(got, want, sizeof got) == 0, "%lld is \"%.*s\", want \"%s\"", (long long)when, (int)DATE_LEN, got,
           want);
    want[DATE_LEN] = '\0';
    expect_read(want, 0, when);
    other_forms(when, other, want, sizeof want);
    expect_read(want, 0, when);
    expect_read(other, when, when);
}

static void the_example_of_the_rfc_is_read_in_its_three_forms(void **state)
{
    (void)state;
    expect_read("Sun, 06 Nov 1994 08:49:37 GMT", 0, sample);
    expect_read("Sunday, 06-Nov-94 08:49:37 GMT", sample, sample);
    expect_read("Sun Nov  6 08:49:37 1994", 0, sample);
    expect_round_trip(sample);
    expect_round_trip(0);
    expect_round_trip(last);
}

static void the_turns_of_every_year_make_the_round_trip(void **state)
{
    (void)state;
    for (int year = 1970; year <= 9999; year++) {
        const int64_t turns[] = {at(year, 1, 1), at(year, 3, 1) - 1, at(year, 3, 1), at(year, 12, 31) + 86399};
        for (size_t i = 0; i < ROWS(turns); i++)
            expect_round_trip(turns[i]);
    }
}

static void every_day_of_leap_years_makes_the_round_trip(void **state)
{
    static const int years[] = {1970, 1972, 1999, 2000, 2024, 2026, 2028, 2100, 2400, 9996, 9999};

    (void)state;
    for (size_t i = 0; i < ROWS(years); i++)
        for (int64_t day = at(years[i], 1, 1); day < at(years[i], 12, 31) + 86400; day += 86400)
            expect_round_trip(day + 86399 * (day / 86400 % 2));
}

static void times_between_make_the_round_trip(void **state)
{
    uint64_t seed = 0xda7e;

    (void)state;
    for (int i = 0; i < 50000; i++)
        expect_round_trip((int64_t)random_below(&seed, (size_t)last + 1));
    for (int64_t second = 0; second < 86400; second++) {
        char text[DATE_LEN + 1] = "";
        int64_t back = -1;
        date_write(sample - sample % 86400 + second, text);
        expect(date_read(sv_of(text, DATE_LEN), 0, &back) && back == sample - sample % 86400 + second, "%s", text);
    }
}

/* Before 1970 too: If-Modified-Since may say so, and is then older than every file. */
static void dates_of_all_four_digit_years_are_read(void **state)
{
    (void)state;
    for (int year = 0; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            char text[64];
            (void)snprintf(text, sizeof text, "Sun, 28 %s %04d 00:00:00 GMT", month_names[month - 1], year);
            expect_read(text, 0, at(year, month, 28));
        }
    }
}

static void a_year_of_two_digits_is_within_50_years(void **state)
{
    static const struct {
        int now, digits, year;
    } rows[] = {
        {2026, 26, 2026}, {2026, 25, 2025}, {2026, 27, 2027}, {2026, 75, 2075}, {2026, 77, 1977}, {2026, 99, 1999},
        {2026, 0, 2000},  {1994, 94, 1994}, {1994, 43, 2043}, {1994, 45, 1945}, {1999, 0, 2000},  {1999, 48, 2048},
        {1999, 50, 1950}, {2000, 99, 1999}, {2000, 49, 2049}, {2000, 51, 1951}, {2050, 99, 2099}, {2050, 1, 2001},
        {2099, 0, 2100},  {2099, 50, 2050}, {2099, 48, 2148}, {2051, 0, 2100},  {2049, 0, 2000},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "Monday, 01-Jul-%02d 00:00:00 GMT", rows[i].digits);
        expect_read(text, at(rows[i].now, 7, 1), at(rows[i].year, 7, 1));
    }
}

/* RFC 9110 5.6.7: "a timestamp that appears to be more than 50 years in the future", not a year that does. */
static void fifty_years_are_counted_to_the_second(void **state)
{
    int64_t now = at(2026, 7, 1);

    (void)state;
    expect_read("Wednesday, 01-Jul-76 00:00:00 GMT", now, at(2076, 7, 1));
    expect_read("Wednesday, 01-Jul-76 00:00:01 GMT", now, at(1976, 7, 1) + 1);
    expect_read("Friday, 31-Dec-76 00:00:00 GMT", now, at(1976, 12, 31));
}

static void days_that_the_calendar_does_not_have_are_refused(void **state)
{
    static const struct {
        const char *date;
        bool good;
    } rows[] = {
        {"29 Feb 2024", true},  {"29 Feb 2023", false}, {"29 Feb 2000", true},  {"29 Feb 1900", false},
        {"29 Feb 2100", false}, {"29 Feb 2400", true},  {"30 Feb 2024", false}, {"28 Feb 2023", true},
        {"31 Jan 2023", true},  {"32 Jan 2023", false}, {"00 Jan 2023", false}, {"31 Mar 2023", true},
        {"30 Apr 2023", true},  {"31 Apr 2023", false}, {"31 May 2023", true},  {"31 Jun 2023", false},
        {"31 Jul 2023", true},  {"31 Aug 2023", true},  {"31 Sep 2023", false}, {"31 Oct 2023", true},
        {"31 Nov 2023", false}, {"31 Dec 2023", true},  {"99 Dec 2023", false},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[64];
        int64_t time;
        (void)snprintf(text, sizeof text, "Sun, %s 00:00:00 GMT", rows[i].date);
        expect(date_read(sv_cstr(text), 0, &time) == rows[i].good, "%s", text);
    }
}

static void what_is_no_date_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        " ",
        "0",
        "Sun",
        "Sun,",
        "now",
        "784111777",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 GM",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMTx",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun,  6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 19940 08:49:37 GMT",
        "Sun, 06 Nov -994 08:49:37 GMT",
        "Sun, 06 Nox 1994 08:49:37 GMT",
        "Sux, 06 Nov 1994 08:49:37 GMT",
        "Sun 06 Nov 1994 08:49:37 GMT",
        "Sun,06 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06 Nov 1994  08:49:37 GMT",
        "Sun, 06 Nov 1994 08.49.37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT; length=5",
        "06 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 06 Nov 94 08:49:37 GMT",
        "Sunday, 6-Nov-94 08:49:37 GMT",
        "Sunday 06-Nov-94 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov   6 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        "Sun Nov  6 08:49:37 94",
        "Sunday Nov  6 08:49:37 1994",
        "Sun Nov  0 08:49:37 1994",
        "Sun Nov 31 08:49:37 1994",
        "Sun, Nov  6 08:49:37 1994",
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t time;
        expect(!date_read(sv_cstr(rows[i]), sample, &time), "\"%s\" was read", rows[i]);
    }
    int64_t time;
    assert_false(date_read(sv_of(NULL, 0), sample, &time));
}

static void no_front_of_a_date_is_a_date(void **state)
{
    static const char *const rows[] = {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                                       "Sun Nov  6 08:49:37 1994"};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (size_t len = 0; len < strlen(rows[i]); len++) {
            int64_t time;
            expect(!date_read(sv_of(rows[i], len), sample, &time), "\"%.*s\" was read", (int)len, rows[i]);
        }
    }
}

static void a_leap_second_is_the_second_behind_it(void **state)
{
    (void)state;
    expect_read("Sat, 31 Dec 2016 23:59:60 GMT", 0, at(2017, 1, 1));
}

static void the_log_form_is_that_of_the_common_log(void **state)
{
    static const int64_t times[] = {0, sample, 951782400, 951868799, last};

    (void)state;
    for (size_t i = 0; i < ROWS(times); i++) {
        struct tm tm = calendar(times[i]);
        char got[DATE_LOG_LEN + 1];
        char want[64];
        memset(got, '#', sizeof got);
        date_write_log(times[i], got);
        (void)snprintf(want, sizeof want, "%02d/%s/%04d:%02d:%02d:%02d +0000#", tm.tm_mday, month_names[tm.tm_mon],
                       tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
        expect(memcmp(got, want, sizeof got) == 0, "\"%.*s\", want \"%s\"", (int)DATE_LOG_LEN, got, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_rfc_is_read_in_its_three_forms),
        cmocka_unit_test(the_turns_of_every_year_make_the_round_trip),
        cmocka_unit_test(every_day_of_leap_years_makes_the_round_trip),
        cmocka_unit_test(times_between_make_the_round_trip),
        cmocka_unit_test(dates_of_all_four_digit_years_are_read),
        cmocka_unit_test(a_year_of_two_digits_is_within_50_years),
        cmocka_unit_test(fifty_years_are_counted_to_the_second),
        cmocka_unit_test(days_that_the_calendar_does_not_have_are_refused),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(no_front_of_a_date_is_a_date),
        cmocka_unit_test(a_leap_second_is_the_second_behind_it),
        cmocka_unit_test(the_log_form_is_that_of_the_common_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
