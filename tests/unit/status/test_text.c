/* SPDX-License-Identifier: MIT */
/* Text that is written piece by piece: numbers, seconds, and strings of JSON that no byte ends early. */

#include "status/text.h"

#include <errno.h>
#include <stdlib.h>

#include "known_figures.h"

static int write_hostile(struct buf *to)
{
    struct text t = {to, 0};

    text_add_json(&t, SV("a\"\\\n\x01\xff\x7f}"));
    return t.err;
}

static void no_byte_ends_a_quoted_text_early(void **state)
{
    (void)state;
    assert_string_equal(text_of(write_hostile), "\"a\\\"\\\\\\u000a\\u0001\\u00ff\\u007f}\"");
}

static int write_seconds(struct buf *to)
{
    static const uint64_t us[] = {0, 1, 999999, 1000000, 1500, 123456789012345};
    struct text t = {to, 0};

    for (size_t i = 0; i < ROWS(us); i++) {
        text_add(&t, "%s", i > 0 ? " " : "");
        text_add_seconds(&t, us[i]);
    }
    return t.err;
}

static void seconds_have_all_their_digits(void **state)
{
    (void)state;
    assert_string_equal(text_of(write_seconds), "0.000000 0.000001 0.999999 1.000000 0.001500 123456789.012345");
}

/* Whoever asks at the end hears of it; nothing is written behind a hole. */
static void after_a_piece_that_found_no_room_nothing_is_added(void **state)
{
    struct buf to = {0};
    struct text t = {&to, 0};

    (void)state;
    text_add(&t, "%d", 1);
    t.err = -ENOMEM;
    text_add(&t, "%d", 2);
    text_add_json(&t, SV("x"));
    assert_int_equal(t.err, -ENOMEM);
    assert_true(sv_eq(buf_sv(&to), SV("1")));
    buf_fini(&to);
}

/* A piece is bounded; a string of JSON is many of them. */
static void a_long_string_of_json_is_whole(void **state)
{
    static char many[5000];
    struct buf to = {0};
    struct text t = {&to, 0};

    (void)state;
    memset(many, 'a', sizeof many);
    text_add_json(&t, sv_of(many, sizeof many));
    assert_int_equal(t.err, 0);
    assert_int_equal(to.len, sizeof many + 2);
    buf_fini(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_byte_ends_a_quoted_text_early),
        cmocka_unit_test(seconds_have_all_their_digits),
        cmocka_unit_test(after_a_piece_that_found_no_room_nothing_is_added),
        cmocka_unit_test(a_long_string_of_json_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
