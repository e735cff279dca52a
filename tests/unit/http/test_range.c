/* SPDX-License-Identifier: MIT */
/* One byte range, as RFC 9110 14.1.2 defines it; what is malformed or of another unit is the whole file. */

#include "http/range.h"

#include "read_range.h"

enum { NONE = RANGE_NONE, ONE = RANGE_PARTS, BEYOND = RANGE_BEYOND };

static const struct {
    const char *field;
    uint64_t size;
    int result;
    uint64_t first, len;
} rows[] = {
    {"bytes=0-0", 1000, ONE, 0, 1},
    {"bytes=0-499", 1000, ONE, 0, 500},
    {"bytes=500-999", 1000, ONE, 500, 500},
    {"bytes=999-999", 1000, ONE, 999, 1},
    {"bytes=0-999", 1000, ONE, 0, 1000},
    {"bytes=0-1000", 1000, ONE, 0, 1000},
    {"bytes=0-18446744073709551615", 1000, ONE, 0, 1000},
    {"bytes=0-99999999999999999999999999", 1000, ONE, 0, 1000},
    {"bytes=00000000000000000000000000-0001", 1000, ONE, 0, 2},
    {"bytes=0-", 1000, ONE, 0, 1000},
    {"bytes=500-", 1000, ONE, 500, 500},
    {"bytes=999-", 1000, ONE, 999, 1},
    {"bytes=-1", 1000, ONE, 999, 1},
    {"bytes=-500", 1000, ONE, 500, 500},
    {"bytes=-1000", 1000, ONE, 0, 1000},
    {"bytes=-1001", 1000, ONE, 0, 1000},
    {"bytes=-99999999999999999999999999", 1000, ONE, 0, 1000},
    {"bytes=0-0", 1, ONE, 0, 1},
    {"bytes=-1", 1, ONE, 0, 1},
    {"BYTES=0-0", 1000, ONE, 0, 1},
    {"Bytes=-5", 1000, ONE, 995, 5},
    {"bytes=18446744073709551613-18446744073709551614", UINT64_MAX, ONE, UINT64_MAX - 2, 2},
    {"bytes=0-", UINT64_MAX, ONE, 0, UINT64_MAX},
    {"bytes=1000-", 1000, BEYOND, 0, 0},
    {"bytes=1000-1000", 1000, BEYOND, 0, 0},
    {"bytes=1000-2000", 1000, BEYOND, 0, 0},
    {"bytes=18446744073709551615-", 1000, BEYOND, 0, 0},
    {"bytes=18446744073709551616-", 1000, BEYOND, 0, 0},
    {"bytes=99999999999999999999999999-", 1000, BEYOND, 0, 0},
    {"bytes=-0", 1000, BEYOND, 0, 0},
    {"bytes=-000", 1000, BEYOND, 0, 0},
    {"bytes=1-0", 1000, NONE, 0, 0},
    {"bytes=500-499", 1000, NONE, 0, 0},
    {"bytes=2000-1999", 1000, NONE, 0, 0},
    {"", 1000, NONE, 0, 0},
    {"bytes", 1000, NONE, 0, 0},
    {"bytes=", 1000, NONE, 0, 0},
    {"bytes=-", 1000, NONE, 0, 0},
    {"bytes=--1", 1000, NONE, 0, 0},
    {"bytes=1", 1000, NONE, 0, 0},
    {"bytes=a-b", 1000, NONE, 0, 0},
    {"bytes=0-a", 1000, NONE, 0, 0},
    {"bytes=a-0", 1000, NONE, 0, 0},
    {"bytes=-a", 1000, NONE, 0, 0},
    {"bytes=-5x", 1000, NONE, 0, 0},
    {"bytes=0-5x", 1000, NONE, 0, 0},
    {"bytes=0-5-6", 1000, NONE, 0, 0},
    {"bytes=0x0-5", 1000, NONE, 0, 0},
    {"bytes=+0-5", 1000, NONE, 0, 0},
    {"bytes=0 - 5", 1000, NONE, 0, 0},
    {"bytes=0- 5", 1000, NONE, 0, 0},
    {"bytes=0 -5", 1000, NONE, 0, 0},
    {"bytes=- 5", 1000, NONE, 0, 0},
    {"bytes==0-5", 1000, NONE, 0, 0},
    {"bytes:0-5", 1000, NONE, 0, 0},
    {"bytes=0:5", 1000, NONE, 0, 0},
    {"bytes=0 5", 1000, NONE, 0, 0},
    {"bytes=5+", 1000, NONE, 0, 0},
    {"bytes 0-5", 1000, NONE, 0, 0},
    {"bytes =0-5", 1000, NONE, 0, 0},
    {"=0-5", 1000, NONE, 0, 0},
    {"0-5", 1000, NONE, 0, 0},
    {"byte=0-5", 1000, NONE, 0, 0},
    {"bytess=0-5", 1000, NONE, 0, 0},
    {"items=0-5", 1000, NONE, 0, 0},
    {"none", 1000, NONE, 0, 0},
    {"bytes=0-5/10", 1000, NONE, 0, 0},
    {"bytes=0-5;a", 1000, NONE, 0, 0},
};

static void a_range_is_read_as_the_rfc_defines_it(void **state)
{
    struct guard g = guard_new(128);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const char *field = rows[i].field;
        struct ranges ranges;
        enum range_result result = read_range(&g, field, rows[i].size, MOST, &ranges);
        expect((int)result == rows[i].result, "\"%s\" of %llu: %d", field, (unsigned long long)rows[i].size, result);
        if (result != RANGE_PARTS)
            continue;
        expect(ranges.n == 1, "\"%s\": %u parts", field, ranges.n);
        expect(ranges.part[0].first == rows[i].first && ranges.part[0].len == rows[i].len, "\"%s\": %llu, %llu bytes",
               field, (unsigned long long)ranges.part[0].first, (unsigned long long)ranges.part[0].len);
    }
    guard_free(&g);
}

/* RFC 9110 14.2: a Range may be ignored. Of nothing, 206 can send no part, and a 416 would reach clients of a proxy that
 * asks in slices. */
static void of_an_empty_file_whatever_is_asked_gives_the_whole(void **state)
{
    static const char *const fields[] = {
        "bytes=0-0",    "bytes=0-",    "bytes=0-1048575", "bytes=5-9",
        "bytes=-5",     "bytes=-0",    "bytes=0-,5-",     "bytes=-1,-2",
        "bytes=-0,0-0", "bytes=-0,-0", "bytes=9-,-1,3-3", "bytes=18446744073709551616-",
    };
    struct guard g = guard_new(128);

    (void)state;
    for (size_t i = 0; i < ROWS(fields); i++) {
        struct ranges ranges;
        enum range_result result = read_range(&g, fields[i], 0, MOST, &ranges);
        expect(result == RANGE_NONE, "%s: %d", fields[i], result);
    }
    guard_free(&g);
}

static void a_range_lies_within_the_file_whatever_is_asked(void **state)
{
    static const uint64_t edges[] = {0, 1, 2, 499, 500, 501, 999, 1000, 1001, UINT64_MAX - 1, UINT64_MAX};

    (void)state;
    for (size_t s = 1; s < ROWS(edges); s++) {
        for (size_t a = 0; a < ROWS(edges); a++) {
            for (size_t b = a; b < ROWS(edges); b++) {
                uint64_t size = edges[s];
                char field[64];
                struct ranges ranges;
                const struct range *range = &ranges.part[0];
                (void)snprintf(field, sizeof field, "bytes=%llu-%llu", (unsigned long long)edges[a],
                               (unsigned long long)edges[b]);
                enum range_result result = range_read(sv_cstr(field), size, MOST, &ranges);
                expect(result == (edges[a] < size ? RANGE_PARTS : RANGE_BEYOND), "%s: %d", field, result);
                if (result != RANGE_PARTS)
                    continue;
                expect(ranges.n == 1 && range->first == edges[a] && range->len > 0 && range->len <= size - range->first,
                       "%s", field);
                expect(range->first + range->len - 1 == (edges[b] < size ? edges[b] : size - 1), "%s: last", field);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_is_read_as_the_rfc_defines_it),
        cmocka_unit_test(of_an_empty_file_whatever_is_asked_gives_the_whole),
        cmocka_unit_test(a_range_lies_within_the_file_whatever_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
