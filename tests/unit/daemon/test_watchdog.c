/* SPDX-License-Identifier: MIT */
/* The heart: when the service manager hears a beat, and when it does not. */

#include "daemon/watchdog.h"

#include "manager.h"

static struct notify notify;
static struct figures figures;
static struct list retired;
static struct watchdog watchdog;
static int manager;

static int enter(void **state)
{
    (void)state;
    manager = manager_listen(manager_name("pulse"));
    assert_int_equal(setenv("WATCHDOG_USEC", "8000000", 1), 0);
    notify_init(&notify);
    figures_init(&figures, &(struct figures_about){"1", NULL});
    list_init(&retired);
    watchdog_init(&watchdog, notify.watchdog_ms, notify_hears(&notify));
    return 0;
}

static int leave(void **state)
{
    (void)state;
    notify_fini(&notify);
    figures_fini(&figures);
    (void)unsetenv("WATCHDOG_USEC");
    return close(manager);
}

static bool run(bool main, uint64_t left_ms, uint64_t now)
{
    const struct watchdog_of of = {.notify = &notify,
                                   .figures = &figures,
                                   .retired = &retired,
                                   .main = main,
                                   .stops = left_ms > 0,
                                   .left_ms = left_ms};

    return watchdog_run(&watchdog, &of, now);
}

/* Four times within the time that the manager waits, and how it goes every five seconds. */
static void it_beats_at_its_pace(void **state)
{
    (void)state;
    assert_int_equal(watchdog.every_ms, 2000);
    assert_true(run(true, 0, 10000));
    manager_expect(manager, "WATCHDOG=1");
    assert_false(run(true, 0, 11999));
    manager_expect_silence(manager);
    assert_int_equal(watchdog_wait_ms(&watchdog, 11999), 1);
    assert_false(run(true, 0, 12000));
    manager_expect(manager, "WATCHDOG=1");
    assert_false(run(true, 0, 14000));
    manager_expect(manager, "WATCHDOG=1");
    assert_true(run(true, 0, 16000));
}

static void whom_the_manager_does_not_know_says_nothing(void **state)
{
    (void)state;
    assert_false(run(false, 0, 10000));
    assert_false(run(false, 5000, 20000));
    manager_expect_silence(manager);
}

/* As much as is left, but a few seconds at a time; and no more once nothing is. */
static void a_stop_asks_for_its_time(void **state)
{
    (void)state;
    assert_true(run(true, 60000, 10000));
    manager_expect(manager, "WATCHDOG=1");
    manager_expect(manager, "EXTEND_TIMEOUT_USEC=5000000");
    assert_false(run(true, 3000, 11000));
    manager_expect(manager, "WATCHDOG=1");
    manager_expect(manager, "EXTEND_TIMEOUT_USEC=3000000");
    assert_false(run(true, 0, 13000));
    manager_expect(manager, "WATCHDOG=1");
    manager_expect_silence(manager);
}

static void without_anybody_who_hears_it_does_not_beat_until_somebody_asks(void **state)
{
    struct watchdog alone;

    (void)state;
    watchdog_init(&alone, 0, false);
    assert_int_equal(alone.every_ms, 0);
    watchdog_watch(&alone);
    assert_int_equal(alone.every_ms, 5000);
}

#define watchdog_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        watchdog_test(it_beats_at_its_pace),
        watchdog_test(whom_the_manager_does_not_know_says_nothing),
        watchdog_test(a_stop_asks_for_its_time),
        watchdog_test(without_anybody_who_hears_it_does_not_beat_until_somebody_asks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
