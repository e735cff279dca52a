/* SPDX-License-Identifier: MIT */
/* Numbers with and without a unit: each bound holds on both sides, and each text that is no number is told so, to the
 * byte. */

#include "config/numbers.h"

#include "value_case.h"

static const struct value_row value_rows[] = {
    {KEY_server_workers, "auto", NULL, 0, 0},
    {KEY_server_workers, "1", NULL, 0, 0},
    {KEY_server_workers, "1024", NULL, 0, 0},
    {KEY_server_workers, "0", "out of range: 'workers' takes auto or 1..1024", 0, 1},
    {KEY_server_workers, "1025", "out of range: 'workers' takes auto or 1..1024", 0, 4},
    {KEY_server_workers, "99999999999999999999", "out of range: 'workers' takes auto or 1..1024", 0, 20},
    {KEY_server_workers, "many", "not a number: 'workers' takes auto or 1..1024", 0, 4},
    {KEY_server_workers, "-1", "not a number: 'workers' takes auto or 1..1024", 0, 2},
    {KEY_server_workers, "4k", "unknown unit: this is a plain number", 1, 1},
    {KEY_server_max_connections, "10000001", "out of range: 'max_connections' takes auto or 1..10000000", 0, 8},
    {KEY_server_cache_memory, "0", NULL, 0, 0},
    {KEY_server_cache_memory, "auto", NULL, 0, 0},
    {KEY_server_cache_memory, "1025g", "out of range: 'cache_memory' takes auto or 0..1024g bytes", 0, 5},
    {KEY_server_cache_memory, "18446744073709551615", "out of range: 'cache_memory' takes auto or 0..1024g bytes", 0,
     20},
    {KEY_server_cache_memory, "1gb", "unknown unit: sizes end in k, m or g", 1, 2},
    {KEY_server_cache_file_max, "16m", NULL, 0, 0},
    {KEY_server_cache_file_max, "17m", "out of range: 'cache_file_max' takes 0..16m bytes", 0, 3},
    {KEY_server_cache_ttl, "0", NULL, 0, 0},
    {KEY_server_busy_poll, "50ms", NULL, 0, 0},
    {KEY_server_busy_poll, "1s", NULL, 0, 0},
    {KEY_server_busy_poll, "1001ms", "out of range: 'busy_poll' takes 0s..1s", 0, 6},
    {KEY_server_busy_poll, "50us", "unknown unit: durations end in ms, s, m, h, d, w or y", 2, 2},
    {KEY_server_drain_delay, "1h", NULL, 0, 0},
    {KEY_server_drain_delay, "2h", "out of range: 'drain_delay' takes 0s..1h", 0, 2},
    {KEY_server_drain_timeout, "366d", "out of range: 'drain_timeout' takes 0s..1y", 0, 4},
    {KEY_listen_backlog, "65536", "out of range: 'backlog' takes 1..65535", 0, 5},
    {KEY_listen_defer_accept, "off", NULL, 0, 0},
    {KEY_listen_defer_accept, "True", NULL, 0, 0},
    {KEY_listen_defer_accept, "1", "'defer_accept' takes yes or no", 0, 1},
    {KEY_listen_proxy_protocol, "v2", "'proxy_protocol' takes yes or no", 0, 2},
    {KEY_limits_connections_per_ip, "10000001", "out of range: 'connections_per_ip' takes 0..10000000", 0, 8},
    {KEY_limits_header_timeout, "1ms", NULL, 0, 0},
    {KEY_limits_header_timeout, "0", "out of range: 'header_timeout' takes 1ms..1y; 0 does not switch it off", 0, 1},
    {KEY_limits_header_timeout, "10sec", "unknown unit: durations end in ms, s, m, h, d, w or y", 2, 3},
    {KEY_limits_min_send_rate, "2g", "out of range: 'min_send_rate' takes 0..1g bytes a second", 0, 2},
    {KEY_limits_header_size, "255", "out of range: 'header_size' takes 256..64k bytes", 0, 3},
    {KEY_limits_header_size, "64k", NULL, 0, 0},
    {KEY_limits_header_count, "1001", "out of range: 'header_count' takes 1..1000", 0, 4},
    {KEY_limits_uri_size, "15", "out of range: 'uri_size' takes 16..32k bytes", 0, 2},
    {KEY_limits_ranges, "1", NULL, 0, 0},
    {KEY_limits_ranges, "1024", NULL, 0, 0},
    {KEY_limits_ranges, "0", "out of range: 'ranges' takes 1..1024", 0, 1},
    {KEY_limits_ranges, "1025", "out of range: 'ranges' takes 1..1024", 0, 4},
};

static void each_value_is_taken_or_refused_with_what_to_write(void **state)
{
    (void)state;
    run_values(value_rows, ROWS(value_rows));
}

static void a_number_that_is_stored_is_printed_as_the_same(void **state)
{
    static const struct stored_row rows[] = {
        {KEY_server_workers, "auto", "auto"},       {KEY_server_workers, "2", "2"},
        {KEY_server_cache_memory, "65536k", "64m"}, {KEY_server_cache_ttl, "1500ms", "1500ms"},
        {KEY_server_cache_ttl, "0", "0s"},          {KEY_server_cache_memory, "auto", "auto"},
        {KEY_server_cache_memory, "0", "0"},        {KEY_server_max_connections, "auto", "auto"},
    };
    static const struct stored_row bools[] = {
        {KEY_listen_defer_accept, "True", "yes"},
        {KEY_listen_proxy_protocol, "on", "yes"},
        {KEY_listen_defer_accept, "off", "no"},
    };
    struct config_server s = {0};
    struct config_listen listen = {0};

    (void)state;
    run_stored(rows, ROWS(rows), &s);
    assert_int_equal(s.workers, 2);
    assert_int_equal(s.cache_ttl_ms, 0);
    run_stored(bools, ROWS(bools), &listen);
    assert_true(listen.proxy_protocol && !listen.defer_accept);
}

/* It is a number that is no value of the key: 0 is one of cache_memory, and none of max_connections. */
static void the_word_of_a_number_is_told_apart_from_every_number(void **state)
{
    struct config_server s = {.max_connections = 7};

    (void)state;
    assert_int_equal(store_set(&schema_keys[KEY_server_max_connections], &s, SV("auto")), 0);
    assert_int_equal(s.max_connections, 0);
    assert_int_equal(store_set(&schema_keys[KEY_server_cache_memory], &s, SV("0")), 0);
    assert_int_equal(s.cache_memory, 0);
    assert_int_equal(store_set(&schema_keys[KEY_server_cache_memory], &s, SV("auto")), 0);
    assert_true(s.cache_memory == CONFIG_AUTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_taken_or_refused_with_what_to_write),
        cmocka_unit_test(a_number_that_is_stored_is_printed_as_the_same),
        cmocka_unit_test(the_word_of_a_number_is_told_apart_from_every_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
