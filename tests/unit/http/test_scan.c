/* SPDX-License-Identifier: MIT */
/* The scanners as this target builds them (vectors where it has them) against the table of bytes. */

#include "http/scan.h"

#include "scan_cases.h"

static const struct scanner value = {"value", scan_value, BYTE_VALUE, {'v', '\t', '\x80'}};
static const struct scanner target = {"target", scan_target, BYTE_TARGET, {'/', '~', '\xff'}};
static const struct scanner token = {"token", scan_token, BYTE_TOKEN, {'t', '-', '_'}};
static const struct scanner plain = {"plain", scan_plain, BYTE_PLAIN, {'p', ' ', '~'}};

static void value_agrees_with_the_table_for_every_byte_at_every_position(void **state)
{
    (void)state;
    scan_every_byte_at_every_position(&value);
}

static void target_agrees_with_the_table_for_every_byte_at_every_position(void **state)
{
    (void)state;
    scan_every_byte_at_every_position(&target);
}

static void token_agrees_with_the_table_for_every_byte_at_every_position(void **state)
{
    (void)state;
    scan_every_byte_at_every_position(&token);
}

static void plain_agrees_with_the_table_for_every_byte_at_every_position(void **state)
{
    (void)state;
    scan_every_byte_at_every_position(&plain);
}

static void the_first_foreign_byte_ends_the_run(void **state)
{
    (void)state;
    scan_stops_at_the_first_of_two_and_at_n(&value);
    scan_stops_at_the_first_of_two_and_at_n(&target);
    scan_stops_at_the_first_of_two_and_at_n(&token);
    scan_stops_at_the_first_of_two_and_at_n(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(value_agrees_with_the_table_for_every_byte_at_every_position),
        cmocka_unit_test(target_agrees_with_the_table_for_every_byte_at_every_position),
        cmocka_unit_test(token_agrees_with_the_table_for_every_byte_at_every_position),
        cmocka_unit_test(plain_agrees_with_the_table_for_every_byte_at_every_position),
        cmocka_unit_test(the_first_foreign_byte_ends_the_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
