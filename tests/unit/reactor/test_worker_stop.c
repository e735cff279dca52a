/* SPDX-License-Identifier: MIT */
/* A worker ends as urgently as it is told to, and passes on what is idle where another takes its place. */

#include "reactor/worker.h"

#include "one_worker.h"

static void announced_it_goes_on_and_says_with_each_answer_that_it_ends(void **state)
{
    (void)state;
    open_worker(NULL, NULL);
    start_worker();
    int idle = idle_one();
    worker_stop(ours, STOP_ANNOUNCE);
    let_it_turn();
    assert_false(is_done(0));
    stage_say(idle, ASK("/5"));
    struct sv heard = hear(idle);
    expect_status(heard, "200");
    assert_int_equal(stage_count(heard, "\r\nConnection: close\r\n"), 1);
    assert_int_equal(close(idle), 0);
    worker_stop(ours, STOP_WHEN_EMPTY);
    close_worker();
}

/* Whoever is idle goes, a request that has begun is answered, and more may still be handed over until it is said that none is. */
static void draining_it_ends_the_idle_and_finishes_the_others(void **state)
{
    (void)state;
    open_worker(NULL, NULL);
    start_worker();
    int idle = idle_one();
    int midway = hand_over("GET /5 HTTP/1.1\r\nHo");
    let_it_turn();
    worker_stop(ours, STOP_DRAIN);
    expect_closed(idle);
    assert_int_equal(counted(COUNTER_CLOSED + CLOSE_DRAIN), 1);
    int late = hand_over(ASK("/5"));
    struct sv heard = hear(late);
    expect_status(heard, "200");
    assert_int_equal(stage_count(heard, "\r\nConnection: close\r\n"), 1);
    assert_int_equal(close(late), 0);
    worker_stop(ours, STOP_WHEN_EMPTY);
    let_it_turn();
    assert_false(is_done(0));
    stage_say(midway, "st: a\r\n\r\n");
    expect_status(hear(midway), "200");
    assert_int_equal(close(midway), 0);
    close_worker();
}

static void a_drain_does_not_last_longer_than_it_may(void **state)
{
    (void)state;
    open_worker("server.drain_timeout=1s", NULL);
    config.server.drain_timeout_ms = 5;
    start_worker();
    int midway = hand_over("GET /5 HTTP/1.1\r\nHo");
    let_it_turn();
    worker_stop(ours, STOP_WHEN_EMPTY);
    expect_closed(midway);
    assert_int_equal(counted(COUNTER_CLOSED + CLOSE_STOP), 1);
    close_worker();
}

static void told_to_end_now_it_ends_all(void **state)
{
    (void)state;
    open_worker(NULL, NULL);
    start_worker();
    int idle = idle_one();
    int midway = hand_over("GET /5 HTTP/1.1\r\nHo");
    int slow = hand_over(ASK("/900000"));
    let_it_turn();
    worker_stop(ours, STOP_NOW);
    assert_true(within(is_done, 0));
    assert_int_equal(counted(COUNTER_CLOSED + CLOSE_STOP) + counted(COUNTER_CLOSED + CLOSE_DRAIN), 3);
    expect_closed(idle);
    expect_closed(midway);
    expect_closed(slow);
    assert_true(atomic_load(&gate.waiting) || readable_within(gate.fd, NEVER_MS)); /* the master is told */
    close_worker();
}

/* Another generation goes on with it, on the same descriptor. */
static void expect_passed_on(int peer)
{
    struct baton b;

    expect(readable_within(ours->shard.outbox.wake_fd, NEVER_MS), "nobody comes out");
    assert_true(handoff_pop(&ours->shard.outbox, &b));
    assert_true(b.passed && b.served);
    stage_say(peer, "x");
    assert_true(readable_within(b.fd, NEVER_MS));
    assert_int_equal(close(b.fd) + close(peer), 0);
}

static void retired_it_passes_on_what_is_idle_or_becomes_it(void **state)
{
    struct baton none;

    (void)state;
    open_worker(NULL, NULL);
    start_worker();
    int idle = idle_one();
    int midway = hand_over("GET /5 HTTP/1.1\r\nHo");
    let_it_turn();
    worker_stop(ours, STOP_RETIRE);
    expect_passed_on(idle);
    let_it_turn();
    assert_false(handoff_pop(&ours->shard.outbox, &none));
    assert_false(is_done(0));
    stage_say(midway, "st: a\r\n\r\n");
    struct sv heard = hear(midway);
    expect_status(heard, "200");
    assert_int_equal(stage_count(heard, "Connection: close"), 0);
    assert_true(within(is_done, 0));
    expect_passed_on(midway);
    assert_int_equal(counted(COUNTER_CLOSED + CLOSE_PASSED), 2);
    close_worker();
}

/* It says that it waits for room, and is woken when there is some. */
static void a_full_outbox_is_waited_for(void **state)
{
    struct baton none;

    (void)state;
    open_worker(NULL, NULL);
    while (handoff_push(&ours->shard.outbox, &(struct baton){.fd = -1}))
        continue;
    start_worker();
    int idle = idle_one();
    worker_stop(ours, STOP_RETIRE);
    assert_true(within(waits_for_outbox, 0));
    assert_false(is_done(0));
    stage_say(idle, ASK("/5")); /* meanwhile it is served */
    expect_status(hear(idle), "200");
    assert_true(handoff_pop(&ours->shard.outbox, &none));
    handoff_signal(&ours->handoff);
    assert_true(within(is_done, 0));
    assert_false(atomic_load(&ours->shard.outbox_full));
    while (handoff_waits(&ours->shard.outbox) && none.fd < 0)
        (void)handoff_pop(&ours->shard.outbox, &none);
    assert_true(none.passed && none.served);
    assert_int_equal(close(none.fd) + close(idle), 0);
    close_worker();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(announced_it_goes_on_and_says_with_each_answer_that_it_ends),
        cmocka_unit_test(draining_it_ends_the_idle_and_finishes_the_others),
        cmocka_unit_test(a_drain_does_not_last_longer_than_it_may),
        cmocka_unit_test(told_to_end_now_it_ends_all),
        cmocka_unit_test(retired_it_passes_on_what_is_idle_or_becomes_it),
        cmocka_unit_test(a_full_outbox_is_waited_for),
    };

    return cmocka_run_group_tests(tests, prepare, NULL);
}
