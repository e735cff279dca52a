/* SPDX-License-Identifier: MIT */
/* Decimal numbers: read as far as there are digits, up to what 64 bits hold, and written as they are read. */

#include "base/decimal.h"

#include "expect.h"
#include "guard.h"

static const struct {
    const char *text;
    uint64_t value;
    size_t len;
    bool is_beyond;
} fronts[] = {
    {"", 0, 0, false},
    {"x", 0, 0, false},
    {"-1", 0, 0, false},
    {"+1", 0, 0, false},
    {" 1", 0, 0, false},
    {"0", 0, 1, false},
    {"007x", 7, 3, false},
    {"42 ", 42, 2, false},
    {"/0", 0, 0, false}, /* the byte before '0' */
    {":0", 0, 0, false}, /* the byte behind '9' */
    {"9:", 9, 1, false},
    {"0x10", 0, 1, false},
    {"18446744073709551609", UINT64_MAX - 6, 20, false},
    {"18446744073709551615", UINT64_MAX, 20, false},
    {"000018446744073709551615", UINT64_MAX, 24, false},
    {"18446744073709551616", UINT64_MAX, 20, true},
    {"18446744073709551620", UINT64_MAX, 20, true},
    {"184467440737095516150", UINT64_MAX, 21, true},
    {"99999999999999999999999999999900", UINT64_MAX, 32, true},
};

static void a_number_is_all_the_digits_at_the_front(void **state)
{
    struct guard g = guard_new(64);

    (void)state;
    for (size_t i = 0; i < ROWS(fronts); i++) {
        size_t len = strlen(fronts[i].text);
        struct decimal d = decimal_read(sv_of(guard_put(&g, fronts[i].text, len), len));
        expect(d.value == fronts[i].value && d.len == fronts[i].len && d.is_beyond == fronts[i].is_beyond,
               "%s: %llu, %zu digits%s", fronts[i].text, (unsigned long long)d.value, d.len,
               d.is_beyond ? ", beyond" : "");
    }
    assert_int_equal(decimal_read(sv_of(NULL, 0)).len, 0);
    guard_free(&g);
}

static const struct {
    const char *text;
    uint64_t most;
    bool is;
} wholes[] = {
    {"0", 0, true},
    {"000", 0, true},
    {"1", 0, false},
    {"65535", 65535, true},
    {"65536", 65535, false},
    {"0000065535", 65535, true},
    {"", UINT64_MAX, false},
    {"1x", UINT64_MAX, false},
    {"1 ", UINT64_MAX, false},
    {"-0", UINT64_MAX, false},
    {"18446744073709551615", UINT64_MAX, true},
    {"18446744073709551616", UINT64_MAX, false},
};

static void a_text_is_a_number_if_it_is_nothing_else_and_not_too_large(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(wholes); i++) {
        uint64_t value = 77;
        struct sv text = sv_cstr(wholes[i].text);
        expect(decimal_parse(text, wholes[i].most, &value) == wholes[i].is, "%s", wholes[i].text);
        expect(value == (wholes[i].is ? decimal_read(text).value : 77), "%s: %llu", wholes[i].text,
               (unsigned long long)value);
    }
    uint64_t value;
    assert_false(decimal_parse(SV("1\0"), UINT64_MAX, &value));
}

static void a_number_is_plain_without_leading_zeros(void **state)
{
    (void)state;
    assert_true(decimal_is_plain(SV("0")));
    assert_true(decimal_is_plain(SV("10")));
    assert_false(decimal_is_plain(SV("00")));
    assert_false(decimal_is_plain(SV("01")));
}

static void what_is_written_is_plain_and_reads_back(void **state)
{
    static const uint64_t numbers[] = {0, 1, 9, 10, 99, 100, 4294967296, UINT64_MAX - 6, UINT64_MAX};
    char room[DECIMAL_MAX];
    char text[32];
    uint64_t value;

    (void)state;
    for (size_t i = 0; i < ROWS(numbers); i++) {
        struct sv digits = decimal_write(numbers[i], room);
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)numbers[i]);
        expect(sv_eq(digits, sv_cstr(text)), "%s: %.*s", text, SV_ARG(digits));
        expect(digits.p >= room && digits.p + digits.len <= room + sizeof room, "%s is elsewhere", text);
        expect(decimal_is_plain(digits) && decimal_parse(digits, UINT64_MAX, &value) && value == numbers[i], "%s",
               text);
    }
}

static void padding_has_the_width_that_was_asked_for(void **state)
{
    char room[] = "........";

    (void)state;
    assert_ptr_equal(decimal_pad(room, 7, 2), room + 2);
    assert_string_equal(room, "07......");
    assert_ptr_equal(decimal_pad(room + 2, 1994, 4), room + 6);
    assert_string_equal(room, "071994..");
    assert_ptr_equal(decimal_pad(room, 123456, 3), room + 3);
    assert_string_equal(room, "456994..");
    assert_ptr_equal(decimal_pad(room, 1, 0), room);
    assert_string_equal(room, "456994..");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_all_the_digits_at_the_front),
        cmocka_unit_test(a_text_is_a_number_if_it_is_nothing_else_and_not_too_large),
        cmocka_unit_test(a_number_is_plain_without_leading_zeros),
        cmocka_unit_test(what_is_written_is_plain_and_reads_back),
        cmocka_unit_test(padding_has_the_width_that_was_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
