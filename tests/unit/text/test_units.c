/* SPDX-License-Identifier: MIT */
/* Numbers with units: what is one, and that each which is written reads back as the same. */

#include "text/units.h"

#include "expect.h"

static const struct {
    enum units_kind kind;
    const char *text;
    enum units_status status;
    uint64_t value;
} unit_rows[] = {
    {UNITS_COUNT, "0", UNITS_OK, 0},
    {UNITS_COUNT, "007", UNITS_OK, 7},
    {UNITS_COUNT, "18446744073709551615", UNITS_OK, UINT64_MAX},
    {UNITS_COUNT, "18446744073709551616", UNITS_OVERFLOW, 0},
    {UNITS_COUNT, "99999999999999999999999999999999", UNITS_OVERFLOW, 0},
    {UNITS_COUNT, "1k", UNITS_BAD_UNIT, 0},
    {UNITS_COUNT, "", UNITS_NO_NUMBER, 0},
    {UNITS_COUNT, "-1", UNITS_NO_NUMBER, 0},
    {UNITS_COUNT, "+1", UNITS_NO_NUMBER, 0},
    {UNITS_COUNT, "0x10", UNITS_BAD_UNIT, 0},
    {UNITS_COUNT, "1.5", UNITS_BAD_UNIT, 0},
    {UNITS_SIZE, "512", UNITS_OK, 512},
    {UNITS_SIZE, "1k", UNITS_OK, 1024},
    {UNITS_SIZE, "64K", UNITS_OK, 65536},
    {UNITS_SIZE, "1m", UNITS_OK, 1048576},
    {UNITS_SIZE, "2G", UNITS_OK, UINT64_C(2147483648)},
    {UNITS_SIZE, "1kb", UNITS_BAD_UNIT, 0},
    {UNITS_SIZE, "1 k", UNITS_BAD_UNIT, 0},
    {UNITS_SIZE, "17179869184g", UNITS_OVERFLOW, 0},
    {UNITS_SIZE, "17179869183g", UNITS_OK, UINT64_C(18446744072635809792)},
    {UNITS_DURATION, "5", UNITS_OK, 5000},
    {UNITS_DURATION, "5ms", UNITS_OK, 5},
    {UNITS_DURATION, "5s", UNITS_OK, 5000},
    {UNITS_DURATION, "5m", UNITS_OK, 300000},
    {UNITS_DURATION, "5h", UNITS_OK, 18000000},
    {UNITS_DURATION, "5d", UNITS_OK, 432000000},
    {UNITS_DURATION, "5w", UNITS_OK, UINT64_C(3024000000)},
    {UNITS_DURATION, "1y", UNITS_OK, UINT64_C(31536000000)},
    {UNITS_DURATION, "5M", UNITS_BAD_UNIT, 0},
    {UNITS_DURATION, "1h30m", UNITS_BAD_UNIT, 0},
    {UNITS_DURATION, "18446744073709551615", UNITS_OVERFLOW, 0},
};

static void numbers_with_units_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(unit_rows); i++) {
        uint64_t value = 0;
        size_t at;
        enum units_status got = units_parse(unit_rows[i].kind, sv_cstr(unit_rows[i].text), &value, &at);
        expect(got == unit_rows[i].status && value == unit_rows[i].value, "'%s' gave %d and %llu", unit_rows[i].text,
               (int)got, (unsigned long long)value);
    }
}

static void every_number_that_is_written_reads_back(void **state)
{
    static const struct {
        enum units_kind kind;
        uint64_t value;
        const char *text;
    } rows[] = {
        {UNITS_COUNT, 0, "0"},
        {UNITS_SIZE, 0, "0"},
        {UNITS_DURATION, 0, "0s"},
        {UNITS_COUNT, 60000, "60000"},
        {UNITS_SIZE, 65536, "64k"},
        {UNITS_SIZE, 1536, "1536"},
        {UNITS_DURATION, 1, "1ms"},
        {UNITS_DURATION, 1500, "1500ms"},
        {UNITS_DURATION, 90000, "90s"},
        {UNITS_DURATION, 60000, "1m"},
        {UNITS_DURATION, 604800000, "1w"},
    };
    uint64_t seed = 3;

    (void)state;
    for (size_t i = 0; i < 10000; i++) {
        bool fixed = i < ROWS(rows);
        enum units_kind kind = fixed ? rows[i].kind : (enum units_kind)random_below(&seed, 3);
        uint64_t value = fixed ? rows[i].value : random_next(&seed) >> random_below(&seed, 64);
        uint64_t again = 1;
        size_t at;
        char text[UNITS_TEXT];

        /* A bare duration that is no whole number of seconds ends in ms, so nothing is lost. */
        units_format(kind, value, text);
        if (fixed)
            assert_string_equal(text, rows[i].text);
        assert_int_equal(units_parse(kind, sv_cstr(text), &again, &at), UNITS_OK);
        assert_true(again == value);
    }
}

/* Any number of the first letters of its name, in either case, are enough. */
static void a_unit_is_guessed_by_its_name(void **state)
{
    static const char *const rows[][2] = {
        {"year", "y"}, {"Years", "y"}, {"sec", "s"}, {"MIN", "m"}, {"h", "h"},     {"hours", "h"},
        {"days", "d"}, {"week", "w"},  {"mo", ""},   {"", ""},     {"yearss", ""}, {"ms", ""},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sv unit = units_guess(sv_cstr(rows[i][0]));
        expect(sv_eq(unit, sv_cstr(rows[i][1])), "'%s' gave '%.*s'", rows[i][0], SV_ARG(unit));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_with_units_are_read),
        cmocka_unit_test(every_number_that_is_written_reads_back),
        cmocka_unit_test(a_unit_is_guessed_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
