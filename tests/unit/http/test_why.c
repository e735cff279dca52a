/* SPDX-License-Identifier: MIT */
/* Reasons: each has a status that we answer, and a text of its own. */

#include "http/why.h"

#include <string.h>

#include "http/status.h"

#include "expect.h"

static bool is_answered(int code)
{
    for (int i = 0; i < STATUS_COUNT; i++)
        if (status_table[i].code == code)
            return true;
    return false;
}

static void every_reason_has_a_status_that_is_answered(void **state)
{
    (void)state;
    assert_int_equal(why_status(WHY_NONE), 0);
    for (int i = WHY_NONE + 1; i < WHY_COUNT; i++)
        expect(is_answered(why_status((enum why)i)), "%s: status %d", why_text((enum why)i), why_status((enum why)i));
}

static void no_two_reasons_are_told_alike(void **state)
{
    (void)state;
    for (int i = WHY_NONE + 1; i < WHY_COUNT; i++) {
        expect(why_text((enum why)i)[0] != '\0', "reason %d is not told", i);
        for (int k = i + 1; k < WHY_COUNT; k++)
            expect(strcmp(why_text((enum why)i), why_text((enum why)k)) != 0, "%s: told twice", why_text((enum why)i));
    }
}

/* A status without a page has no answer to a request that is refused. */
static void every_refusal_has_a_page(void **state)
{
    (void)state;
    for (int i = WHY_NONE + 1; i < WHY_COUNT; i++) {
        int code = why_status((enum why)i);
        const struct status *row = &status_table[status_index(code)];
        expect(code < 400 || row->text[0] != '\0', "%d: %s", code, why_text((enum why)i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_has_a_status_that_is_answered),
        cmocka_unit_test(no_two_reasons_are_told_alike),
        cmocka_unit_test(every_refusal_has_a_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
