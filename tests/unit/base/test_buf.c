/* SPDX-License-Identifier: MIT */
/* The growing buffer: what goes in comes out, in order, however it grew; a refusal changes nothing. */

#include "base/buf.h"

#include <errno.h>
#include <stdlib.h>

#include "expect.h"

static void an_empty_buffer_is_zero_and_holds_no_memory(void **state)
{
    struct buf b = {0};

    (void)state;
    assert_int_equal(buf_sv(&b).len, 0);
    assert_int_equal(buf_reserve(&b, 0), 0);
    assert_int_equal(buf_add(&b, sv_of(NULL, 0)), 0);
    assert_null(b.p);
    assert_int_equal(b.cap, 0);
    buf_fini(&b);
    buf_fini(&b);
}

static void appended_bytes_come_back_in_order(void **state)
{
    struct buf b = {0};

    (void)state;
    for (int i = 0; i < 10000; i++) {
        char bytes[3] = {(char)i, 0, (char)(i >> 8)};
        assert_int_equal(buf_add(&b, sv_of(bytes, sizeof bytes)), 0);
        assert_int_equal(b.len, 3 * (i + 1));
        assert_true(b.cap >= b.len);
    }
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(b.p[3 * i], (char)i);
        assert_int_equal(b.p[3 * i + 1], 0);
        assert_int_equal(b.p[3 * i + 2], (char)(i >> 8));
    }
    buf_fini(&b);
    assert_null(b.p);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.cap, 0);
}

static void a_buffer_may_be_used_again_after_fini(void **state)
{
    struct buf b = {0};

    (void)state;
    assert_int_equal(buf_add(&b, SV("one")), 0);
    buf_fini(&b);
    assert_int_equal(buf_add(&b, SV("two")), 0);
    assert_true(sv_eq(buf_sv(&b), SV("two")));
    buf_fini(&b);
}

static void reserved_room_is_there_and_adds_nothing(void **state)
{
    static const size_t wants[] = {1, 255, 256, 257, 1000, 65536, 1000000};

    (void)state;
    for (size_t i = 0; i < ROWS(wants); i++) {
        struct buf b = {0};
        assert_int_equal(buf_add(&b, SV("abc")), 0);
        assert_int_equal(buf_reserve(&b, wants[i]), 0);
        expect(b.cap - b.len >= wants[i], "room for %zu is %zu", wants[i], b.cap - b.len);
        assert_true(sv_eq(buf_sv(&b), SV("abc")));
        memset(b.p + b.len, 'x', wants[i]);
        char *before = b.p;
        assert_int_equal(buf_reserve(&b, wants[i]), 0);
        assert_ptr_equal(before, b.p);
        buf_fini(&b);
    }
}

static void a_refusal_leaves_the_contents_as_they_were(void **state)
{
    static const size_t too_much[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 3, SIZE_MAX / 2 + 1, SIZE_MAX / 2 - 2};
    struct buf b = {0};

    (void)state;
    assert_int_equal(buf_add(&b, SV("abc")), 0);
    for (size_t i = 0; i < ROWS(too_much); i++) {
        expect(buf_reserve(&b, too_much[i]) == -ENOMEM, "row %zu was granted", i);
        assert_true(sv_eq(buf_sv(&b), SV("abc")));
    }
    buf_fini(&b);
}

static void formatted_text_is_appended_whole_at_every_fill(void **state)
{
    char want[700];

    (void)state;
    memset(want, 'w', sizeof want);
    for (int held = 0; held <= 520; held++) {
        struct buf b = {0};
        assert_int_equal(buf_add(&b, sv_of(want, (size_t)held)), 0);
        assert_int_equal(buf_addf(&b, "%.*s|%d", held % 97, want, held), 0);
        assert_int_equal(buf_addf(&b, "%s", ""), 0);

        char tail[128];
        int len = snprintf(tail, sizeof tail, "%.*s|%d", held % 97, want, held);
        expect(b.len == (size_t)(held + len), "held %d: length %zu", held, b.len);
        expect(b.cap >= b.len, "held %d: more than the room", held);
        expect(sv_eq(sv_skip(buf_sv(&b), (size_t)held), sv_of(tail, (size_t)len)), "held %d: text", held);
        buf_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_zero_and_holds_no_memory),
        cmocka_unit_test(appended_bytes_come_back_in_order),
        cmocka_unit_test(a_buffer_may_be_used_again_after_fini),
        cmocka_unit_test(reserved_room_is_there_and_adds_nothing),
        cmocka_unit_test(a_refusal_leaves_the_contents_as_they_were),
        cmocka_unit_test(formatted_text_is_appended_whole_at_every_fill),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
