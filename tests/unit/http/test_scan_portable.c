/* SPDX-License-Identifier: MIT */
/* The portable scanners, which a build for a target with vectors leaves out: compiled here a second time under names of
 * their own, put to the same cases, and compared with the library's on bytes that look random. */

#undef BATON_SCAN_PORTABLE
#define BATON_SCAN_PORTABLE
#define scan_value  portable_value
#define scan_target portable_target
#define scan_token  portable_token
#define scan_plain  portable_plain
#include "../../../src/http/scan.c"
#undef scan_value
#undef scan_target
#undef scan_token
#undef scan_plain
#undef BATON_HTTP_SCAN_H
#include "http/scan.h"

#include "scan_cases.h"

static const struct scanner value = {"value", portable_value, BYTE_VALUE, {'v', '\t', '\x80'}};
static const struct scanner target = {"target", portable_target, BYTE_TARGET, {'/', '~', '\xff'}};
static const struct scanner token = {"token", portable_token, BYTE_TOKEN, {'t', '-', '_'}};
static const struct scanner plain = {"plain", portable_plain, BYTE_PLAIN, {'p', ' ', '~'}};

static void portable_scanners_agree_with_the_table(void **state)
{
    (void)state;
    scan_every_byte_at_every_position(&value);
    scan_every_byte_at_every_position(&target);
    scan_every_byte_at_every_position(&token);
    scan_every_byte_at_every_position(&plain);
    scan_stops_at_the_first_of_two_and_at_n(&value);
    scan_stops_at_the_first_of_two_and_at_n(&target);
    scan_stops_at_the_first_of_two_and_at_n(&token);
    scan_stops_at_the_first_of_two_and_at_n(&plain);
}

/* Mostly bytes of the class, so that runs get long enough for several vector steps. */
static void fill(uint64_t *seed, char *p, size_t n, enum byte_class class)
{
    for (size_t i = 0; i < n; i++) {
        do
            p[i] = (char)random_below(seed, 256);
        while (!byte_is(p[i], class) && random_below(seed, 64) != 0);
    }
}

static void both_ways_agree_on_random_bytes(void **state)
{
    struct guard g = guard_new(256);
    uint64_t seed = 0xba7011;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        size_t n = random_below(&seed, 257);
        char *p = guard_room(&g, n);
        fill(&seed, p, n, BYTE_VALUE);
        expect(scan_value(p, n) == portable_value(p, n), "value, buffer %d of %zu bytes", i, n);
        fill(&seed, p, n, BYTE_TARGET);
        expect(scan_target(p, n) == portable_target(p, n), "target, buffer %d of %zu bytes", i, n);
        fill(&seed, p, n, BYTE_TOKEN);
        expect(scan_token(p, n) == portable_token(p, n), "token, buffer %d of %zu bytes", i, n);
        fill(&seed, p, n, BYTE_PLAIN);
        expect(scan_plain(p, n) == portable_plain(p, n), "plain, buffer %d of %zu bytes", i, n);
    }
    guard_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(portable_scanners_agree_with_the_table),
        cmocka_unit_test(both_ways_agree_on_random_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
