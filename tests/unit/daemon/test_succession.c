/* SPDX-License-Identifier: MIT */
/* An upgrade, as the old process sees it: asked for in each state of life, and what a successor says, does and does not
 * do.
 *
 * Of what may come in each state of life this covers an upgrade that is asked for. tests/life/stop_deadline asks a real
 * daemon for one before and after TERM in ten states, tests/life/upgrade_trouble while a start fails, while memory is
 * short and while a successor hangs, tests/life/reload_trouble beside reloads. */

#include "daemon/succession.h"

#include <sys/wait.h>

#include "upgrade/upgrade.h"

#include "life.h"
#include "manager.h"

static int manager = -1;

static int enter(void **state)
{
    manager = manager_listen(manager_name("succession"));
    return life_enter(state);
}

static int leave(void **state)
{
    (void)life_leave(state);
    (void)unsetenv("NOTIFY_SOCKET");
    return close(manager);
}

/* A process that was started, and has not said anything yet. */
static void have_successor(void)
{
    come_to(LIFE_HANDING_OVER);
    parts.succession.give_up_ms = LIFE_NOW + 90000;
}

static void expect_message(enum upgrade_kind kind)
{
    struct upgrade_message m;
    int err = upgrade_receive(successor, &m);

    expect(err == 0 && m.kind == (uint32_t)kind, "%s instead of kind %d", err == 0 ? "another kind" : strerror(-err),
           (int)kind);
}

static void an_upgrade_begins_where_nothing_else_is_under_way(void **state)
{
    static const struct {
        enum life life;
        bool begins, waits;
    } rows[LIVES] = {
        {LIFE_STARTING, false, true},      {LIFE_SERVING, true, false},     {LIFE_RELOADING, false, true},
        {LIFE_HANDING_OVER, false, false}, /* it has begun */
        {LIFE_PASSING_ON, false, false},   {LIFE_ANNOUNCING, false, false}, {LIFE_DRAINING, false, false},
        {LIFE_EMPTYING, false, false},     {LIFE_ENDING, false, false},
    };
    char *const argv[] = {"/bin/true", NULL};

    (void)state;
    if (getpid() == 1)
        skip(); /* a container's first process has no successor */
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_int_equal(life_enter(NULL), 0);
        assert_int_equal(launcher_init(&parts.launcher, argv[0], argv), 0);
        come_to(rows[i].life);
        int before = parts.succession.fd;
        succession_begin(&parts.succession, LIFE_NOW);
        const char *name = life_name(rows[i].life);
        expect(parts.succession.wanted == rows[i].waits, "%s: waits", name);
        expect((parts.succession.fd != before) == rows[i].begins, "%s: begins", name);
        expect(parts.life == (rows[i].begins ? LIFE_HANDING_OVER : rows[i].life), "%s: then %s", name,
               life_name(parts.life));
        assert_int_equal(life_leave(NULL), 0);
        assert_true(waitpid(-1, NULL, 0) > 0);
    }
}

/* What was being opened is open, or came to nothing. */
static void one_that_waited_begins_after_that(void **state)
{
    char *const argv[] = {"/bin/true", NULL};

    (void)state;
    if (getpid() == 1)
        skip();
    assert_int_equal(launcher_init(&parts.launcher, argv[0], argv), 0);
    come_to(LIFE_RELOADING);
    succession_begin(&parts.succession, LIFE_NOW);
    succession_run(&parts.succession, LIFE_NOW);
    assert_true(parts.succession.wanted);
    parts.reload.work = RELOAD_IDLE;
    parts.life = LIFE_SERVING;
    succession_run(&parts.succession, LIFE_NOW);
    assert_false(parts.succession.wanted);
    assert_int_equal(parts.life, LIFE_HANDING_OVER);
    launcher_fini(&parts.launcher);
    assert_true(waitpid(-1, NULL, 0) > 0);
}

static void a_start_that_failed_begins_none(void **state)
{
    char *const argv[] = {"/bin/true", NULL};

    (void)state;
    assert_int_equal(launcher_init(&parts.launcher, argv[0], argv), 0);
    come_to(LIFE_STARTING);
    succession_begin(&parts.succession, LIFE_NOW);
    assert_true(parts.succession.wanted);
    parts.reload.work = RELOAD_IDLE;
    succession_run(&parts.succession, LIFE_NOW);
    assert_false(parts.succession.wanted);
    assert_int_equal(parts.life, LIFE_STARTING);
    assert_int_equal(parts.succession.fd, -1);
    launcher_fini(&parts.launcher);
    assert_true(waitpid(-1, NULL, 0) > 0);
}

static void none_is_waited_for_in_a_stop(void **state)
{
    (void)state;
    come_to(LIFE_RELOADING);
    stopping_ask(&parts.stopping, parts.present, LIFE_NOW);
    succession_begin(&parts.succession, LIFE_NOW);
    assert_false(parts.succession.wanted);
}

static void without_a_launcher_we_go_on(void **state)
{
    (void)state;
    come_to(LIFE_SERVING);
    succession_begin(&parts.succession, LIFE_NOW);
    assert_int_equal(parts.life, LIFE_SERVING);
    assert_int_equal(parts.succession.fd, -1);
}

static void it_takes_over_once_it_has_said_that_it_serves(void **state)
{
    (void)state;
    have_successor();
    assert_false(succession_hand_over(&parts.succession, LIFE_NOW));
    manager_expect_silence(manager);
    assert_int_equal(upgrade_send(successor, UPGRADE_READY, NULL), 0);
    succession_event(&parts.succession);
    assert_int_equal(parts.succession.pid, getpid());
    assert_true(succession_hand_over(&parts.succession, LIFE_NOW));
    char text[64];
    (void)snprintf(text, sizeof text, "MAINPID=%ld", (long)getpid());
    manager_expect(manager, text);
    expect_message(UPGRADE_GO);
    expect_message(UPGRADE_READY); /* how many connections we have */
    assert_int_equal(parts.life, LIFE_PASSING_ON);
    assert_false(parts.predecessors.main);
    assert_false(succession_hand_over(&parts.succession, LIFE_NOW));
    retire_present();
}

static void our_predecessors_become_its_own(void **state)
{
    struct upgrade_message m;

    (void)state;
    have_successor();
    have_predecessor();
    parts.predecessors.main = true;
    parts.succession.pid = getpid();
    assert_true(succession_hand_over(&parts.succession, LIFE_NOW));
    expect_message(UPGRADE_GO);
    assert_int_equal(upgrade_receive(successor, &m), 0);
    assert_int_equal(m.kind, UPGRADE_PREDECESSOR);
    assert_int_equal(parts.predecessors.n, 0);
    int passed = upgrade_baton(&m).fd;
    assert_int_equal(upgrade_send(predecessor, UPGRADE_READY, NULL), 0);
    assert_int_equal(upgrade_receive(passed, &m), 0);
    (void)close(passed);
    retire_present();
}

static void one_that_ends_before_it_serves_is_none(void **state)
{
    (void)state;
    have_successor();
    close_end(&successor);
    succession_event(&parts.succession);
    assert_int_equal(parts.life, LIFE_SERVING);
    assert_int_equal(parts.succession.fd, -1);
    assert_false(succession_is_lost(&parts.succession));
    assert_int_equal(succession_wait_ms(&parts.succession, LIFE_NOW), -1);
}

/* The service manager is told who goes on. */
static void one_that_ends_as_it_is_to_take_over_is_none(void **state)
{
    char text[64];

    (void)state;
    have_successor();
    parts.succession.pid = 12345;
    close_end(&successor);
    assert_false(succession_hand_over(&parts.succession, LIFE_NOW));
    manager_expect(manager, "MAINPID=12345");
    (void)snprintf(text, sizeof text, "MAINPID=%ld", (long)getpid());
    manager_expect(manager, text);
    assert_int_equal(parts.life, LIFE_SERVING);
    assert_true(parts.predecessors.main);
}

static void one_that_does_not_begin_to_serve_is_given_up(void **state)
{
    (void)state;
    have_successor();
    succession_run(&parts.succession, LIFE_NOW + 90000 - 1);
    assert_int_equal(parts.life, LIFE_HANDING_OVER);
    assert_int_equal(succession_wait_ms(&parts.succession, LIFE_NOW), 100);
    succession_run(&parts.succession, LIFE_NOW + 90000);
    assert_int_equal(parts.life, LIFE_SERVING);
    assert_int_equal(parts.succession.fd, -1);
}

static void a_stop_needs_none_that_does_not_serve_yet(void **state)
{
    (void)state;
    have_successor();
    succession_cancel(&parts.succession);
    assert_int_equal(parts.succession.fd, -1);
    assert_int_equal(life_leave(NULL), 0);
    assert_int_equal(life_enter(NULL), 0);
    come_to(LIFE_PASSING_ON);
    succession_cancel(&parts.succession);
    assert_true(parts.succession.fd >= 0);
}

static void what_it_cannot_take_any_more_ends_here(void **state)
{
    int client;

    (void)state;
    come_to(LIFE_PASSING_ON);
    have_predecessor();
    struct baton b = {.fd = connection(&client)};
    close_end(&successor);
    assert_false(succession_pass(&parts.succession, &b));
    assert_int_equal(parts.predecessors.n, 0);
    assert_true(succession_is_lost(&parts.succession));
    assert_false(succession_is_lost(&parts.succession));
    assert_true(succession_pass(&parts.succession, &b));
    assert_true(is_closed(client));
    (void)close(client);
}

/* Each second; and again until it has been told, which it is not where its socket is full. */
static void it_is_told_how_many_connections_are_left(void **state)
{
    (void)state;
    come_to(LIFE_PASSING_ON);
    succession_run(&parts.succession, LIFE_NOW);
    expect_message(UPGRADE_READY);
    assert_int_equal(succession_wait_ms(&parts.succession, LIFE_NOW), 1000);
    succession_run(&parts.succession, LIFE_NOW + 999);
    struct upgrade_message m;
    assert_int_equal(upgrade_receive(successor, &m), -EAGAIN);
    succession_run(&parts.succession, LIFE_NOW + 1000);
    expect_message(UPGRADE_READY);
}

static void the_manager_is_waited_for_but_not_for_ever(void **state)
{
    (void)state;
    come_to(LIFE_PASSING_ON);
    parts.succession.give_up_ms = LIFE_NOW + 10;
    assert_false(succession_is_unheard(&parts.succession, false, LIFE_NOW));
    assert_true(succession_is_unheard(&parts.succession, true, LIFE_NOW));
    assert_false(succession_is_unheard(&parts.succession, true, LIFE_NOW + 10));
}

#define succession_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_upgrade_begins_where_nothing_else_is_under_way),
        life_test(one_that_waited_begins_after_that),
        life_test(a_start_that_failed_begins_none),
        life_test(none_is_waited_for_in_a_stop),
        life_test(without_a_launcher_we_go_on),
        succession_test(it_takes_over_once_it_has_said_that_it_serves),
        life_test(our_predecessors_become_its_own),
        life_test(one_that_ends_before_it_serves_is_none),
        succession_test(one_that_ends_as_it_is_to_take_over_is_none),
        life_test(one_that_does_not_begin_to_serve_is_given_up),
        life_test(a_stop_needs_none_that_does_not_serve_yet),
        life_test(what_it_cannot_take_any_more_ends_here),
        life_test(it_is_told_how_many_connections_are_left),
        life_test(the_manager_is_waited_for_but_not_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
