/* SPDX-License-Identifier: MIT */
/* The gate: a master that waits for room is woken when there is some, and nobody is woken who does not wait. */

#include "io/gate.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "scratch.h"
#include "threads.h"

enum { WORKERS = 2, ROOMS = 50000 / SLOWER };

static void nobody_is_woken_who_does_not_wait(void **state)
{
    struct gate g;

    (void)state;
    assert_int_equal(gate_init(&g), 0);
    gate_open(&g);
    gate_open(&g);
    assert_false(readable_within(g.fd, 0));
    gate_fini(&g);
}

static void one_who_waits_is_woken_once(void **state)
{
    uint64_t count = 0;
    struct gate g;

    (void)state;
    assert_int_equal(gate_init(&g), 0);
    for (int i = 0; i < 3; i++) {
        gate_wait(&g);
        assert_false(readable_within(g.fd, 0));
        gate_open(&g);
        gate_open(&g);
        assert_true(readable_within(g.fd, 0));
        assert_int_equal(read(g.fd, &count, sizeof count), sizeof count);
        assert_int_equal(count, 1);
    }
    gate_fini(&g);
}

static void clear_takes_the_wake_up_and_the_wish_for_one(void **state)
{
    struct gate g;

    (void)state;
    assert_int_equal(gate_init(&g), 0);
    gate_wait(&g);
    gate_open(&g);
    gate_clear(&g);
    assert_false(readable_within(g.fd, 0));
    gate_wait(&g);
    gate_clear(&g); /* woken by something else: it must not wait here */
    gate_open(&g);
    assert_false(readable_within(g.fd, 0));
    gate_fini(&g);
}

static void init_and_fini_leave_no_descriptor(void **state)
{
    size_t before = count_fds();
    struct gate g;

    (void)state;
    assert_int_equal(gate_init(&g), 0);
    assert_true((fcntl(g.fd, F_GETFD) & FD_CLOEXEC) != 0);
    gate_fini(&g);
    gate_fini(&g);
    assert_int_equal(count_fds(), before);
    rlim_t limit = limit_fds(0);
    int err = gate_init(&g);
    (void)set_fd_limit(limit);
    assert_int_equal(err, -EMFILE);
    gate_fini(&g);
}

struct house {
    struct gate gate;
    _Atomic int room;
    _Atomic bool over;
};

/* Make room again only when it is gone, so that the master waits as often as it can. */
static void *make_room(void *arg)
{
    struct house *h = arg;

    for (int i = 0; i < ROOMS; i++) {
        while (atomic_load(&h->room) > 0 && !atomic_load(&h->over))
            (void)sched_yield();
        atomic_fetch_add(&h->room, 1);
        gate_open(&h->gate);
    }
    return NULL;
}

/* As the master does it: say that we wait, look once more, sleep. False where no wake-up came although there is room. */
static bool take_room(struct house *h, int *slept)
{
    while (atomic_load(&h->room) == 0) {
        gate_wait(&h->gate);
        if (atomic_load(&h->room) > 0)
            break;
        if (!readable_within(h->gate.fd, NEVER_MS))
            return false;
        gate_clear(&h->gate);
        (*slept)++;
    }
    atomic_fetch_sub(&h->room, 1);
    return true;
}

static void no_wake_up_is_lost_between_a_master_and_two_workers(void **state)
{
    static struct house h;
    pthread_t workers[WORKERS];
    int taken = 0, slept = 0;

    (void)state;
    assert_int_equal(gate_init(&h.gate), 0);
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&workers[i], NULL, make_room, &h), 0);
    while (taken < WORKERS * ROOMS && take_room(&h, &slept))
        taken++;
    atomic_store(&h.over, true);
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_join(workers[i], NULL), 0);
    expect(taken == WORKERS * ROOMS, "no wake-up after %d of %d, %d times asleep", taken, WORKERS * ROOMS, slept);
    expect(slept > 100, "asleep %d times only: this shows nothing", slept);
    assert_int_equal(atomic_load(&h.room), 0);
    gate_fini(&h.gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_woken_who_does_not_wait),
        cmocka_unit_test(one_who_waits_is_woken_once),
        cmocka_unit_test(clear_takes_the_wake_up_and_the_wish_for_one),
        cmocka_unit_test(init_and_fini_leave_no_descriptor),
        cmocka_unit_test(no_wake_up_is_lost_between_a_master_and_two_workers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
