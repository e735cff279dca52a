/* SPDX-License-Identifier: MIT */
/* Who reads the ring of log lines is woken where there is something to do, and no wake-up is lost. */

#include "access/ring.h"

#include <pthread.h>
#include <time.h>

#include "log_lines.h"

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
        for (uint64_t i; take_line(&i); taken++) {
            expect(i >= next, "line %llu after %llu", (unsigned long long)i, (unsigned long long)next);
            next = i + 1;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        ring_test(nobody_is_woken_who_is_awake),
        ring_test(one_who_sleeps_is_woken_once_by_the_first_line),
        ring_test(one_who_gathers_is_woken_once_there_is_enough),
        ring_test(no_line_and_no_wake_up_is_lost_between_two_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
