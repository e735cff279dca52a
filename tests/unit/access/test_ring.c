/* SPDX-License-Identifier: MIT */
/* The ring of log lines: they come out whole and in order, and what finds no room is counted. */

#include "access/ring.h"

#include <errno.h>
#include <string.h>

#include "log_lines.h"

static void lines_come_out_as_they_went_in_however_many_blocks_they_fill(void **state)
{
    uint64_t pushed = 0, taken = 0;

    (void)state;
    while (pushed < 20000) {
        for (uint64_t n = 1 + pushed * 13 % 900; n > 0 && push_line(pushed); n--)
            pushed++;
        log_ring_tell(&ring);
        taken = take_all(taken);
        assert_int_equal(taken, pushed);
        assert_int_equal(log_ring_held(&ring), 0);
    }
}

static void what_was_not_told_is_not_seen(void **state)
{
    struct log_line line;

    (void)state;
    assert_true(push_line(0));
    assert_false(log_ring_front(&ring, &line));
    assert_int_equal(log_ring_held(&ring), 0);
    log_ring_tell(&ring);
    assert_true(log_ring_held(&ring) > 0);
    assert_int_equal(take_all(0), 1);
}

static void a_full_ring_has_no_room_and_loses_nothing(void **state)
{
    uint64_t pushed = 0;

    (void)state;
    for (int round = 0; round < 5; round++) {
        uint64_t first = pushed;
        while (push_line(pushed))
            pushed++;
        expect(pushed - first > SIZE / 300, "room for %llu lines only", (unsigned long long)(pushed - first));
        log_ring_drop(&ring, 3);
        log_ring_tell(&ring);
        assert_null(log_ring_room(&ring));
        assert_int_equal(blocks(), SIZE / LOG_RING_BLOCK);
        assert_int_equal(take_all(first), pushed);
    }
    log_ring_lose(&ring, 2);
    assert_int_equal(log_ring_dropped(&ring), 17);
}

static void a_line_that_is_taken_stays_until_it_is_popped(void **state)
{
    struct log_line one, two;

    (void)state;
    assert_true(push_line(100) && push_line(101));
    log_ring_tell(&ring);
    assert_true(log_ring_front(&ring, &one));
    while (push_line(102)) {
    }
    assert_true(log_ring_front(&ring, &two));
    assert_ptr_equal(one.record.p, two.record.p);
    log_ring_pop(&ring, &one);
    assert_true(log_ring_front(&ring, &two));
    assert_int_equal(two.time_us, 101);
}

static void the_longest_lines_fit_to_the_end_of_each_block(void **state)
{
    struct log_line line;
    unsigned n = 0, seen = 0;

    (void)state;
    for (uint64_t i = 0; i < 17; i++)
        assert_true(push_line(i)); /* so that the ends of the blocks are met elsewhere than at a line's */
    while (push_long())
        n++;
    log_ring_tell(&ring);
    for (; log_ring_front(&ring, &line); log_ring_pop(&ring, &line)) {
        if (line.record.len != LOG_RING_PIECE)
            continue;
        for (size_t i = 0; i < line.record.len; i++)
            expect(line.record.p[i] == 'x', "byte %zu of line %u", i, seen);
        seen++;
    }
    assert_int_equal(seen, n);
    expect(n >= SIZE / LOG_RING_BLOCK * (LOG_RING_BLOCK / LOG_RING_COST_MAX - 1), "%u lines", n);
}

static void a_ring_that_is_read_in_time_is_two_blocks(void **state)
{
    uint64_t pushed = 0;

    (void)state;
    for (int i = 0; i < 30000; i++) {
        assert_true(push_line(pushed++));
        log_ring_tell(&ring);
        assert_int_equal(take_all(pushed - 1), pushed);
        expect(blocks() <= 2, "line %d: %u blocks", i, blocks());
    }
}

static void what_a_burst_took_is_given_back(void **state)
{
    uint64_t pushed = 0;

    (void)state;
    (void)close_ring(state);
    assert_int_equal(log_bell_init(&bell), 0);
    assert_int_equal(log_ring_init(&ring, 64 * LOG_RING_BLOCK, &bell), 0);
    while (push_line(pushed))
        pushed++;
    log_ring_tell(&ring);
    assert_int_equal(blocks(), 64);
    assert_int_equal(take_all(0), pushed);
    assert_int_equal(blocks(), 1 + LOG_RING_SPARE);
    assert_int_equal(log_ring_trim(&ring), LOG_RING_SPARE);
    assert_int_equal(blocks(), 1);
    assert_int_equal(log_ring_trim(&ring), 0);
    while (push_line(pushed))
        pushed++;
    assert_int_equal(blocks(), 64);
}

/* Without memory there is no room, and nothing is lost that was pushed. */
static void without_memory_there_is_no_room(void **state)
{
    struct rlimit limit, none = {0};
    uint64_t pushed = 0;

    (void)state;
#if defined(SLOW_BUILD)
    skip(); /* a sanitizer's own memory is not to be bounded */
#endif
    assert_int_equal(getrlimit(RLIMIT_AS, &limit), 0);
    none.rlim_max = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    while (push_line(pushed))
        pushed++;
    bool room = log_ring_has_room(&ring, LOG_RING_COST_MAX);
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    assert_false(room);
    assert_int_equal(blocks(), 1);
    log_ring_tell(&ring);
    assert_int_equal(take_all(0), pushed);
    assert_true(push_line(pushed));
}

/* Lines of any length find the room that was promised, from wherever in a block. */
static void lines_that_are_promised_find_room(void **state)
{
    uint64_t seed = 42;

    (void)state;
    for (int round = 0; round < 500; round++) {
        uint64_t cost = 0;
        size_t lens[200], n = 0;
        for (size_t before = random_below(&seed, 400); before > 0; before--)
            (void)push_line(before);
        for (size_t most = 1 + random_below(&seed, ROWS(lens)); n < most; n++) {
            lens[n] = random_below(&seed, 4) == 0 ? LOG_RING_PIECE : random_below(&seed, 300);
            if (!log_ring_has_room(&ring, cost + log_ring_cost(lens[n])))
                break;
            cost += log_ring_cost(lens[n]);
        }
        for (size_t i = 0; i < n; i++) {
            expect(log_ring_room(&ring) != NULL, "round %d: line %zu of %zu has no room", round, i, n);
            log_ring_push(&ring, lens[i], 0);
        }
        log_ring_tell(&ring);
        for (struct log_line line; log_ring_front(&ring, &line);)
            log_ring_pop(&ring, &line);
        if (n > 0)
            assert_true(log_ring_has_room(&ring, 4 * LOG_RING_COST_MAX));
    }
}

static void what_is_promised_is_no_more_than_there_is(void **state)
{
    uint64_t cost = 0;
    unsigned n = 0;

    (void)state;
    while (log_ring_has_room(&ring, cost + LOG_RING_COST_MAX))
        cost += LOG_RING_COST_MAX;
    assert_int_equal(blocks(), SIZE / LOG_RING_BLOCK);
    expect(cost > SIZE / 2, "%llu bytes of %d", (unsigned long long)cost, SIZE);
    for (; n < cost / LOG_RING_COST_MAX; n++)
        assert_true(push_long());
    log_ring_wait(&ring);
    assert_int_equal(log_ring_waited(&ring), 1);
}

static void lines_may_be_taken_up_to_the_turn_that_is_under_way(void **state)
{
    (void)state;
    assert_int_equal(log_ring_until(&ring, 1000), 1000);
    log_ring_begin(&ring, 700);
    assert_int_equal(log_ring_until(&ring, 1000), 700);
    assert_int_equal(log_ring_until(&ring, 600), 600);
    assert_true(push_line(800));
    log_ring_tell(&ring);
    assert_int_equal(log_ring_until(&ring, 1000), 1000);
}

static void a_turn_with_many_lines_shows_them_before_it_ends(void **state)
{
    uint64_t i = 0, seen;

    (void)state;
    log_ring_begin(&ring, 0);
    log_bell_wait(&bell, LOG_RING_BLOCK);
    while (!readable_within(bell.fd, 0))
        assert_true(push_line(i++));
    seen = take_all(0);
    expect(seen >= i - 2 && seen <= i, "%llu of %llu lines", (unsigned long long)seen, (unsigned long long)i);
    assert_int_equal(log_ring_until(&ring, 1000000), seen - 1);
}

static void a_ring_is_crowded_when_it_is_half_full_and_its_reader_could_read(void **state)
{
    uint64_t i = 0;

    (void)state;
    while (log_ring_held(&ring) <= SIZE / 2) {
        assert_false(log_ring_is_crowded(&ring));
        assert_true(push_line(i++));
        log_ring_tell(&ring);
    }
    assert_true(log_ring_is_crowded(&ring));
    log_bell_block(&bell, true);
    assert_false(log_ring_is_crowded(&ring));
    log_bell_block(&bell, false);
    assert_true(log_ring_is_crowded(&ring));
}

static void init_and_fini_leave_nothing(void **state)
{
    size_t before = count_fds();
    struct log_bell b;

    (void)state;
    assert_int_equal(log_bell_init(&b), 0);
    assert_true((fcntl(b.fd, F_GETFD) & FD_CLOEXEC) != 0);
    log_bell_fini(&b);
    log_bell_fini(&b);
    assert_int_equal(count_fds(), before);
    rlim_t limit = limit_fds(0);
    int err = log_bell_init(&b);
    (void)set_fd_limit(limit);
    assert_int_equal(err, -EMFILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ring_test(lines_come_out_as_they_went_in_however_many_blocks_they_fill),
        ring_test(what_was_not_told_is_not_seen),
        ring_test(a_full_ring_has_no_room_and_loses_nothing),
        ring_test(a_line_that_is_taken_stays_until_it_is_popped),
        ring_test(the_longest_lines_fit_to_the_end_of_each_block),
        ring_test(a_ring_that_is_read_in_time_is_two_blocks),
        ring_test(what_a_burst_took_is_given_back),
        ring_test(without_memory_there_is_no_room),
        ring_test(lines_that_are_promised_find_room),
        ring_test(what_is_promised_is_no_more_than_there_is),
        ring_test(lines_may_be_taken_up_to_the_turn_that_is_under_way),
        ring_test(a_turn_with_many_lines_shows_them_before_it_ends),
        ring_test(a_ring_is_crowded_when_it_is_half_full_and_its_reader_could_read),
        cmocka_unit_test(init_and_fini_leave_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
