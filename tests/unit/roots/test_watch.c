/* SPDX-License-Identifier: MIT */
/* Roots are looked at without being asked, by somebody whom nobody has to wait for. */

#include "roots/watch.h"

#include <errno.h>
#include <time.h>

#include "scratch.h"
#include "threads.h"

static struct config config;
static struct config_site sites[2];
static struct gate gate = {.fd = -1};
static size_t fds_before;

static int enter(void **state)
{
    int err = scratch_enter(state);

    fds_before = count_fds();
    sites[0].root = (char *)(uintptr_t) "one";
    sites[1].root = (char *)(uintptr_t) "two";
    config = (struct config){.sites = sites, .n_sites = 2};
    make_dir("one");
    make_dir("two");
    return err < 0 ? err : gate_init(&gate);
}

static int leave(void **state)
{
    gate_fini(&gate);
    bool closed = fds_come_to(fds_before);
    int err = scratch_leave(state);

    return closed ? err : -1;
}

static bool grows(struct root_swaps *s, uint32_t beyond)
{
    static const struct timespec moment = {.tv_nsec = 1000000};

    for (int i = 0; i < NEVER_MS && atomic_load(&s->n) <= beyond; i++)
        (void)nanosleep(&moment, NULL);
    return atomic_load(&s->n) > beyond;
}

static void a_root_that_is_replaced_is_noticed_and_no_other(void **state)
{
    struct watch *w;

    (void)state;
    assert_int_equal(watch_new(&w, &config, &gate, (struct thread_enter){0}), 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(rmdir("two"), 0);
        make_dir("two");
        assert_true(grows(watch_swaps(w, 1), i));
    }
    assert_int_equal(atomic_load(&watch_swaps(w, 0)->n), 0);
    assert_false(watch_is_walled_off(w));
    watch_free(&w);
    assert_null(w);
}

static void who_looks_is_told_and_tells(void **state)
{
    struct root_swaps swaps = {0};
    struct root a, b;

    (void)state;
    assert_int_equal(root_init(&a, "one", &swaps), 0);
    assert_int_equal(root_init(&b, "one", &swaps), 0);
    root_refresh(&a, 1000, 1000);
    root_refresh(&b, 1500, 1000);
    assert_int_equal(rename("one", "old"), 0);
    make_dir("one");
    root_refresh(&a, 2000, 1000);
    assert_int_equal(a.version, 1);
    root_refresh(&b, 2000, 1000); /* it would not have looked before 2500 */
    assert_int_equal(b.version, 1);
    assert_int_equal(atomic_load(&swaps.n), 1);
    root_refresh(&a, 2001, 1000);
    assert_int_equal(a.checked_ms, 2000); /* its own news are none */
    root_fini(&a);
    root_fini(&b);
}

static void one_that_is_stopped_at_once_leaves_nothing(void **state)
{
    struct watch *w;

    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(watch_new(&w, &config, &gate, (struct thread_enter){0}), 0);
        watch_stop(w);
        watch_free(&w);
    }
    assert_false(readable_within(gate.fd, 0));
}

static void a_root_that_is_none_is_an_error(void **state)
{
    struct watch *w;

    (void)state;
    assert_int_equal(rmdir("two"), 0);
    assert_int_equal(watch_new(&w, &config, &gate, (struct thread_enter){0}), -ENOENT);
    assert_null(w);
}

#define watch_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        watch_test(a_root_that_is_replaced_is_noticed_and_no_other),
        watch_test(who_looks_is_told_and_tells),
        watch_test(one_that_is_stopped_at_once_leaves_nothing),
        watch_test(a_root_that_is_none_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
