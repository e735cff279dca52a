/* SPDX-License-Identifier: MIT */
/* The end of a chunked body, found whole, byte by byte and cut at every position; each piece ends at a guarded page. */

#include "http/chunked.h"
#include "http/why.h"

#include "base/sv.h"
#include "expect.h"
#include "guard.h"

#define FORTY_NINE   "0123456789012345678901234567890123456789012345678"
#define NINETY_EIGHT FORTY_NINE FORTY_NINE
#define HUNDRED      NINETY_EIGHT "xx"

enum { DATA_MAX = 100, META_MAX = 20 };

static const struct row {
    const char *name;
    struct sv bytes;
    int want;
} rows[] = {
#define CHUNKED(name, bytes, want) {name, {bytes, sizeof(bytes) - 1}, want},
#include "chunked_cases.def"
#undef CHUNKED
};

/* Give pieces that end at `cut`, then every `step` bytes. Returns what rows[].want would say. */
static int feed(struct guard *g, struct sv bytes, size_t cut, size_t step)
{
    struct chunked ch;
    size_t from = 0;
    size_t to = cut < bytes.len ? cut : bytes.len;

    chunked_init(&ch, DATA_MAX, META_MAX);
    for (;;) {
        size_t used = SIZE_MAX;
        enum chunked_result result = chunked_read(&ch, guard_put(g, bytes.p + from, to - from), to - from, &used);
        expect(used <= to - from, "%zu of %zu bytes used", used, to - from);
        if (result == CHUNKED_BAD)
            return -why_status((enum why)ch.why);
        if (result == CHUNKED_DONE)
            return (int)(from + used);
        expect(used == to - from, "wants more, but used %zu of %zu", used, to - from);
        if (to == bytes.len)
            return -1;
        from = to;
        to = bytes.len - from > step ? from + step : bytes.len;
    }
}

static void a_body_given_whole_ends_where_the_table_says(void **state)
{
    struct guard g = guard_new(256);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int got = feed(&g, rows[i].bytes, SIZE_MAX, 1);
        expect(got == rows[i].want, "%s: %d, want %d", rows[i].name, got, rows[i].want);
    }
    guard_free(&g);
}

static void a_body_ends_there_in_whatever_pieces_it_comes(void **state)
{
    struct guard g = guard_new(256);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (size_t step = 1; step <= 4; step++)
            expect(feed(&g, rows[i].bytes, 0, step) == rows[i].want, "%s: %zu at a time", rows[i].name, step);
        for (size_t cut = 0; cut <= rows[i].bytes.len; cut++)
            expect(feed(&g, rows[i].bytes, cut, SIZE_MAX) == rows[i].want, "%s: cut at %zu", rows[i].name, cut);
    }
    guard_free(&g);
}

static void no_front_of_a_good_body_is_a_body(void **state)
{
    struct guard g = guard_new(256);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        for (int len = 0; len < rows[i].want; len++)
            expect(feed(&g, sv_of(rows[i].bytes.p, (size_t)len), SIZE_MAX, 1) == -1, "%s: %d bytes", rows[i].name, len);
    guard_free(&g);
}

static void a_body_that_is_over_takes_nothing_more(void **state)
{
    struct chunked ch;
    size_t used = 9;

    (void)state;
    chunked_init(&ch, 0, 0);
    assert_int_equal(chunked_read(&ch, "0\r\n\r\n", 5, &used), CHUNKED_DONE);
    assert_int_equal(used, 5);
    assert_int_equal(chunked_read(&ch, "5\r\n", 3, &used), CHUNKED_DONE);
    assert_int_equal(used, 0);
}

/* Sizes are 64 bits wide, and a sum of them that goes beyond does not come round to a small number. */
static void the_largest_sizes_do_not_overflow(void **state)
{
    struct chunked ch;
    size_t used;

    (void)state;
    chunked_init(&ch, UINT64_MAX, 0);
    assert_int_equal(chunked_read(&ch, "ffffffffffffffff\r\nxx", 20, &used), CHUNKED_MORE);
    assert_int_equal(used, 20);
    assert_true(ch.left == UINT64_MAX - 2);

    chunked_init(&ch, UINT64_MAX - 1, 0);
    assert_int_equal(chunked_read(&ch, "1\r\nx\r\nffffffffffffffff\r\n", 24, &used), CHUNKED_BAD);
    assert_int_equal(why_status((enum why)ch.why), 413);
}

static void bounds_of_nothing_allow_a_body_of_nothing(void **state)
{
    struct chunked ch;
    size_t used;

    (void)state;
    chunked_init(&ch, 0, 0);
    assert_int_equal(chunked_read(&ch, "1\r\n", 3, &used), CHUNKED_BAD);
    assert_int_equal(why_status((enum why)ch.why), 413);
    chunked_init(&ch, 0, 0);
    assert_int_equal(chunked_read(&ch, "0;a\r\n", 5, &used), CHUNKED_BAD);
    assert_int_equal(why_status((enum why)ch.why), 413);
    chunked_init(&ch, 0, 0);
    assert_int_equal(chunked_read(&ch, "0\r\nA:", 5, &used), CHUNKED_BAD);
    assert_int_equal(why_status((enum why)ch.why), 413);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_given_whole_ends_where_the_table_says),
        cmocka_unit_test(a_body_ends_there_in_whatever_pieces_it_comes),
        cmocka_unit_test(no_front_of_a_good_body_is_a_body),
        cmocka_unit_test(a_body_that_is_over_takes_nothing_more),
        cmocka_unit_test(the_largest_sizes_do_not_overflow),
        cmocka_unit_test(bounds_of_nothing_allow_a_body_of_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
