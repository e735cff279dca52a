/* SPDX-License-Identifier: MIT */
/* scan_cases.h: what a scanner must do, whichever way it is built; test_scan and test_scan_portable ask it of both ways
 * (header only). Every input ends at a guarded page.
 *
 * Ownership: none.
 * Threads:   the test's own.
 * Errors:    those of expect.
 */
#ifndef BATON_TESTS_SCAN_CASES_H
#define BATON_TESTS_SCAN_CASES_H

#include "expect.h"
#include "guard.h"
#include "http/bytes.h"

enum { SCAN_LENGTH_MAX = 70 };

struct scanner {
    const char *name;
    size_t (*scan)(const char *p, size_t n);
    enum byte_class class;
    char plain[3]; /* members of the class that a vector step passes over, and one that it may have to look at again */
};

/* Put every byte at every position of a run of every length: the scan must end there, or at the end. */
static inline void scan_every_byte_at_every_position(const struct scanner *s)
{
    struct guard g = guard_new(SCAN_LENGTH_MAX);

    for (size_t fill = 0; fill < sizeof s->plain; fill++) {
        for (size_t n = 0; n <= SCAN_LENGTH_MAX; n++) {
            char *p = guard_room(&g, n);
            memset(p, s->plain[fill], n);
            expect(s->scan(p, n) == n, "%s: %zu times '%c'", s->name, n, s->plain[fill]);
            for (size_t at = 0; at < n; at++) {
                for (int c = 0; c < 256; c++) {
                    p[at] = (char)c;
                    size_t want = byte_is((char)c, s->class) ? n : at;
                    size_t got = s->scan(p, n);
                    expect(got == want, "%s: 0x%02x at %zu of %zu: %zu", s->name, (unsigned)c, at, n, got);
                }
                p[at] = s->plain[fill];
            }
        }
    }
    guard_free(&g);
}

/* A foreign byte behind the first one, or behind n, changes nothing. */
static inline void scan_stops_at_the_first_of_two_and_at_n(const struct scanner *s)
{
    char p[SCAN_LENGTH_MAX];

    for (size_t first = 0; first < SCAN_LENGTH_MAX; first++) {
        for (size_t second = first + 1; second < SCAN_LENGTH_MAX; second++) {
            memset(p, s->plain[0], sizeof p);
            p[first] = p[second] = '\r';
            expect(s->scan(p, sizeof p) == first, "%s: stops at %zu and %zu", s->name, first, second);
        }
        memset(p, s->plain[0], sizeof p);
        p[first] = '\r';
        expect(s->scan(p, first) == first, "%s: a stop at n", s->name);
    }
}

#endif
