/* SPDX-License-Identifier: MIT */
/* The size that coded files tell of their content: what gzip and zstd write, and what is too short, of another coding, or
 * does not tell. */

#include "http/coded_size.h"

#include "expect.h"
#include "guard.h"

#define ROW(coding, told, bytes)               \
    {                                          \
        coding, told, bytes, sizeof(bytes) - 1 \
    }
#define UNKNOWN CODED_SIZE_UNKNOWN

/* The heads of gzip -n and zstd 1.5, of files of these sizes, and by the letter of the formats. */
static const struct {
    enum coding coding;
    uint64_t told;
    const char *bytes;
    size_t len;
} rows[] = {
    ROW(CODING_GZIP, 6, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\xcc\x29\xc8\x48\xe4\x02\0\xec\x6e\x60\x9f\x06\0\0\0"),
    ROW(CODING_GZIP, 0, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0"),
    ROW(CODING_GZIP, 0xfffffffe, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\xfe\xff\xff\xff"),
    ROW(CODING_GZIP, UNKNOWN, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0"),
    ROW(CODING_GZIP, UNKNOWN, "\x1f\x8c\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0"),
    ROW(CODING_GZIP, UNKNOWN, ""),
    ROW(CODING_ZSTD, 6, "\x28\xb5\x2f\xfd\x24\x06\x31\0\0alpha\n\x52\xc0\x77\x40"),
    ROW(CODING_ZSTD, 1000, "\x28\xb5\x2f\xfd\x64\xe8\x02\x4d\0\0\x10\0\0\x01\0\xe3\x2b\x80"),
    ROW(CODING_ZSTD, 255, "\x28\xb5\x2f\xfd\x20\xff"),
    ROW(CODING_ZSTD, 256, "\x28\xb5\x2f\xfd\x60\x00\x00"),
    ROW(CODING_ZSTD, 0x01020304, "\x28\xb5\x2f\xfd\xa0\x04\x03\x02\x01"),
    ROW(CODING_ZSTD, 0x01020304, "\x28\xb5\x2f\xfd\x80\x58\x04\x03\x02\x01"),
    ROW(CODING_ZSTD, 0x0102030405060708, "\x28\xb5\x2f\xfd\xc0\x58\x08\x07\x06\x05\x04\x03\x02\x01"),
    ROW(CODING_ZSTD, 0x0102030405060708, "\x28\xb5\x2f\xfd\xc3\x58\xd1\xd2\xd3\xd4\x08\x07\x06\x05\x04\x03\x02\x01"),
    ROW(CODING_ZSTD, 7, "\x28\xb5\x2f\xfd\x21\xd1\x07"),
    ROW(CODING_ZSTD, UNKNOWN, "\x28\xb5\x2f\xfd\x04\x58\x31\0\0alpha\n\x52\xc0\x77\x40"), /* from a pipe */
    ROW(CODING_ZSTD, UNKNOWN, "\x28\xb5\x2f\xfd\xc3\x58\xd1\xd2\xd3\xd4\x08\x07\x06\x05\x04\x03\x02"),
    ROW(CODING_ZSTD, UNKNOWN, "\x50\x2a\x4d\x18\x04\0\0\0skip"),
    ROW(CODING_ZSTD, UNKNOWN, "\x28\xb5\x2f\xfd"),
    ROW(CODING_ZSTD, UNKNOWN, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0"),
    ROW(CODING_BR, UNKNOWN, "\x0b\x02\x80\x61\x6c\x70\x68\x61\x0a\x03"),
};

static void the_size_is_read_where_it_is_told(void **state)
{
    struct guard front_guard = guard_new(64);
    struct guard back_guard = guard_new(64);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t len = rows[i].len;
        size_t front = len < CODED_SIZE_FRONT ? len : CODED_SIZE_FRONT;
        size_t back = len < CODED_SIZE_BACK ? len : CODED_SIZE_BACK;
        uint64_t told = coded_size(rows[i].coding, sv_of(guard_put(&front_guard, rows[i].bytes, front), front),
                                   sv_of(guard_put(&back_guard, rows[i].bytes + len - back, back), back));
        expect(told == rows[i].told, "row %zu: %llu", i, (unsigned long long)told);
    }
    guard_free(&front_guard);
    guard_free(&back_guard);
}

static void what_is_not_told_may_be_any_size(void **state)
{
    (void)state;
    for (int c = 0; c < CODING_COUNT; c++) {
        assert_true(coded_size_fits((enum coding)c, UNKNOWN, 0));
        assert_true(coded_size_fits((enum coding)c, UNKNOWN, UINT64_MAX));
        assert_true(coded_size_fits((enum coding)c, 7, 7));
        assert_false(coded_size_fits((enum coding)c, 7, 8));
    }
    assert_true(coded_size_fits(CODING_GZIP, 7, (UINT64_C(1) << 32) + 7));
    assert_false(coded_size_fits(CODING_ZSTD, 7, (UINT64_C(1) << 32) + 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_size_is_read_where_it_is_told),
        cmocka_unit_test(what_is_not_told_may_be_any_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
