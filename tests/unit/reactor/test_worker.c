/* SPDX-License-Identifier: MIT */
/* A worker with its thread: it takes what it is handed, and serves. How it ends is in test_worker_stop. */

#include "reactor/worker.h"

#include <sys/un.h>

#include "listening.h"
#include "one_worker.h"

static void it_serves_what_it_is_handed(void **state)
{
    int peers[3];

    (void)state;
    open_worker(NULL, NULL);
    for (int i = 0; i < 3; i++)
        peers[i] = hand_over(ASK("/5"));
    start_worker();
    for (int i = 0; i < 3; i++)
        expect_status(hear(peers[i]), "200");
    stage_say(peers[1], ASK("/none"));
    expect_status(hear(peers[1]), "404");
    assert_int_equal(counted(COUNTER_ACCEPTED), 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(close(peers[i]), 0);
    worker_stop(ours, STOP_WHEN_EMPTY);
    close_worker();
}

/* All that fit, and nobody is forgotten behind those of the first turn. */
static void a_full_ring_is_emptied(void **state)
{
    size_t n = 0;

    (void)state;
    open_worker(NULL, NULL);
    for (; handoff_push(&ours->handoff, &(struct baton){.fd = -1}); n++)
        seats_add(&seats);
    assert_int_equal(n, HANDOFF_SLOTS);
    start_worker();
    assert_true(within(has_reset, n)); /* they are no connections */
    let_it_turn();
    assert_int_equal(seats_taken(&seats), 0);
    int peer = idle_one();
    worker_stop(ours, STOP_NOW);
    expect_closed(peer);
    close_worker();
}

static void what_nobody_took_from_the_ring_gives_its_seat_back(void **state)
{
    (void)state;
    open_worker(NULL, NULL);
    int peer = hand_over("");
    assert_int_equal(seats_taken(&seats), 1);
    worker_fini(ours);
    assert_int_equal(seats_taken(&seats), 0);
    assert_true(stage_is_over(peer));
    assert_int_equal(close(peer), 0);
    free(ours);
    gate_fini(&gate);
    config_fini(&config);
}

static void it_accepts_once_it_is_released(void **state)
{
    const struct listen_options options = {.backlog = 8};
    struct door *door = calloc(1, sizeof *door);
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "door"};
    struct listener listener;

    (void)state;
    assert_int_equal(listener_open(&listener, "unix:door", &options), 0);
    *door = (struct door){.fd = listener.fd, .backlog = 8};
    open_worker(NULL, door);
    assert_int_equal(worker_start(ours), 0);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&at, sizeof at), 0);
    stage_say(client, ASK("/5"));
    let_it_turn();
    assert_int_equal(counted(COUNTER_ACCEPTED), 0);
    worker_release(ours);
    expect_status(hear(client), "200");
    let_it_turn(); /* it has a seat for who might come next until it has seen that nobody does */
    assert_int_equal(seats_taken(&seats), 1);
    assert_false(accept_is_deaf(&ours->accept));
    worker_stop(ours, STOP_NOW);
    expect_closed(client);
    assert_true(accept_is_deaf(&ours->accept));
    close_worker();
    listener_close(&listener);
}

static void its_timers_run(void **state)
{
    (void)state;
    open_worker("limits.header_timeout=5ms", NULL);
    start_worker();
    int peer = hand_over("");
    expect_closed(peer);
    assert_int_equal(counted(COUNTER_CLOSED + CLOSE_SILENT), 1);
    worker_stop(ours, STOP_WHEN_EMPTY);
    close_worker();
}

/* Who would have to go is told while seats are scarce; one who has been idle for a moment only does not go. */
static void where_seats_are_scarce_it_says_who_could_go(void **state)
{
    (void)state;
    open_worker(NULL, NULL);
    start_worker();
    int idle = idle_one();
    let_it_turn();
    assert_int_equal(atomic_load(&ours->first), UINT64_MAX);
    atomic_store(&seats.scarce_ms, UINT64_MAX);
    let_it_turn();
    assert_int_not_equal(atomic_load(&ours->first), UINT64_MAX);
    worker_make_room(ours);
    let_it_turn();
    assert_int_equal(atomic_load(&ours->to_go), 0); /* it has looked */
    worker_stop(ours, STOP_NOW);
    expect_closed(idle);
    close_worker();
}

/* Descriptors run out after each step in turn. */
static void one_that_cannot_be_made_gives_back_what_it_has(void **state)
{
    const struct stage_options loaded = {.set = NULL};
    int err = -EMFILE;

    (void)state;
    assert_int_equal(stage_load(&config, &loaded), 0);
    ours = aligned_alloc(_Alignof(struct worker), sizeof *ours);
    size_t before = count_fds();
    for (rlim_t spare = 0; err != 0; spare++) {
        const struct worker_options options = {
            .shard = {.config = &config, .reporter = &stage_reporter}, .gate = &gate, .seats = &seats};
        rlim_t limit = limit_fds(spare);
        err = worker_init(ours, &options);
        (void)set_fd_limit(limit);
        expect(err == 0 || err == -EMFILE, "%d spare: %d", (int)spare, err);
        if (err == 0)
            worker_fini(ours);
        expect(count_fds() == before, "%d spare: descriptors are left", (int)spare);
    }
    free(ours);
    config_fini(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_serves_what_it_is_handed),
        cmocka_unit_test(a_full_ring_is_emptied),
        cmocka_unit_test(what_nobody_took_from_the_ring_gives_its_seat_back),
        scratch_test(it_accepts_once_it_is_released),
        cmocka_unit_test(its_timers_run),
        cmocka_unit_test(where_seats_are_scarce_it_says_who_could_go),
        cmocka_unit_test(one_that_cannot_be_made_gives_back_what_it_has),
    };

    return cmocka_run_group_tests(tests, prepare, NULL);
}
