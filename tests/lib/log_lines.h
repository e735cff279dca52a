/* SPDX-License-Identifier: MIT */
/* log_lines.h: a ring of log lines, and lines whose every byte follows from their number (header only).
 *
 * Ownership: ring_test makes the ring and the bell, and lets go of them.
 * Threads:   push by one, take by one, as access/ring.
 * Errors:    a line that is not whole fails the test.
 */
#ifndef BATON_TESTS_LOG_LINES_H
#define BATON_TESTS_LOG_LINES_H

#include <string.h>

#include "access/ring.h"

#include "scratch.h"
#include "threads.h"

enum { SIZE = 8 * LOG_RING_BLOCK, LINES = 400000 / SLOWER };

static struct log_bell bell;
static struct log_ring ring;

static inline int open_ring(void **state)
{
    (void)state;
    return log_bell_init(&bell) < 0 || log_ring_init(&ring, SIZE, &bell) < 0 ? -1 : 0;
}

static inline int close_ring(void **state)
{
    (void)state;
    log_ring_fini(&ring);
    log_bell_fini(&bell);
    return 0;
}

/* Line i: its number, and so many letters that the lengths differ. Its time is its number, too. */
static inline size_t make_line(uint64_t i, char *room)
{
    size_t n = (size_t)snprintf(room, 32, "%llu ", (unsigned long long)i);

    memset(room + n, 'a' + (int)(i % 26), i * 7 % 200);
    n += i * 7 % 200;
    room[n] = '\n';
    return n + 1;
}

static inline bool push_line(uint64_t i)
{
    char *room = log_ring_room(&ring);

    if (room == NULL)
        return false;
    log_ring_push(&ring, make_line(i, room), i);
    return true;
}

/* The longest line that there may be. */
static inline bool push_long(void)
{
    char *room = log_ring_room(&ring);

    if (room == NULL)
        return false;
    memset(room, 'x', LOG_RING_PIECE);
    log_ring_push(&ring, LOG_RING_PIECE, 0);
    return true;
}

/* Takes the line at the front, which must be whole; returns its number. False where there is none. */
static inline bool take_line(uint64_t *i)
{
    char expected[LOG_RING_PIECE];
    struct log_line line;

    if (!log_ring_front(&ring, &line))
        return false;
    *i = strtoull(line.record.p, NULL, 10);
    size_t len = make_line(*i, expected);
    expect(line.record.len == len && memcmp(line.record.p, expected, len) == 0, "line %llu is not whole",
           (unsigned long long)*i);
    assert_int_equal(line.time_us, *i);
    log_ring_pop(&ring, &line);
    return true;
}

static inline uint64_t take_all(uint64_t next)
{
    for (uint64_t i; take_line(&i); next++)
        expect(i == next, "line %llu, not %llu", (unsigned long long)i, (unsigned long long)next);
    return next;
}

static inline uint32_t blocks(void)
{
    return atomic_load(&ring.blocks);
}

#define ring_test(f) cmocka_unit_test_setup_teardown(f, open_ring, close_ring)

#endif
