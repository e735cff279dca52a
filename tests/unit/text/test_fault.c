/* SPDX-License-Identifier: MIT */
/* Faults: a part of a text, and a line about it, which ends where there is no more room. */

#include "text/fault.h"

#include <string.h>

#include "expect.h"

static void a_fault_says_what_and_where(void **state)
{
    struct fault f = {0};

    (void)state;
    assert_false(fault_set(&f, 3, 2, "%s is no %d", "it", 7));
    assert_int_equal(f.at, 3);
    assert_int_equal(f.len, 2);
    assert_string_equal(f.why, "it is no 7");
    assert_false(fault_add(&f, "; did you mean '%s'?", "8"));
    assert_int_equal(f.at, 3);
    assert_string_equal(f.why, "it is no 7; did you mean '8'?");
}

static void a_long_line_is_cut(void **state)
{
    char text[2 * sizeof(struct fault)];
    struct fault f = {0};

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(fault_set(&f, 0, 0, "%.*s", (int)sizeof f.why - 3, text));
    assert_false(fault_add(&f, "%s", "yyy"));
    assert_int_equal(strlen(f.why), sizeof f.why - 1);
    assert_string_equal(f.why + sizeof f.why - 4, "xyy");
    assert_false(fault_add(&f, "%s", "z"));
    assert_string_equal(f.why + sizeof f.why - 4, "xyy");
    assert_false(fault_set(&f, 0, 0, "%s", text));
    assert_int_equal(strlen(f.why), sizeof f.why - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_says_what_and_where),
        cmocka_unit_test(a_long_line_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
