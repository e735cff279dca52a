/* SPDX-License-Identifier: MIT */
/* A counted thing ends with its last reference, once, and not before. */

#include "base/ref.h"

#include "base/list.h"

#include "expect.h"

struct thing {
    int ended;
    struct ref ref;
};

static void end(struct ref *r)
{
    list_of(r, struct thing, ref)->ended++;
}

static void the_last_put_ends_a_thing_and_no_other(void **state)
{
    (void)state;
    for (int extra = 0; extra < 100; extra++) {
        struct thing thing = {.ref = {.count = 1, .end = end}};
        for (int i = 0; i < extra; i++)
            ref_get(&thing.ref);
        for (int i = 0; i < extra; i++) {
            ref_put(&thing.ref);
            assert_int_equal(thing.ended, 0);
        }
        ref_put(&thing.ref);
        assert_int_equal(thing.ended, 1);
    }
}

static void a_thing_may_be_taken_again_while_one_reference_is_left(void **state)
{
    struct thing thing = {.ref = {.count = 1, .end = end}};

    (void)state;
    for (int i = 0; i < 1000; i++) {
        ref_get(&thing.ref);
        ref_put(&thing.ref);
    }
    assert_int_equal(thing.ended, 0);
    assert_int_equal(thing.ref.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_put_ends_a_thing_and_no_other),
        cmocka_unit_test(a_thing_may_be_taken_again_while_one_reference_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
