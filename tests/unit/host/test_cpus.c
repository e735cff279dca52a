/* SPDX-License-Identifier: MIT */
/* How many CPUs a quota allows, and that the affinity mask limits the answer. */

#include "host/cpus.h"

#include <limits.h>
#include <sched.h>

#include "expect.h"

static const struct quota {
    const char *line;
    unsigned cpus;
} quotas[] = {
    {"max 100000", 0},
    {"200000 100000", 2},
    {"100000 100000", 1},
    {"100001 100000", 2},
    {"150000 100000", 2},
    {"50000 100000", 1},
    {"1 100000", 1},
    {"350000 50000", 7},
    {"6400000 100000", 64},
    {"200000 100000\n", 2},
    {"99999999999 1", UINT_MAX},
    /* What is no quota does not limit. */
    {"0 100000", 0},
    {"100000 0", 0},
    {"100000", 0},
    {"100000 ", 0},
    {"100000 max", 0},
    {"100000x 100000", 0},
    {"18446744073709551615 2", 0},
    {"99999999999999999999999 100000", 0},
    {"", 0},
    {"max", 0},
    {"\n", 0},
    {"garbage", 0},
    {"-1 100000", 0}, /* as version 1 has it */
};

static void a_quota_is_rounded_up_to_whole_cpus(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(quotas); i++) {
        unsigned cpus = cpus_of_quota(quotas[i].line);
        expect(cpus == quotas[i].cpus, "\"%s\": %u instead of %u", quotas[i].line, cpus, quotas[i].cpus);
    }
}

static void there_is_at_least_one_cpu_and_no_more_than_the_mask_has(void **state)
{
    cpu_set_t all;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    assert_in_range(cpus_available(), 1, (unsigned)CPU_COUNT(&all));
}

static void a_mask_of_one_cpu_gives_one(void **state)
{
    cpu_set_t all, one;
    size_t first = 0;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    while (!CPU_ISSET(first, &all))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    unsigned cpus = cpus_available();
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
    assert_int_equal(cpus, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quota_is_rounded_up_to_whole_cpus),
        cmocka_unit_test(there_is_at_least_one_cpu_and_no_more_than_the_mask_has),
        cmocka_unit_test(a_mask_of_one_cpu_gives_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
