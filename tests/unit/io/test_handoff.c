/* SPDX-License-Identifier: MIT */
/* The ring between the master and a worker: what goes in comes out once and in order, a full ring loses nothing, and a
 * worker that sleeps between its wake-ups finds everything. */

#include "io/handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>

#include "scratch.h"
#include "threads.h"

enum { MANY = 2000000 / SLOWER, TURNS = 50000 / SLOWER };

/* Numbers stand for descriptors here; the ring must not care which they are. */
static bool push(struct handoff *h, int fd)
{
    return handoff_push(h, &(struct baton){.fd = fd});
}

static int pop(struct handoff *h)
{
    struct baton b;

    return handoff_pop(h, &b) ? b.fd : -1;
}

static void drain(struct handoff *h)
{
    while (pop(h) >= 0)
        continue;
}

/* The rings of these tests are static: a stack that a sanitizer makes is not aligned to cache lines. */

static void a_full_ring_refuses_and_loses_nothing(void **state)
{
    static struct handoff h;

    (void)state;
    assert_int_equal(handoff_init(&h), 0);
    assert_int_equal(pop(&h), -1);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < HANDOFF_SLOTS; i++) {
            assert_true(handoff_has_room(&h));
            assert_true(push(&h, i));
        }
        for (int i = 0; i < 3; i++) {
            assert_false(handoff_has_room(&h));
            assert_false(push(&h, 999999));
        }
        for (int i = 0; i < HANDOFF_SLOTS; i++)
            assert_int_equal(pop(&h), i);
        assert_int_equal(pop(&h), -1);
        assert_int_equal(pop(&h), -1);
    }
    handoff_fini(&h);
}

static void the_counters_may_pass_their_top(void **state)
{
    static struct handoff h;
    uint32_t near = UINT32_MAX - HANDOFF_SLOTS / 2;

    (void)state;
    assert_int_equal(handoff_init(&h), 0);
    atomic_store(&h.pushed, near);
    atomic_store(&h.popped, near);
    h.popped_seen = near;
    h.pushed_seen = near;
    for (int i = 0; i < HANDOFF_SLOTS; i++)
        assert_true(push(&h, i));
    assert_false(push(&h, 1));
    for (int i = 0; i < HANDOFF_SLOTS; i++)
        assert_int_equal(pop(&h), i);
    assert_int_equal(pop(&h), -1);
    handoff_fini(&h);
}

static void random_use_agrees_with_two_counters(void **state)
{
    uint64_t seed = 3;
    static struct handoff h;
    int pushed = 0, popped = 0;

    (void)state;
    assert_int_equal(handoff_init(&h), 0);
    for (int round = 0; round < 2000; round++) {
        for (size_t n = random_below(&seed, HANDOFF_SLOTS); n > 0; n--) {
            bool room = pushed - popped < HANDOFF_SLOTS;
            assert_int_equal(push(&h, pushed), room);
            pushed += room ? 1 : 0;
        }
        for (size_t n = random_below(&seed, HANDOFF_SLOTS); n > 0; n--) {
            int fd = pop(&h);
            assert_int_equal(fd, popped < pushed ? popped : -1);
            popped += fd >= 0 ? 1 : 0;
        }
    }
    drain(&h);
    handoff_fini(&h);
}

static void fini_closes_what_nobody_popped(void **state)
{
    static struct handoff h;
    int fds[5];

    (void)state;
    size_t before = count_fds();
    assert_int_equal(handoff_init(&h), 0);
    for (size_t i = 0; i < ROWS(fds); i++) {
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(push(&h, fds[i]));
    }
    assert_int_equal(pop(&h), fds[0]);
    handoff_fini(&h);
    assert_int_not_equal(fcntl(fds[0], F_GETFD), -1);
    for (size_t i = 1; i < ROWS(fds); i++) {
        assert_int_equal(fcntl(fds[i], F_GETFD), -1);
        assert_int_equal(errno, EBADF);
    }
    assert_int_equal(close(fds[0]), 0);
    handoff_fini(&h);
    assert_int_equal(count_fds(), before);
}

static void init_without_descriptors_says_so(void **state)
{
    static struct handoff h;

    (void)state;
    rlim_t before = limit_fds(0);
    int err = handoff_init(&h);
    (void)set_fd_limit(before);
    assert_int_equal(err, -EMFILE);
    handoff_fini(&h);
}

struct worker {
    struct handoff handoff;
    int count;             /* to be received */
    _Atomic int received;  /* in order, from 0 on */
    _Atomic bool stranded; /* something was in the ring, and no wake-up came */
    _Atomic int wrong;     /* what came instead of `received`; -1 = nothing wrong */
};

static bool pop_all(struct worker *w)
{
    for (int fd; (fd = pop(&w->handoff)) >= 0;) {
        int expected = atomic_load_explicit(&w->received, memory_order_relaxed);
        if (fd != expected) {
            atomic_store(&w->wrong, fd);
            return false;
        }
        atomic_store_explicit(&w->received, expected + 1, memory_order_release);
    }
    return true;
}

/* As a worker does it: sleep in epoll, never read the eventfd, pop until empty after each wake-up. */
static void *work(void *arg)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    struct worker *w = arg;
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);

    (void)epoll_ctl(epoll_fd, EPOLL_CTL_ADD, w->handoff.wake_fd, &event);
    while (atomic_load_explicit(&w->received, memory_order_relaxed) < w->count) {
        if (epoll_wait(epoll_fd, &event, 1, NEVER_MS) != 1)
            atomic_store(&w->stranded, true);
        if (atomic_load(&w->stranded) || !pop_all(w))
            break;
    }
    (void)close(epoll_fd);
    return NULL;
}

static void worker_start(struct worker *w, int count, pthread_t *thread)
{
    *w = (struct worker){.count = count, .wrong = -1};
    assert_int_equal(handoff_init(&w->handoff), 0);
    assert_int_equal(pthread_create(thread, NULL, work, w), 0);
}

static void worker_end(struct worker *w, pthread_t thread)
{
    assert_int_equal(pthread_join(thread, NULL), 0);
    expect(atomic_load(&w->wrong) == -1, "%d came as number %d", atomic_load(&w->wrong), atomic_load(&w->received));
    expect(!atomic_load(&w->stranded), "no wake-up after %d of %d", atomic_load(&w->received), w->count);
    assert_int_equal(atomic_load(&w->received), w->count);
    assert_int_equal(pop(&w->handoff), -1);
    handoff_fini(&w->handoff);
}

static void millions_arrive_once_each_and_in_order(void **state)
{
    static struct worker w;
    uint64_t seed = 17;
    pthread_t thread;
    int sent = 0;

    (void)state;
    worker_start(&w, MANY, &thread);
    while (sent < MANY && atomic_load(&w.wrong) == -1 && !atomic_load(&w.stranded)) {
        bool pushed = true;
        for (size_t batch = 1 + random_below(&seed, 100); batch > 0 && sent < MANY && pushed; batch--) {
            pushed = push(&w.handoff, sent);
            sent += pushed ? 1 : 0;
        }
        handoff_signal(&w.handoff);
        if (!pushed)
            (void)sched_yield();
    }
    worker_end(&w, thread);
}

/* The worker is asleep, or about to sleep, at each signal: the one moment at which a wake-up could be lost. */
static void every_signal_wakes_a_worker_that_is_going_to_sleep(void **state)
{
    static struct worker w;
    pthread_t thread;

    (void)state;
    worker_start(&w, TURNS, &thread);
    for (int sent = 0; sent < TURNS && !atomic_load(&w.stranded); sent++) {
        assert_true(push(&w.handoff, sent));
        handoff_signal(&w.handoff);
        while (atomic_load_explicit(&w.received, memory_order_acquire) <= sent && !atomic_load(&w.stranded) &&
               atomic_load(&w.wrong) == -1)
            (void)sched_yield();
    }
    worker_end(&w, thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_ring_refuses_and_loses_nothing),
        cmocka_unit_test(the_counters_may_pass_their_top),
        cmocka_unit_test(random_use_agrees_with_two_counters),
        cmocka_unit_test(fini_closes_what_nobody_popped),
        cmocka_unit_test(init_without_descriptors_says_so),
        cmocka_unit_test(millions_arrive_once_each_and_in_order),
        cmocka_unit_test(every_signal_wakes_a_worker_that_is_going_to_sleep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
