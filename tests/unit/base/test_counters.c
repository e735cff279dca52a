/* SPDX-License-Identifier: MIT */
/* Counters: each family has its numbers for itself, a bucket holds what it says, and a quantile is near the truth. */

#include "base/counters.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "expect.h"

static const struct {
    const char *name;
    unsigned first, last;
} families[] = {
#define FAMILY(id, kind, slots, name, help) {name, COUNTER_##id, COUNTER_##id##_LAST},
#include "base/counters.def"
#undef FAMILY
};

static void families_stand_one_behind_the_other_and_fill_the_row(void **state)
{
    unsigned next = 0;

    (void)state;
    for (size_t i = 0; i < ROWS(families); i++) {
        expect(families[i].first == next, "%s begins at %u", families[i].name, families[i].first);
        next = families[i].last + 1;
    }
    assert_int_equal(next, COUNTERS);
}

static void counters_share_no_line_with_anything_else(void **state)
{
    (void)state;
    assert_int_equal(_Alignof(struct counters), COUNTERS_LINE);
    assert_int_equal(sizeof(struct counters) % COUNTERS_LINE, 0);
}

static void a_gauge_goes_up_and_down(void **state)
{
    static struct counters c;

    (void)state;
    counters_add(&c, COUNTER_STATE, 3);
    counters_add(&c, COUNTER_STATE, (uint64_t)-1);
    assert_int_equal(counters_get(&c, COUNTER_STATE), 2);
    counters_set(&c, COUNTER_CACHE_BYTES, 7);
    assert_int_equal(counters_get(&c, COUNTER_CACHE_BYTES), 7);
    assert_int_equal(counters_get(&c, COUNTER_CACHE_BYTES + 1), 0);
}

static void every_time_falls_into_the_bucket_that_holds_it(void **state)
{
    (void)state;
    for (unsigned shift = 0; shift < 32; shift++)
        for (uint64_t near = 0; near < 9; near++) {
            uint64_t us = (1ULL << shift) + (near << shift) / 8 + near - 4;
            if (us > UINT32_MAX)
                continue;
            unsigned bucket = histogram_bucket((uint32_t)us);
            assert_true(bucket < HISTOGRAM_BUCKETS);
            expect(histogram_floor(bucket) <= us && us < histogram_floor(bucket + 1), "%llu is not in bucket %u",
                   (unsigned long long)us, bucket);
        }
    assert_int_equal(histogram_bucket(UINT32_MAX), HISTOGRAM_BUCKETS - 1);
    assert_int_equal(histogram_floor(HISTOGRAM_BUCKETS), 1ULL << 32);
}

static void times_are_counted_and_summed(void **state)
{
    static struct counters c;

    (void)state;
    counters_time(&c, COUNTER_DURATION, 100, 2);
    counters_time(&c, COUNTER_DURATION, 1ULL << 40, 1);
    assert_int_equal(counters_get(&c, COUNTER_DURATION + histogram_bucket(100)), 2);
    assert_int_equal(counters_get(&c, COUNTER_DURATION + HISTOGRAM_BUCKETS - 1), 1);
    assert_int_equal(counters_get(&c, COUNTER_DURATION + HISTOGRAM_SUM), (1ULL << 40) + 200);
    assert_int_equal(counters_get(&c, COUNTER_HANDOFF), 0);
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Against the sorted values themselves. */
static void a_quantile_is_right_within_a_bucket(void **state)
{
    enum { VALUES = 5000 };
    static const unsigned per_mille[] = {1, 500, 900, 990, 999, 1000};
    static uint32_t value[VALUES];
    uint64_t bucket[HISTOGRAM_BUCKETS] = {0};
    uint64_t x = 1;

    (void)state;
    for (int i = 0; i < VALUES; i++) {
        x = x * 6364136223846793005 + 1442695040888963407;
        value[i] = (uint32_t)(x >> 40) >> (x >> 33 & 15);
        bucket[histogram_bucket(value[i])]++;
    }
    qsort(value, VALUES, sizeof value[0], by_value);
    assert_int_equal(histogram_count(bucket), VALUES);
    for (size_t i = 0; i < ROWS(per_mille); i++) {
        uint32_t exact = value[VALUES / 1000 * per_mille[i] - 1];
        uint64_t got = histogram_quantile(bucket, per_mille[i]);
        unsigned in = histogram_bucket(exact);
        expect(got >= histogram_floor(in) && got <= histogram_floor(in + 1), "p%u is %llu, not about %u", per_mille[i],
               (unsigned long long)got, exact);
    }
}

static void a_quantile_of_nothing_is_zero(void **state)
{
    uint64_t bucket[HISTOGRAM_BUCKETS] = {0};

    (void)state;
    assert_int_equal(histogram_quantile(bucket, 990), 0);
    bucket[5] = 1;
    assert_int_equal(histogram_quantile(bucket, 1), 6);
    assert_int_equal(histogram_quantile(bucket, 1000), 6);
}

enum { ADDS = 200000 };

static void *count_up(void *arg)
{
    for (int i = 0; i < ADDS; i++)
        counters_add(arg, COUNTER_TURNS, 1);
    return NULL;
}

/* ThreadSanitizer has its say here. */
static void a_reader_never_sees_a_counter_go_back(void **state)
{
    static struct counters c;
    pthread_t writer;
    uint64_t last = 0;

    (void)state;
    assert_int_equal(pthread_create(&writer, NULL, count_up, &c), 0);
    while (last < ADDS) {
        uint64_t now = counters_get(&c, COUNTER_TURNS);
        assert_true(now >= last);
        last = now;
    }
    assert_int_equal(pthread_join(writer, NULL), 0);
    assert_int_equal(counters_get(&c, COUNTER_TURNS), ADDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families_stand_one_behind_the_other_and_fill_the_row),
        cmocka_unit_test(counters_share_no_line_with_anything_else),
        cmocka_unit_test(a_gauge_goes_up_and_down),
        cmocka_unit_test(every_time_falls_into_the_bucket_that_holds_it),
        cmocka_unit_test(times_are_counted_and_summed),
        cmocka_unit_test(a_quantile_is_right_within_a_bucket),
        cmocka_unit_test(a_quantile_of_nothing_is_zero),
        cmocka_unit_test(a_reader_never_sees_a_counter_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
