/* SPDX-License-Identifier: MIT */
/* The ring of log lines: they come out whole and in order, what finds no room is counted, and no wake-up is lost. */

#include "io/log_ring.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "scratch.h"
#include "threads.h"

enum { SIZE = 128 * 1024, LINES = 400000 / SLOWER };

static struct log_bell bell;
static struct log_ring ring;

static int open_ring(void **state)
{
    (void)state;
    return log_bell_init(&bell) < 0 || log_ring_init(&ring, SIZE, &bell) < 0 ? -1 : 0;
}

static int close_ring(void **state)
{
    (void)state;
    log_ring_fini(&ring);
    log_bell_fini(&bell);
    return 0;
}

/* Line i: its number, and so many letters that the lengths differ. */
static size_t make_line(uint64_t i, char *room)
{
    size_t n = (size_t)snprintf(room, 32, "%llu ", (unsigned long long)i);

    memset(room + n, 'a' + (int)(i % 26), i * 7 % 200);
    n += i * 7 % 200;
    room[n] = '\n';
    return n + 1;
}

static bool push_line(uint64_t i)
{
    char *room = log_ring_room(&ring, LOG_RING_PIECE);

    if (room == NULL)
        return false;
    log_ring_push(&ring, make_line(i, room));
    return true;
}

/* Takes the line at the front, which must be whole; returns its number. */
static uint64_t take_line(struct sv *lines)
{
    char expected[LOG_RING_PIECE];
    uint64_t i = strtoull(lines->p, NULL, 10);
    size_t len = make_line(i, expected);

    expect(lines->len >= len && memcmp(lines->p, expected, len) == 0, "line %llu is not whole", (unsigned long long)i);
    *lines = sv_skip(*lines, len);
    return i;
}

static uint64_t take_all(uint64_t next)
{
    for (struct sv lines; (lines = log_ring_front(&ring)).len > 0;) {
        size_t len = lines.len;
        for (; lines.len > 0; next++)
            expect(take_line(&lines) == next, "not line %llu", (unsigned long long)next);
        log_ring_pop(&ring, len);
    }
    return next;
}

static void lines_come_out_as_they_went_in_however_often_the_ring_goes_round(void **state)
{
    uint64_t pushed = 0, taken = 0;

    (void)state;
    while (pushed < 20000) {
        for (uint64_t n = 1 + pushed * 13 % 900; n > 0 && push_line(pushed); n--)
            pushed++;
        log_ring_tell(&ring);
        taken = take_all(taken);
        assert_int_equal(taken, pushed);
    }
}

static void what_was_not_told_is_not_seen(void **state)
{
    (void)state;
    assert_true(push_line(0));
    assert_int_equal(log_ring_front(&ring).len, 0);
    log_ring_tell(&ring);
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
        assert_null(log_ring_room(&ring, LOG_RING_PIECE));
        assert_int_equal(take_all(first), pushed);
    }
    assert_int_equal(log_ring_dropped(&ring), 15);
}

static void popping_a_part_of_what_is_there_makes_that_much_room(void **state)
{
    uint64_t pushed = 0;

    (void)state;
    while (push_line(pushed))
        pushed++;
    log_ring_tell(&ring);
    struct sv lines = log_ring_front(&ring);
    log_ring_pop(&ring, SIZE / 2);
    struct sv rest = log_ring_front(&ring);
    assert_ptr_equal(rest.p, lines.p + SIZE / 2);
    assert_true(push_line(pushed));
    assert_ptr_equal(log_ring_front(&ring).p, rest.p);
}

static void room_ends_where_the_ring_ends(void **state)
{
    for (int spare = 99; spare <= 101; spare++) {
        (void)close_ring(state);
        assert_int_equal(open_ring(state), 0);
        const char *first = log_ring_room(&ring, 1);
        for (int left = SIZE - spare; left > 0; left -= left < 4000 ? left : 4000) {
            assert_non_null(log_ring_room(&ring, left < 4000 ? (size_t)left : 4000));
            log_ring_push(&ring, left < 4000 ? (size_t)left : 4000);
        }
        log_ring_tell(&ring);
        log_ring_pop(&ring, 4000);
        const char *room = log_ring_room(&ring, 100);
        expect(room == (spare < 100 ? first : first + SIZE - spare), "%d bytes are left, room at %td", spare,
               room - first);
    }
}

static void a_ring_that_runs_empty_stays_at_its_front(void **state)
{
    uint64_t pushed = 0;
    const char *first = log_ring_room(&ring, 1);

    (void)state;
    for (int i = 0; i < 3000; i++) {
        assert_true(push_line(pushed++));
        log_ring_tell(&ring);
        struct sv lines = log_ring_front(&ring);
        expect(lines.p - first < 64 * 1024 + LOG_RING_PIECE, "line %d lies at %td", i, lines.p - first);
        assert_int_equal(take_all(pushed - 1), pushed);
    }
}

static void nobody_is_woken_who_is_awake(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 10; i++) {
        assert_true(push_line(i));
        log_ring_tell(&ring);
    }
    assert_false(readable_within(bell.fd, 0));
}

static void one_who_sleeps_is_woken_once_by_the_first_line(void **state)
{
    uint64_t count = 0;

    (void)state;
    log_bell_wait(&bell, 1);
    log_ring_tell(&ring);
    assert_false(readable_within(bell.fd, 0));
    for (uint64_t i = 0; i < 3; i++) {
        assert_true(push_line(i));
        log_ring_tell(&ring);
    }
    assert_int_equal(read(bell.fd, &count, sizeof count), sizeof count);
    assert_int_equal(count, 1);
    log_bell_clear(&bell);
}

static void one_who_gathers_is_woken_once_there_is_enough(void **state)
{
    uint64_t i = 0;

    (void)state;
    log_bell_wait(&bell, SIZE / 2);
    while (!readable_within(bell.fd, 0)) {
        assert_true(push_line(i++));
        log_ring_tell(&ring);
    }
    expect(log_ring_held(&ring) >= SIZE / 2 && log_ring_held(&ring) < SIZE / 2 + 300, "woken at %llu",
           (unsigned long long)log_ring_held(&ring));
    log_bell_clear(&bell);
    assert_false(readable_within(bell.fd, 0));
}

static void a_turn_with_many_lines_tells_of_them_before_it_ends(void **state)
{
    (void)state;
    log_bell_wait(&bell, SIZE / 2);
    for (uint64_t i = 0; i < SIZE * 3 / 4 / 108; i++)
        assert_true(push_line(i));
    assert_true(readable_within(bell.fd, 0));
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

/* However late the other gets its turn: it takes all there is, and has nothing to do. */
static void let_it_sleep(void)
{
    static const struct timespec moment = {.tv_nsec = 200000};

    log_ring_tell(&ring);
    for (int i = 0; i < 5000 && log_ring_held(&ring) > 0; i++)
        (void)nanosleep(&moment, NULL);
    (void)nanosleep(&moment, NULL);
}

static void *produce(void *arg)
{
    (void)arg;
    for (uint64_t i = 0; i < LINES; i++) {
        if (!push_line(i))
            log_ring_drop(&ring, 1);
        if (i % 5 == 0)
            log_ring_tell(&ring);
        if (i % 3000 == 0)
            let_it_sleep();
    }
    log_ring_tell(&ring);
    return NULL;
}

/* As the logger does it. Lines may be missing, but none is seen twice, torn or late. */
static uint64_t consume(uint64_t *slept)
{
    uint64_t taken = 0, next = 0;

    while (next < LINES && taken + log_ring_dropped(&ring) < LINES) {
        log_bell_wait(&bell, 1);
        if (log_ring_held(&ring) == 0) {
            if (taken + log_ring_dropped(&ring) == LINES)
                break;
            if (!readable_within(bell.fd, NEVER_MS))
                return taken;
            (*slept)++;
        }
        log_bell_clear(&bell);
        for (struct sv lines; (lines = log_ring_front(&ring)).len > 0;) {
            size_t len = lines.len;
            for (; lines.len > 0; taken++) {
                uint64_t i = take_line(&lines);
                expect(i >= next, "line %llu after %llu", (unsigned long long)i, (unsigned long long)next);
                next = i + 1;
            }
            log_ring_pop(&ring, len);
        }
    }
    return taken;
}

static void no_line_and_no_wake_up_is_lost_between_two_threads(void **state)
{
    pthread_t thread;
    uint64_t slept = 0;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, produce, NULL), 0);
    uint64_t taken = consume(&slept);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(taken + log_ring_dropped(&ring), LINES);
    expect(taken > LINES / 100 && slept > 3, "%llu lines, asleep %llu times: this shows nothing",
           (unsigned long long)taken, (unsigned long long)slept);
}

#define ring_test(f) cmocka_unit_test_setup_teardown(f, open_ring, close_ring)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ring_test(lines_come_out_as_they_went_in_however_often_the_ring_goes_round),
        ring_test(what_was_not_told_is_not_seen),
        ring_test(a_full_ring_has_no_room_and_loses_nothing),
        ring_test(popping_a_part_of_what_is_there_makes_that_much_room),
        ring_test(room_ends_where_the_ring_ends),
        ring_test(a_ring_that_runs_empty_stays_at_its_front),
        ring_test(nobody_is_woken_who_is_awake),
        ring_test(one_who_sleeps_is_woken_once_by_the_first_line),
        ring_test(one_who_gathers_is_woken_once_there_is_enough),
        ring_test(a_turn_with_many_lines_tells_of_them_before_it_ends),
        cmocka_unit_test(init_and_fini_leave_nothing),
        ring_test(no_line_and_no_wake_up_is_lost_between_two_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
