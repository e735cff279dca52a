/* SPDX-License-Identifier: MIT */
/* The worker behind [status]: it has limits of its own, is the last to end at a stop, and its connections outlive it. */

#include "status/listener.h"

#include "base/log.h"
#include "serve/error_page.h"

#include "knock.h"
#include "stage_peer.h"
#include "threads.h"

#define ASK "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

static struct config config;
static struct figures figures;
static struct reports reports;
static struct gate gate;
static struct seats seats;

static int open_all(void **state)
{
    static const char *const keys[] = {"limits.header_size=1k", "limits.keepalive_timeout=1ms",
                                       "limits.connections_per_ip=1", "server.drain_timeout=1s"};
    const struct stage_options loaded = {.set = keys, .n_set = ROWS(keys)};
    const struct figures_about about = {"1.2", NULL};

    (void)state;
    log_init(STDERR_FILENO, LOG_LEVEL_ERROR);
    figures_init(&figures, &about);
    seats_init(&seats, 100, 100);
    assert_int_equal(error_pages_init(), 0);
    assert_int_equal(stage_load(&config, &loaded), 0);
    assert_int_equal(gate_init(&gate), 0);
    return reports_init(&reports, &figures);
}

static int close_all(void **state)
{
    (void)state;
    reports_fini(&reports);
    gate_fini(&gate);
    config_fini(&config);
    error_pages_fini();
    figures_fini(&figures);
    knock_end();
    return 0;
}

/* One that serves; with a door, which is returned. */
static int start(struct status_listener *s)
{
    struct door *door = calloc(1, sizeof *door);
    const struct status_listener_options options = {
        .config = &config, .reports = &reports, .gate = &gate, .seats = &seats, .doors = door, .n_doors = 1};
    int fd = knock_door();

    *door = (struct door){.fd = fd, .backlog = KNOCK_BACKLOG};
    assert_int_equal(status_listener_open(s, &options), 0);
    assert_int_equal(status_listener_start(s), 0);
    status_listener_release(s);
    return fd;
}

static int ask(int door)
{
    knock(door, 1, ASK);
    return knock_fds[knock_n - 1];
}

static void expect_ok(int client)
{
    char answer[1000];

    expect(readable_within(client, NEVER_MS), "no answer");
    ssize_t n = recv(client, answer, sizeof answer - 1, 0);
    assert_true(n > 3);
    answer[n] = '\0';
    expect_status(sv_of(answer, (size_t)n), "200");
    assert_memory_equal(answer + n - 3, "ok\n", 3);
}

static bool comes_true(bool (*holds)(const struct status_listener *), const struct status_listener *s)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    for (int ms = 0; ms < NEVER_MS && !holds(s); ms++)
        (void)nanosleep(&moment, NULL);
    return holds(s);
}

static void without_doors_there_is_none(void **state)
{
    const struct status_listener_options options = {
        .config = &config, .reports = &reports, .gate = &gate, .seats = &seats};
    struct status_listener s;

    (void)state;
    assert_int_equal(status_listener_open(&s, &options), 0);
    assert_int_equal(status_listener_start(&s), 0);
    assert_false(s.started);
    status_listener_release(&s);
    status_listener_stop(&s, STOP_NOW);
    assert_true(status_listener_is_deaf(&s));
    assert_true(status_listener_is_done(&s));
    assert_true(status_listener_pass(&s, NULL));
    status_listener_close(&s);
}

/* Whatever the files' clients are allowed. */
static void its_limits_are_its_own(void **state)
{
    struct status_listener s;

    (void)state;
    int door = start(&s);
    assert_true(s.config.limits.header_size > 1024);
    assert_true(s.config.limits.keepalive_timeout_ms > 60000); /* longer than scrapers pause */
    assert_int_equal(s.config.limits.connections_per_ip, 0);
    assert_int_equal(s.config.limits.body_size, 0);
    assert_int_equal(config.limits.header_size, 1024);
    int clients[2] = {ask(door), ask(door)};
    expect_ok(clients[0]);
    expect_ok(clients[1]);
    status_listener_close(&s);
}

/* So that a balancer hears that the others drain. */
static void it_goes_on_where_the_others_only_drain(void **state)
{
    static const enum stop stops[] = {STOP_ANNOUNCE, STOP_DRAIN, STOP_WHEN_EMPTY};
    struct status_listener s;

    (void)state;
    int door = start(&s);
    for (size_t i = 0; i < ROWS(stops); i++) {
        status_listener_stop(&s, stops[i]);
        expect_ok(ask(door));
        assert_false(status_listener_is_deaf(&s));
        assert_true(status_listener_is_done(&s)); /* nobody waits for it */
    }
    status_listener_stop(&s, STOP_NOW);
    assert_true(comes_true(status_listener_is_done, &s));
    assert_true(status_listener_is_deaf(&s));
    status_listener_close(&s);
    assert_null(s.worker);
    assert_int_equal(seats_taken(&seats), 0);
}

/* A reload: its idle connections are the next one's, and asked there. */
static void who_watches_it_is_passed_on(void **state)
{
    struct status_listener old, new;

    (void)state;
    int client = ask(start(&old));
    expect_ok(client);
    (void)start(&new);
    status_listener_stop(&old, STOP_RETIRE);
    assert_true(comes_true(status_listener_is_done, &old));
    assert_true(status_listener_is_deaf(&old));
    assert_true(status_listener_pass(&old, &new));
    assert_int_equal(seats_taken(&seats), 1);
    stage_say(client, ASK);
    expect_ok(client);
    status_listener_close(&old);
    status_listener_close(&new);
    assert_int_equal(seats_taken(&seats), 0);
}

static void where_nobody_takes_them_they_end(void **state)
{
    struct status_listener old;

    (void)state;
    int client = ask(start(&old));
    expect_ok(client);
    status_listener_stop(&old, STOP_RETIRE);
    assert_true(comes_true(status_listener_is_done, &old));
    assert_false(readable_within(client, 0)); /* it is between the two */
    assert_true(status_listener_pass(&old, NULL));
    assert_true(readable_within(client, NEVER_MS));
    assert_true(stage_is_over(client));
    status_listener_close(&old);
}

#define one(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        one(without_doors_there_is_none),
        one(its_limits_are_its_own),
        one(it_goes_on_where_the_others_only_drain),
        one(who_watches_it_is_passed_on),
        one(where_nobody_takes_them_they_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
