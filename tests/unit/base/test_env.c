/* SPDX-License-Identifier: MIT */
/* Numbers that a service manager sets: whole ones, and none that only begins as one. */

#include "base/env.h"

#include <stdlib.h>
#include <unistd.h>

#include "expect.h"

#define NAME "BATON_TEST_NUMBER"

static void a_variable_is_a_number_if_it_is_nothing_else(void **state)
{
    static const struct {
        const char *text;
        bool is;
        uint64_t number;
    } rows[] = {
        {"0", true, 0},
        {"3", true, 3},
        {"0010", true, 10},
        {"18446744073709551615", true, UINT64_MAX},
        {"18446744073709551616", false, 0},
        {"", false, 0},
        {" 3", false, 0},
        {"3 ", false, 0},
        {"3\n", false, 0},
        {"+3", false, 0},
        {"-3", false, 0},
        {"3x", false, 0},
        {"0x3", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint64_t number = 0;
        assert_int_equal(setenv(NAME, rows[i].text, 1), 0);
        expect(env_number(NAME, &number) == rows[i].is, "\"%s\"", rows[i].text);
        expect(!rows[i].is || number == rows[i].number, "\"%s\": %llu", rows[i].text, (unsigned long long)number);
    }
    uint64_t number;
    assert_int_equal(unsetenv(NAME), 0);
    assert_false(env_number(NAME, &number));
}

static void a_variable_is_for_us_if_it_holds_our_process_id(void **state)
{
    char text[24];

    (void)state;
    (void)snprintf(text, sizeof text, "%ld", (long)getpid());
    assert_int_equal(setenv(NAME, text, 1), 0);
    assert_true(env_is_for_us(NAME));
    (void)snprintf(text, sizeof text, "%ld", (long)getpid() + 1);
    assert_int_equal(setenv(NAME, text, 1), 0);
    assert_false(env_is_for_us(NAME));
    assert_int_equal(unsetenv(NAME), 0);
    assert_false(env_is_for_us(NAME));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variable_is_a_number_if_it_is_nothing_else),
        cmocka_unit_test(a_variable_is_for_us_if_it_holds_our_process_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
