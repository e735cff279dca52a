/* SPDX-License-Identifier: MIT */
/* Lines of several queues in the order of their times: whatever the order in which they are shown, and however late they are
 * taken. */

#include "access/merge.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#include "scratch.h"
#include "threads.h"

enum { RINGS = 4, ROOM = 64 * 1024, SECOND = 1000000 };

static struct log_bell bell;
static struct log_ring ring[RINGS];
static struct log_merge merge;
static char room[ROOM];
static _Atomic int done;
static _Atomic uint64_t pushed;

static int enter(void **state)
{
    (void)state;
    if (log_bell_init(&bell) < 0)
        return -1;
    for (size_t i = 0; i < RINGS; i++)
        if (log_ring_init(&ring[i], 16 * LOG_RING_BLOCK, &bell) < 0)
            return -1;
    return log_merge_init(&merge, ring, RINGS);
}

static int leave(void **state)
{
    (void)state;
    log_merge_fini(&merge);
    for (size_t i = 0; i < RINGS; i++)
        log_ring_fini(&ring[i]);
    log_bell_fini(&bell);
    return 0;
}

static bool push(size_t i, uint64_t time_us, const char *text)
{
    char *to = log_ring_room(&ring[i]);

    if (to == NULL)
        return false;
    memcpy(to, text, strlen(text));
    log_ring_push(&ring[i], strlen(text), time_us);
    return true;
}

/* A line that is its time. */
static bool push_time(size_t i, uint64_t time_us)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%llu\n", (unsigned long long)time_us);
    return push(i, time_us, text);
}

static void tell_all(void)
{
    for (size_t i = 0; i < RINGS; i++)
        log_ring_tell(&ring[i]);
}

/* What may be taken now, to `room`: up to a gap, and no more than fits into `most` bytes. */
static size_t take(uint64_t now_us, size_t most, uint64_t *gap)
{
    const struct log_line *line;
    size_t len = 0;

    *gap = 0;
    log_merge_look(&merge, now_us);
    while ((line = log_merge_front(&merge)) != NULL && line->record.len <= most - len) {
        if (line->gap > 0 && len > 0)
            break;
        *gap += line->gap;
        memcpy(room + len, line->record.p, line->record.len);
        len += line->record.len;
        log_merge_pop(&merge);
    }
    if (len == 0)
        *gap += log_merge_last_gap(&merge);
    return len;
}

static void expect_taken(uint64_t now_us, const char *lines)
{
    uint64_t gap;
    size_t len = take(now_us, sizeof room, &gap);

    assert_int_equal(gap, 0);
    expect(len == strlen(lines) && memcmp(room, lines, len) == 0, "at %llu: '%.*s' instead of '%s'",
           (unsigned long long)now_us, (int)len, room, lines);
}

static void lines_of_all_come_in_the_order_of_their_times(void **state)
{
    (void)state;
    assert_true(push(2, 5, "e\n") && push(0, 1, "a\n") && push(0, 2, "b\n") && push(1, 3, "c\n"));
    assert_true(push(3, 4, "d\n") && push(0, 6, "f\n") && push(2, 7, "g\n") && push(2, 8, "h\n"));
    tell_all();
    expect_taken(100, "a\nb\nc\nd\ne\nf\ng\nh\n");
    expect_taken(100, "");
}

static void lines_of_one_time_stay_in_the_order_of_their_worker(void **state)
{
    (void)state;
    assert_true(push(1, 5, "1\n") && push(1, 5, "2\n") && push(0, 5, "3\n") && push(1, 5, "4\n") && push(0, 5, "5\n"));
    tell_all();
    expect_taken(5, "3\n5\n1\n2\n4\n");
}

static void what_is_not_popped_stays(void **state)
{
    (void)state;
    assert_true(push(0, 1, "first\n") && push(1, 2, "second\n") && push(0, 3, "third\n"));
    tell_all();
    uint64_t gap;
    assert_int_equal(take(100, 6 + 7 + 5, &gap), 6 + 7);
    assert_memory_equal(room, "first\nsecond\n", 13);
    expect_taken(100, "third\n");
}

static void expect_gap(uint64_t missing, const char *lines)
{
    uint64_t gap;
    size_t len = take(1000, sizeof room, &gap);

    expect(gap == missing, "'%s': %llu are missing, not %llu", lines, (unsigned long long)gap,
           (unsigned long long)missing);
    expect(len == strlen(lines) && memcmp(room, lines, len) == 0, "'%.*s' instead of '%s'", (int)len, room, lines);
}

static void a_gap_is_told_of_with_the_line_behind_it(void **state)
{
    (void)state;
    assert_true(push(0, 1, "a\n") && push(1, 2, "b\n"));
    log_ring_drop(&ring[0], 3);
    assert_true(push(1, 3, "c\n") && push(0, 4, "d\n") && push(0, 5, "e\n"));
    log_ring_drop(&ring[1], 7);
    log_ring_drop(&ring[0], 1);
    assert_true(push(1, 6, "f\n") && push(0, 7, "g\n"));
    log_ring_drop(&ring[0], 2);
    tell_all();
    expect_gap(0, "a\nb\nc\n");
    expect_gap(3, "d\ne\n");
    expect_gap(7, "f\n");
    expect_gap(1, "g\n");
    expect_gap(2, "");
    expect_gap(0, "");
    assert_true(push(0, 8, "h\n"));
    tell_all();
    expect_gap(0, "h\n");
}

/* A worker has answered at 10, and goes on with its turn; what it will show is to stand before what another did at 20. */
static void lines_wait_for_a_turn_that_began_before_they_ended(void **state)
{
    (void)state;
    log_ring_begin(&ring[0], 8);
    assert_true(push(0, 10, "in the turn\n"));
    assert_true(push(1, 7, "before\n") && push(1, 20, "after\n"));
    log_ring_tell(&ring[1]);
    expect_taken(30, "before\n");
    expect_taken(31, "");
    log_ring_tell(&ring[0]);
    expect_taken(32, "in the turn\nafter\n");
}

static void a_turn_that_does_not_end_is_not_waited_for_for_ever(void **state)
{
    (void)state;
    log_ring_begin(&ring[0], 100);
    assert_true(push(0, 110, "it hangs\n"));
    assert_true(push(1, 200, "other\n"));
    log_ring_tell(&ring[1]);
    expect_taken(200 + LOG_MERGE_PATIENCE_US - 1, "");
    expect_taken(200 + LOG_MERGE_PATIENCE_US, "other\n");
    log_ring_tell(&ring[0]);
    expect_taken(200 + LOG_MERGE_PATIENCE_US, "it hangs\n");
}

static void what_is_later_than_now_waits(void **state)
{
    (void)state;
    assert_true(push(0, 10, "now\n") && push(0, 11, "later\n"));
    tell_all();
    expect_taken(10, "now\n");
    expect_taken(11, "later\n");
}

static void all_that_is_there_can_be_dropped(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 1000; i++)
        assert_true(push_time(i % RINGS, i));
    log_ring_begin(&ring[0], 1);
    tell_all();
    assert_int_equal(log_merge_drop(&merge), 1000);
    expect_taken(SECOND, "");
}

static void pause_sometimes(uint64_t *seed)
{
    if (random_below(seed, 40) == 0)
        (void)nanosleep(&(struct timespec){.tv_nsec = (long)random_below(seed, 300000)}, NULL);
}

/* A worker of the next test: turns of some lines, each of which ends when it is pushed, and is shown a while later. */
static void *produce(void *arg)
{
    struct log_ring *r = arg;
    size_t i = (size_t)(r - ring);
    uint64_t seed = i + 1, n = 0;

    for (int turn = 0; turn < 3000 / SLOWER; turn++) {
        log_ring_begin(r, clock_now_us());
        for (size_t lines = random_below(&seed, 10); lines > 0; lines--)
            n += push_time(i, clock_now_us());
        pause_sometimes(&seed);
        log_ring_tell(r);
        pause_sometimes(&seed);
    }
    atomic_fetch_add(&pushed, n);
    atomic_fetch_add(&done, 1);
    return NULL;
}

/* The lines that were taken are in order, and not before those that were taken earlier. Returns how many they are. */
static uint64_t check_order(size_t len, uint64_t *last)
{
    uint64_t n = 0;

    for (struct sv s = sv_of(room, len); s.len > 0; s = sv_skip(s, sv_find(s, '\n') + 1), n++) {
        uint64_t time_us = strtoull(s.p, NULL, 10);
        expect(time_us >= *last, "%llu after %llu", (unsigned long long)time_us, (unsigned long long)*last);
        *last = time_us;
    }
    return n;
}

static bool some_are_held(void)
{
    for (size_t i = 0; i < RINGS; i++)
        if (log_ring_held(&ring[i]) > 0)
            return true;
    return false;
}

static uint64_t oldest_turn(uint64_t now_us)
{
    for (size_t i = 0; i < RINGS; i++)
        now_us = log_ring_until(&ring[i], now_us);
    return now_us;
}

/* A thread may lose its CPU in a turn, and for longer than the patience on a busy machine: then nothing is taken here. */
static void between_threads_no_line_stands_before_an_earlier_one(void **state)
{
    pthread_t thread[RINGS];
    uint64_t last = 0, lines = 0;

    (void)state;
    atomic_store(&done, 0);
    for (size_t i = 0; i < RINGS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, produce, &ring[i]), 0);
    while (atomic_load(&done) < RINGS || some_are_held()) {
        uint64_t now_us = clock_now_us(), gap;
        if (now_us - oldest_turn(now_us) < LOG_MERGE_PATIENCE_US / 2)
            lines += check_order(take(now_us, sizeof room, &gap), &last);
    }
    for (size_t i = 0; i < RINGS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    assert_int_equal(lines, atomic_load(&pushed));
}

#define merge_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        merge_test(lines_of_all_come_in_the_order_of_their_times),
        merge_test(lines_of_one_time_stay_in_the_order_of_their_worker),
        merge_test(what_is_not_popped_stays),
        merge_test(a_gap_is_told_of_with_the_line_behind_it),
        merge_test(lines_wait_for_a_turn_that_began_before_they_ended),
        merge_test(a_turn_that_does_not_end_is_not_waited_for_for_ever),
        merge_test(what_is_later_than_now_waits),
        merge_test(all_that_is_there_can_be_dropped),
        merge_test(between_threads_no_line_stands_before_an_earlier_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
