/* SPDX-License-Identifier: MIT */
/* Places for connections and files. */

#include "io/seats.h"

#include <pthread.h>

#include "scratch.h"

static void there_are_as_many_as_the_limit_says(void **state)
{
    struct seats s;

    (void)state;
    seats_init(&s, 3, 100);
    for (int i = 0; i < 3; i++)
        assert_true(seats_take(&s));
    assert_false(seats_take(&s));
    assert_int_equal(seats_taken(&s), 3);
    seats_leave(&s, 2);
    assert_true(seats_take(&s));
    seats_allow(&s, 1, 100); /* a reload: who is there stays */
    assert_false(seats_take(&s));
    seats_leave(&s, 1);
    assert_false(seats_take(&s));
    seats_leave(&s, 1);
    assert_true(seats_take(&s));
}

static void those_of_other_processes_count(void **state)
{
    struct seats s;

    (void)state;
    seats_init(&s, 3, 3);
    atomic_store(&s.elsewhere, 2);
    assert_true(seats_take(&s));
    assert_false(seats_take(&s));
    seats_add(&s); /* who is passed on has had one */
    assert_int_equal(seats_taken(&s), 2);
    atomic_store(&s.elsewhere, 0);
    assert_true(seats_take(&s));
}

static void files_take_half_of_the_room_and_never_the_last_of_it(void **state)
{
    struct seats s;
    int files = 0, connections = 0;

    (void)state;
    seats_init(&s, 1000, 160);
    while (seats_take_file(&s))
        files++;
    assert_int_equal(files, 80);
    while (seats_take(&s))
        connections++;
    assert_int_equal(connections, 80);
    seats_leave(&s, 80);
    for (int i = 0; i < 40; i++)
        seats_leave_file(&s);
    for (connections = 0; connections < 115; connections++)
        assert_true(seats_take(&s));
    assert_false(seats_take_file(&s)); /* 155 of 160 are taken: no file past 150 */
    assert_true(seats_take(&s));
    seats_leave(&s, 7);
    assert_true(seats_take_file(&s));
    assert_false(seats_take_file(&s));
}

enum { THREADS = 4, ROUNDS = 100000 };

static void *come_and_go(void *arg)
{
    struct seats *s = arg;
    uint64_t in = 0;

    for (int i = 0; i < ROUNDS; i++) {
        if (seats_take(s)) {
            in++;
            seats_leave(s, 1);
        }
        if (seats_take_file(s))
            seats_leave_file(s);
    }
    return in > 0 ? arg : NULL;
}

static void threads_may_come_and_go_at_once(void **state)
{
    pthread_t thread[THREADS];
    struct seats s;
    void *got;

    (void)state;
    seats_init(&s, THREADS, 100);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, come_and_go, &s), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(thread[i], &got), 0);
        assert_non_null(got);
    }
    assert_int_equal(seats_taken(&s), 0);
    assert_int_equal(atomic_load(&s.files), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_as_many_as_the_limit_says),
        cmocka_unit_test(those_of_other_processes_count),
        cmocka_unit_test(files_take_half_of_the_room_and_never_the_last_of_it),
        cmocka_unit_test(threads_may_come_and_go_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
