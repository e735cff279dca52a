/* SPDX-License-Identifier: MIT */
/* How much memory a limit allows, and what that means for the cache. */

#include "host/memory.h"

#include <unistd.h>

#include "expect.h"

static const struct limit {
    const char *line;
    uint64_t bytes;
} limits[] = {
    {"max", 0},
    {"50331648", 50331648},
    {"0", 0},
    {"18446744073709551615", UINT64_MAX},
    /* What is no limit does not limit. */
    {"18446744073709551616", 0},
    {"-1", 0},
    {" 1", 0},
    {"1k", 0},
    {"", 0},
    {"\n", 0},
};

static void a_limit_is_a_number_of_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(limits); i++) {
        uint64_t bytes = memory_of_limit(limits[i].line);
        expect(bytes == limits[i].bytes, "\"%s\": %llu", limits[i].line, (unsigned long long)bytes);
    }
}

static void auto_is_a_quarter_of_what_is_allowed_at_most(void **state)
{
    struct config config = {.server.cache_memory = CONFIG_AUTO};
    uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGE_SIZE);

    (void)state;
    assert_true(memory_allowed() > 0 && memory_allowed() <= machine);
    assert_true(memory_of_cache(&config) <= CONFIG_CACHE_MEMORY_AUTO);
    assert_true(memory_of_cache(&config) <= memory_allowed() / 4);
    config.server.cache_memory = 123456789;
    assert_true(memory_of_cache(&config) == 123456789);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_is_a_number_of_bytes),
        cmocka_unit_test(auto_is_a_quarter_of_what_is_allowed_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
