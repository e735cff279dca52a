/* SPDX-License-Identifier: MIT */
/* An upgrade, as the new process sees it: what it hears of the one that it is to replace. */

#include "daemon/predecessors.h"

#include <time.h>

#include "upgrade/upgrade.h"

#include "life.h"
#include "manager.h"

static int manager = -1;

static int enter(void **state)
{
    manager = manager_listen(manager_name("predecessors"));
    if (life_enter(state) < 0)
        return -1;
    serve_with(still_generation(1));
    have_predecessor();
    parts.sockets.predecessor_owns = true;
    return 0;
}

static int leave(void **state)
{
    (void)life_leave(state);
    (void)unsetenv("NOTIFY_SOCKET");
    return close(manager);
}

static void hear(void)
{
    parts.predecessors.waits = false;
    predecessors_hear(&parts.predecessors, parts.present, LIFE_NOW);
}

static struct handoff *ring(void)
{
    return &parts.present->crew.v[0].handoff;
}

static void who_was_started_by_nobody_of_ours_is_main(void **state)
{
    (void)state;
    assert_true(parts.predecessors.main);
    assert_false(parts.sockets.predecessor_owns);
    assert_int_equal(parts.predecessors.n, 0);
}

static void who_is_main_tells_the_manager_that_it_serves(void **state)
{
    (void)state;
    parts.predecessors.main = true;
    predecessors_say_ready(&parts.predecessors);
    manager_expect(manager, "READY=1");
    assert_false(parts.sockets.predecessor_owns);
}

static void others_tell_the_one_that_they_replace(void **state)
{
    struct upgrade_message m;

    (void)state;
    predecessors_say_ready(&parts.predecessors);
    assert_false(parts.predecessors.owes_ready);
    assert_int_equal(upgrade_receive(predecessor, &m), 0);
    assert_int_equal(m.kind, UPGRADE_READY);
    assert_int_equal(m.pid, getpid());
    manager_expect_silence(manager);
}

/* A socket that is full is no reason to be forgotten. */
static void what_cannot_be_said_now_is_owed(void **state)
{
    (void)state;
    while (upgrade_send(parts.predecessors.v[0].fd, UPGRADE_READY, NULL) == 0)
        ;
    predecessors_say_ready(&parts.predecessors);
    assert_true(parts.predecessors.owes_ready);
    struct upgrade_message m;
    while (upgrade_receive(predecessor, &m) == 0)
        ;
    predecessors_say_ready(&parts.predecessors);
    assert_false(parts.predecessors.owes_ready);
}

static void who_is_told_to_go_on_is_main(void **state)
{
    (void)state;
    assert_int_equal(upgrade_send(predecessor, UPGRADE_GO, NULL), 0);
    hear();
    assert_true(parts.predecessors.main);
    assert_false(parts.sockets.predecessor_owns);
    manager_expect(manager, "READY=1");
    assert_int_equal(upgrade_send(predecessor, UPGRADE_GO, NULL), 0);
    hear();
    manager_expect_silence(manager);
}

static void connections_go_to_our_workers(void **state)
{
    int client;
    struct baton b = {.fd = connection(&client), .passed = true, .served = true};

    (void)state;
    assert_int_equal(upgrade_send_count(predecessor, 2), 0);
    hear();
    assert_int_equal(atomic_load(&parts.acceptor.seats.elsewhere), 2);
    assert_int_equal(upgrade_send(predecessor, UPGRADE_BATON, &b), 0);
    hear();
    assert_int_equal(atomic_load(&parts.acceptor.seats.elsewhere), 1);
    assert_true(handoff_pop(ring(), &b));
    assert_true(b.served && b.passed);
    seats_leave(&parts.acceptor.seats, 1);
    (void)close(b.fd);
    assert_true(is_closed(client));
    (void)close(client);
}

static void what_finds_no_room_stays_with_the_one_who_sent_it(void **state)
{
    const struct baton filler = {.fd = -1};
    int client, filled = 0;
    struct baton b = {.fd = connection(&client), .passed = true};

    (void)state;
    assert_int_equal(upgrade_send(predecessor, UPGRADE_BATON, &b), 0);
    for (; handoff_push(ring(), &filler); filled++)
        ;
    hear();
    assert_true(parts.predecessors.waits);
    while (filled-- > 0)
        assert_true(handoff_pop(ring(), &b));
    hear();
    assert_false(parts.predecessors.waits);
    assert_true(handoff_pop(ring(), &b));
    seats_leave(&parts.acceptor.seats, 1);
    (void)close(b.fd);
    (void)close(client);
}

static void what_comes_late_in_a_stop_ends(void **state)
{
    int client;
    struct baton b = {.fd = connection(&client)};

    (void)state;
    acceptor_leave(&parts.acceptor);
    assert_int_equal(upgrade_send(predecessor, UPGRADE_BATON, &b), 0);
    hear();
    assert_true(is_closed(client));
    assert_false(handoff_waits(ring()));
    (void)close(client);
}

static void their_own_predecessors_are_ours(void **state)
{
    int other;
    struct baton b = {.fd = life_pair(&other)};

    (void)state;
    assert_int_equal(upgrade_send(predecessor, UPGRADE_PREDECESSOR, &b), 0);
    assert_int_equal(upgrade_send_count(other, 5), 0);
    hear();
    hear();
    assert_int_equal(parts.predecessors.n, 2);
    assert_int_equal(atomic_load(&parts.acceptor.seats.elsewhere), 5);
    (void)close(other);
    parts.predecessors.main = true;
    hear();
    assert_int_equal(parts.predecessors.n, 1);
    assert_int_equal(atomic_load(&parts.acceptor.seats.elsewhere), 0);
}

/* Whoever is main goes on alone; whoever is not was not asked for. */
static void the_end_of_one_ends_who_is_not_main(void **state)
{
    static const struct timespec at_once;
    sigset_t term, before;

    (void)state;
    (void)sigemptyset(&term);
    (void)sigaddset(&term, SIGTERM);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &term, &before), 0);
    parts.predecessors.main = true;
    close_end(&predecessor);
    hear();
    assert_int_equal(parts.predecessors.n, 0);
    assert_int_equal(sigtimedwait(&term, NULL, &at_once), -1);
    free(parts.predecessors.v);
    have_predecessor();
    close_end(&predecessor);
    hear();
    assert_int_equal(sigtimedwait(&term, NULL, &at_once), SIGTERM);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
}

static void what_nobody_takes_any_more_ends_there(void **state)
{
    struct upgrade_message m;

    (void)state;
    predecessors_drop(&parts.predecessors);
    assert_int_equal(parts.predecessors.n, 0);
    assert_int_equal(upgrade_receive(predecessor, &m), -EPIPE);
}

#define predecessors_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        life_test(who_was_started_by_nobody_of_ours_is_main),
        predecessors_test(who_is_main_tells_the_manager_that_it_serves),
        predecessors_test(others_tell_the_one_that_they_replace),
        predecessors_test(what_cannot_be_said_now_is_owed),
        predecessors_test(who_is_told_to_go_on_is_main),
        predecessors_test(connections_go_to_our_workers),
        predecessors_test(what_finds_no_room_stays_with_the_one_who_sent_it),
        predecessors_test(what_comes_late_in_a_stop_ends),
        predecessors_test(their_own_predecessors_are_ours),
        predecessors_test(the_end_of_one_ends_who_is_not_main),
        predecessors_test(what_nobody_takes_any_more_ends_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
