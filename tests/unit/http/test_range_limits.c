/* SPDX-License-Identifier: MIT */
/* How much a Range field can make us do: members, empty elements and parts are bounded, and a flood is refused by its
 * beginning. */

#include "http/range.h"

#include "read_range.h"

/* Whatever the caller allows: there is room for no more. */
static void there_are_never_more_parts_than_there_is_room_for(void **state)
{
    static const uint32_t allowed[] = {RANGES_MAX - 1, RANGES_MAX, RANGES_MAX + 1, 5000, UINT32_MAX};
    static struct ranges ranges;
    static char field[16 * (RANGES_MAX + 4)];
    struct guard g = guard_new(sizeof field);

    (void)state;
    for (size_t i = 0; i < ROWS(allowed); i++) {
        for (uint32_t n = RANGES_MAX - 2; n < RANGES_MAX + 3; n++) {
            size_t len = (size_t)snprintf(field, sizeof field, "bytes=");
            for (uint32_t k = 0; k < n; k++)
                len += (size_t)snprintf(field + len, sizeof field - len, "%u-%u,", 10 * k, 10 * k + 5);
            expect(len < sizeof field, "%u ranges are long", n);
            enum range_result result = read_range(&g, field, 100000, allowed[i], &ranges);
            bool fits = n <= allowed[i] && n <= RANGES_MAX;
            expect(result == (fits ? RANGE_PARTS : RANGE_NONE), "%u of %u: %d", n, allowed[i], result);
            expect(!fits || ranges.n == n, "%u of %u: %u parts", n, allowed[i], ranges.n);
            for (uint32_t k = 0; fits && k < n; k++)
                expect(ranges.part[k].first == 10 * k && ranges.part[k].len == 6, "part %u of %u", k, n);
        }
    }
    guard_free(&g);
}

/* n times the text behind "bytes=", and then the end. */
static void write_list(char *field, size_t size, const char *text, size_t n, const char *end)
{
    size_t len = (size_t)snprintf(field, size, "bytes=");

    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(field + len, size - len, "%s", text);
    len += (size_t)snprintf(field + len, size - len, "%s", end);
    expect(len < size, "%zu times \"%s\" is long", n, text);
}

/* The view says 64 kB, and most of it is not there: whoever reads on dies. */
static void a_flood_is_refused_by_its_beginning_alone(void **state)
{
    static const struct {
        const char *text;
        size_t there;
    } rows[] = {
        {",", 2 * RANGES_MAX + 1}, {", ", 2 * RANGES_MAX + 1}, {",\t \t", 2 * RANGES_MAX + 1},
        {"0-0,", MOST + 1},        {"5000-,", MOST + 1},       {",0-, ,", MOST + 1},
    };
    static char field[16 * RANGES_MAX];
    struct guard g = guard_new(sizeof field);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct ranges ranges;
        write_list(field, sizeof field, rows[i].text, rows[i].there, "");
        enum range_result result = range_read(sv_of(guard_put(&g, field, strlen(field)), 65536), 1000, MOST, &ranges);
        expect(result == RANGE_NONE, "a flood of \"%s\": %d", rows[i].text, result);
    }
    guard_free(&g);
}

/* RFC 9110 5.6.1.2: a reasonable number of empty elements is passed over; as many as there can be ranges is that. */
static void a_slip_of_the_comma_is_no_flood(void **state)
{
    static char field[2 * RANGES_MAX];
    struct guard g = guard_new(sizeof field);

    (void)state;
    for (size_t n = 0; n <= RANGES_MAX; n++) {
        struct ranges ranges;
        write_list(field, sizeof field, ",", n, "0-1,4-5");
        expect(read_range(&g, field, 1000, MOST, &ranges) == RANGE_PARTS && ranges.n == 2, "%zu commas", n);
    }
    guard_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_never_more_parts_than_there_is_room_for),
        cmocka_unit_test(a_flood_is_refused_by_its_beginning_alone),
        cmocka_unit_test(a_slip_of_the_comma_is_no_flood),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
