/* SPDX-License-Identifier: MIT */
/* Several byte ranges in one field: the list (RFC 9110 5.6.1), what is left of it once overlaps are merged, and in which
 * order. Beyond the tables, random lists are compared with a slow model. */

#include "http/range.h"

#include "read_range.h"

/* What is behind "bytes=", and what it means: "none", "beyond", or the parts in the form in which they are asked for. */
struct list_row {
    const char *list, *want;
};

static void write_result(enum range_result result, const struct ranges *ranges, char *text, size_t size)
{
    size_t n = 0;

    expect(result != RANGE_PARTS || ranges->n <= RANGES_MAX, "%u parts", ranges->n);
    (void)snprintf(text, size, "%s", result == RANGE_NONE ? "none" : result == RANGE_BEYOND ? "beyond" : "no parts");
    for (uint32_t i = 0; result == RANGE_PARTS && i < ranges->n; i++) {
        const struct range *part = &ranges->part[i];
        n += (size_t)snprintf(text + n, size - n, "%s%llu-%llu", i > 0 ? "," : "", (unsigned long long)part->first,
                              (unsigned long long)(part->first + part->len - 1));
    }
}

static void expect_lists(const struct list_row *rows, size_t n, uint64_t size, uint32_t most)
{
    struct guard g = guard_new(1024);

    for (size_t i = 0; i < n; i++) {
        char field[512];
        char got[512];
        struct ranges ranges;
        (void)snprintf(field, sizeof field, "bytes=%s", rows[i].list);
        write_result(read_range(&g, field, size, most, &ranges), &ranges, got, sizeof got);
        expect(strcmp(got, rows[i].want) == 0, "\"%s\" of %llu: %s", field, (unsigned long long)size, got);
    }
    guard_free(&g);
}

static void several_ranges_are_answered_in_the_order_asked(void **state)
{
    static const struct list_row rows[] = {
        {"0-1,4-5", "0-1,4-5"},
        {"4-5,0-1", "4-5,0-1"},
        {"500-,0-0,-1", "500-999,0-0"},
        {"-1,0-0", "999-999,0-0"},
        {"0-0,-1", "0-0,999-999"},
        {"900-949,0-99,-050", "900-949,0-99,950-999"},
        {"9-9,7-7,5-5,3-3,1-1,8-8", "9-9,7-7,5-5,3-3,1-1,8-8"},
        {"0-0,999-99999999999999999999", "0-0,999-999"},
    };

    (void)state;
    expect_lists(rows, ROWS(rows), 1000, MOST);
}

static void empty_elements_and_space_around_commas_are_passed_over(void **state)
{
    static const struct list_row rows[] = {
        {"0-1, 4-5", "0-1,4-5"},
        {"0-1 ,4-5", "0-1,4-5"},
        {"0-1\t, \t4-5", "0-1,4-5"},
        {" 0-1", "0-1"}, /* the examples of RFC 9110 14.1.2 have a space there */
        {"\t0-1", "0-1"},
        {" ,0-1", "0-1"},
        {" 0-1, 4-5", "0-1,4-5"},
        {"0-1,,4-5", "0-1,4-5"},
        {"0-1 , , ,\t,4-5", "0-1,4-5"},
        {",0-1", "0-1"},
        {", 0-1", "0-1"},
        {"0-1,", "0-1"},
        {"0-1, ", "0-1"},
        {"0-1 , ,", "0-1"},
        {",,0-1,,-1,,", "0-1,999-999"},
        {"5000-,", "beyond"},
    };

    (void)state;
    expect_lists(rows, ROWS(rows), 1000, MOST);
}

static void one_malformed_member_spoils_the_list(void **state)
{
    static const struct list_row rows[] = {
        {",", "none"},       {", ,\t,", "none"},      {" ", "none"},        {"0-1,x", "none"},
        {"x,0-1", "none"},   {"0-1,x,4-5", "none"},   {"0-1,4", "none"},    {"0-1,-", "none"},
        {"-,0-1", "none"},   {"0-1,5-4", "none"},     {"5-4,0-1", "none"},  {"0-1,5000-4999", "none"},
        {"5000-,x", "none"}, {"5000-,5-4", "none"},   {"0-1,4 -5", "none"}, {"0-1,4- 5", "none"},
        {"0-1,- 5", "none"}, {"0-1 4-5", "none"},     {"0-1;4-5", "none"},  {"0-1,bytes=4-5", "none"},
        {"0-1,--5", "none"}, {"0-1,4-5-", "none"},    {"0-1,4-5x", "none"}, {"0-1,\"4-5\"", "none"},
        {"0-1,*", "none"},   {"0-1,4-5,-5x", "none"}, {"-0,x", "none"},     {"0-1,4-5,\"", "none"},
    };

    (void)state;
    expect_lists(rows, ROWS(rows), 1000, MOST);
}

static void what_lies_beyond_the_end_is_left_out(void **state)
{
    static const struct list_row rows[] = {
        {"1000-,0-1", "0-1"},          {"0-1,1000-", "0-1"}, {"0-1,1000-1000,4-5", "0-1,4-5"},
        {"0-1,-0,4-5", "0-1,4-5"},     {"-0,-1", "999-999"}, {"99999999999999999999-,0-1", "0-1"},
        {"1000-,2000-3000", "beyond"}, {"-0,-00", "beyond"}, {"-0,1000-", "beyond"},
    };

    (void)state;
    expect_lists(rows, ROWS(rows), 1000, MOST);
}

static void ranges_that_overlap_become_one(void **state)
{
    static const struct list_row rows[] = {
        {"0-1,0-1", "0-1"},
        {"0-0,0-0,0-0", "0-0"},
        {"0-5,5-9", "0-9"},
        {"5-9,0-5", "0-9"},
        {"0-9,3-4", "0-9"},
        {"3-4,0-9", "0-9"},
        {"0-9,0-4", "0-9"},
        {"0-9,5-9", "0-9"},
        {"0-4,0-9", "0-9"},
        {"5-9,0-9", "0-9"},
        {"0-,-1000", "0-999"},
        {"0-,-1", "0-999"},
        {"500-,-600", "400-999"},
        {"0-,0-,0-,0-", "0-999"},
        /* By way of a third, and of a fourth. */
        {"0-3,6-9,2-7", "0-9"},
        {"6-9,0-3,2-7", "0-9"},
        {"0-1,10-11,20-21,30-31,1-30", "0-31"},
        {"0-1,4-5,8-9,1-4,5-8", "0-9"},
        /* At the place of the first of them, and the others stay where they are. */
        {"0-1,50-59,20-21,55-64", "0-1,50-64,20-21"},
        {"50-59,0-1,45-50,20-21", "45-59,0-1,20-21"},
        {"0-1,20-29,50-59,70-71,40-49,25-55,3-3", "0-1,20-59,70-71,3-3"},
        {"70-79,40-49,10-19,15-75,0-0", "10-79,0-0"},
        {"5-5,10-19,30-39,1-1,40-49,15-35", "5-5,10-39,1-1,40-49"},
        {"2-2,9-9,4-6,0-0,5-9", "2-2,4-9,0-0"},
    };

    (void)state;
    expect_lists(rows, ROWS(rows), 1000, MOST);
}

static void neighbours_without_a_common_byte_stay_apart(void **state)
{
    static const struct list_row rows[] = {
        {"0-4,5-9", "0-4,5-9"},
        {"5-9,0-4", "5-9,0-4"},
        {"0-0,1-1,2-2", "0-0,1-1,2-2"},
        {"0-998,-1", "0-998,999-999"},
        {"0-4,10-14,5-9", "0-4,10-14,5-9"},
        {"0-4,5-9,4-4", "0-4,5-9"},
    };

    (void)state;
    expect_lists(rows, ROWS(rows), 1000, MOST);
}

static void the_last_bytes_of_the_largest_file_are_ranges_too(void **state)
{
    static const struct list_row rows[] = {
        {"0-,-1", "0-18446744073709551614"},
        {"-1,0-", "0-18446744073709551614"},
        {"-1,0-0", "18446744073709551614-18446744073709551614,0-0"},
        {"18446744073709551610-,0-9223372036854775807,-6", "18446744073709551609-18446744073709551614,"
                                                           "0-9223372036854775807"},
        {"9223372036854775807-,0-9223372036854775807", "0-18446744073709551614"},
        {"9223372036854775808-,0-9223372036854775807",
         "9223372036854775808-18446744073709551614,0-9223372036854775807"},
        {"18446744073709551615-,0-0", "0-0"},
    };

    (void)state;
    expect_lists(rows, ROWS(rows), UINT64_MAX, MOST);
}

static void a_list_for_an_empty_file_is_the_whole_file(void **state)
{
    static const struct list_row rows[] = {
        {"-5", "none"},    {"-5,-6", "none"},   {"0-1,-5", "none"}, {"-5,0-1", "none"},
        {"-0,-1", "none"}, {"0-0,4-5", "none"}, {"-0,0-", "none"},  {"0-0,x", "none"},
    };

    (void)state;
    expect_lists(rows, ROWS(rows), 0, MOST);
}

/* As they are listed: neither what is merged nor what lies beyond the end is forgiven, but what is empty is. */
static void more_ranges_than_allowed_are_the_whole_file(void **state)
{
    static const struct list_row none[] = {{"0-1", "none"}, {"5000-", "none"}, {",", "none"}};
    static const struct list_row one[] = {
        {"0-1", "0-1"}, {",,0-1,,", "0-1"}, {"0-1,4-5", "none"}, {"0-1,0-1", "none"}, {"0-1,5000-", "none"},
    };
    static const struct list_row three[] = {
        {"0-1,4-5,7-8", "0-1,4-5,7-8"},    {",0-1,,4-5,,7-8,", "0-1,4-5,7-8"}, {"0-1,0-1,0-1", "0-1"},
        {"5000-,5000-,5000-", "beyond"},   {"0-1,4-5,7-8,9-9", "none"},        {"0-1,0-1,0-1,0-1", "none"},
        {"5000-,5000-,5000-,0-1", "none"}, {"5000-,-0,5000-,5000-", "none"},   {"0-1,,4-5,,7-8,,9-9", "none"},
    };

    (void)state;
    expect_lists(none, ROWS(none), 1000, 0);
    expect_lists(one, ROWS(one), 1000, 1);
    expect_lists(three, ROWS(three), 1000, 3);
}

/* Lists of random ranges of a small file, against what merging means: two ranges belong together where there is a chain
 * of overlaps between them, and each such group is one part, at the place of its first. */
enum { MODEL_SIZE = 60, MODEL_MOST = 12 };

struct model {
    uint32_t n;
    uint32_t first[MODEL_MOST], last[MODEL_MOST];
    uint32_t group[MODEL_MOST]; /* the first range that belongs to the same part */
};

static void model_group(struct model *m)
{
    for (uint32_t i = 0; i < m->n; i++)
        m->group[i] = i;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < m->n; i++) {
            for (uint32_t k = 0; k < m->n; k++) {
                bool shares = m->first[i] <= m->last[k] && m->first[k] <= m->last[i];
                if (shares && m->group[k] < m->group[i]) {
                    m->group[i] = m->group[k];
                    changed = true;
                }
            }
        }
    }
}

static void model_write(struct model *m, char *text, size_t size)
{
    size_t n = 0;

    model_group(m);
    for (uint32_t g = 0; g < m->n; g++) {
        uint32_t first = MODEL_SIZE;
        uint32_t last = 0;
        if (m->group[g] != g)
            continue;
        for (uint32_t i = 0; i < m->n; i++) {
            if (m->group[i] != g)
                continue;
            first = m->first[i] < first ? m->first[i] : first;
            last = m->last[i] > last ? m->last[i] : last;
        }
        n += (size_t)snprintf(text + n, size - n, "%s%u-%u", n > 0 ? "," : "", first, last);
    }
}

static void random_lists_are_merged_as_the_model_merges(void **state)
{
    uint64_t seed = 20110914;
    struct guard g = guard_new(1024);

    (void)state;
    for (int round = 0; round < 50000; round++) {
        char field[256] = "bytes=";
        char want[256];
        char got[256];
        struct model m = {.n = 1 + (uint32_t)random_below(&seed, MODEL_MOST)};
        struct ranges ranges;
        size_t longest = 1 + random_below(&seed, MODEL_SIZE / 2);
        for (uint32_t i = 0; i < m.n; i++) {
            m.first[i] = (uint32_t)random_below(&seed, MODEL_SIZE);
            m.last[i] = m.first[i] + (uint32_t)random_below(&seed, longest);
            size_t len = strlen(field);
            (void)snprintf(field + len, sizeof field - len, "%s%u-%u", i > 0 ? "," : "", m.first[i], m.last[i]);
            m.last[i] = m.last[i] < MODEL_SIZE ? m.last[i] : MODEL_SIZE - 1;
        }
        model_write(&m, want, sizeof want);
        write_result(read_range(&g, field, MODEL_SIZE, MODEL_MOST, &ranges), &ranges, got, sizeof got);
        expect(strcmp(got, want) == 0, "%s: %s, not %s", field, got, want);
    }
    guard_free(&g);
}

/* A list as large as any may be, in the order of the file, against it, and from both ends: each range is a part of its own,
 * and one that covers them all leaves only itself. */
static void as_many_ranges_as_there_may_be_are_kept_apart_and_joined(void **state)
{
    static struct ranges ranges;
    static char field[16 * (RANGES_MAX + 2)];
    struct guard g = guard_new(sizeof field);

    (void)state;
    for (int order = 0; order < 3; order++) {
        size_t len = (size_t)snprintf(field, sizeof field, "bytes=");
        for (uint32_t i = 0; i < RANGES_MAX - 1; i++) {
            uint32_t ends = i % 2 == 0 ? i / 2 : RANGES_MAX - 2 - i / 2;
            uint32_t k = order == 0 ? i : order == 1 ? RANGES_MAX - 2 - i : ends;
            len += (size_t)snprintf(field + len, sizeof field - len, "%u-%u,", 10 * k, 10 * k + 3);
        }
        enum range_result result = read_range(&g, field, 100000, RANGES_MAX, &ranges);
        expect(result == RANGE_PARTS && ranges.n == RANGES_MAX - 1, "order %d: %u parts", order, ranges.n);
        for (uint32_t i = 0; i < ranges.n; i++)
            expect(ranges.part[i].len == 4 && ranges.part[i].first % 10 == 0, "order %d: part %u", order, i);
        (void)snprintf(field + len, sizeof field - len, "1-");
        result = read_range(&g, field, 100000, RANGES_MAX, &ranges);
        expect(result == RANGE_PARTS && ranges.n == 1 && ranges.part[0].len == 100000, "order %d: joined", order);
    }
    guard_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_ranges_are_answered_in_the_order_asked),
        cmocka_unit_test(empty_elements_and_space_around_commas_are_passed_over),
        cmocka_unit_test(one_malformed_member_spoils_the_list),
        cmocka_unit_test(what_lies_beyond_the_end_is_left_out),
        cmocka_unit_test(ranges_that_overlap_become_one),
        cmocka_unit_test(neighbours_without_a_common_byte_stay_apart),
        cmocka_unit_test(the_last_bytes_of_the_largest_file_are_ranges_too),
        cmocka_unit_test(a_list_for_an_empty_file_is_the_whole_file),
        cmocka_unit_test(more_ranges_than_allowed_are_the_whole_file),
        cmocka_unit_test(random_lists_are_merged_as_the_model_merges),
        cmocka_unit_test(as_many_ranges_as_there_may_be_are_kept_apart_and_joined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
