/* SPDX-License-Identifier: MIT */
/* expect.h: what every unit test includes: cmocka, a check that says which row of a table failed, and numbers that look
 * random and are the same in every run (header only).
 *
 * Ownership: none.
 * Threads:   the test's own.
 * Errors:    expect does not return where its condition is false.
 */
#ifndef BATON_TESTS_EXPECT_H
#define BATON_TESTS_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Fail the test with a text, unless `ok`. */
static inline __attribute__((format(printf, 2, 3))) void expect(bool ok, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    if (ok)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fail_msg("%s", text);
}

/* xorshift64*: the same row of numbers for the same seed, which is not 0. */
static inline uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * 0x2545f4914f6cdd1dU;
}

/* 0 .. below - 1 */
static inline size_t random_below(uint64_t *seed, size_t below)
{
    return (size_t)((random_next(seed) >> 11) % below);
}

#endif
