/* SPDX-License-Identifier: MIT */
/* A configuration at work: from when it serves until all of it is given back, with another that takes its place meanwhile. */

#include "generation/generation.h"

#include <errno.h>
#include <string.h>

#include "home.h"

static struct generation *opened(const char *const *set, size_t n_set)
{
    struct generation *g;
    int err = home_open(&g, set, n_set);

    expect(err == 0, "%d: %.*s", err, (int)home_report.text.len, home_report.text.p);
    return g;
}

/* Workers that accept for themselves, as nobody here is the master's acceptor. */
static struct generation *serving(void)
{
    static const char *const keys[] = {"server.accept=reuseport"};
    struct generation *g = opened(keys, 1);

    assert_int_equal(generation_serve(g, &home_report), 0);
    return g;
}

static void before_it_serves_nobody_is_accepted(void **state)
{
    static const char *const keys[] = {"server.accept=reuseport", "server.max_connections=77",
                                       "status.address=127.0.0.1:0"};
    struct generation *g = opened(keys, ROWS(keys));

    (void)state;
    int client = home_knock(); /* a unix socket listens at once */
    assert_true(client >= 0);
    home_ask(client);
    assert_false(readable_within(client, 5));
    assert_int_equal(atomic_load(&home_seats.limit), 0);
    assert_int_equal(generation_serve(g, &home_report), 0);
    home_hear(client);
    assert_int_equal(atomic_load(&home_seats.limit), 77);
    assert_int_equal(atomic_load(&home_status_seats.limit), g->budget.status);
    assert_null(g->error); /* it is used by now, or there is none */
    assert_int_equal(close(client), 0);
    generation_stop(g, STOP_NOW);
    assert_true(home_comes_true(generation_done, g));
    generation_free(&g);
    assert_null(g);
}

/* With its numbers, and where it listens; what was counted stays when it ends. */
static void it_is_in_the_figures(void **state)
{
    struct figures_view view;
    struct generation *g = serving();
    int client = home_knock();

    (void)state;
    home_ask(client);
    home_hear(client);
    assert_int_equal(close(client), 0);
    assert_int_equal(figures_take(&home_figures, &view), 0);
    assert_int_equal(view.n_workers, 2);
    assert_int_equal(view.total.of[COUNTER_ACCEPTED], 1);
    assert_non_null(memmem(view.listeners.p, view.listeners.len, "/sock\n", 6));
    figures_view_fini(&view);
    generation_stop(g, STOP_NOW);
    generation_free(&g);
    assert_int_equal(figures_take(&home_figures, &view), 0);
    assert_int_equal(view.total.of[COUNTER_ACCEPTED], 1);
    figures_view_fini(&view);
}

/* The address is another's by the time that it would listen: nothing is served, and why is said. */
static void one_that_cannot_listen_says_so_and_stops(void **state)
{
    const struct sockaddr_in any_port = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in at;
    socklen_t len = sizeof at;
    char key[64];
    const char *const keys[] = {key};
    int on = 1;

    (void)state;
    int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(setsockopt(other, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    assert_int_equal(bind(other, (const struct sockaddr *)&any_port, sizeof any_port), 0);
    assert_int_equal(getsockname(other, (struct sockaddr *)&at, &len), 0);
    (void)snprintf(key, sizeof key, "listen.address=127.0.0.1:%d", ntohs(at.sin_port));
    struct generation *g = opened(keys, 1); /* bound beside it, as neither listens */
    assert_int_equal(listen(other, 1), 0);
    assert_int_equal(generation_serve(g, &home_report), -EADDRINUSE);
    assert_int_equal(home_report.errors, 1);
    assert_true(home_says(key));
    assert_true(home_comes_true(generation_done, g));
    assert_int_equal(atomic_load(&home_seats.limit), 0);
    generation_free(&g);
    assert_int_equal(close(other), 0);
}

/* A reload: the one behind has the same socket, and the one before passes on who is idle. */
static void another_takes_its_place(void **state)
{
    struct generation *old = serving();
    int client = home_knock();

    (void)state;
    home_ask(client);
    home_hear(client);
    struct generation *new = serving();
    assert_false(generation_done(old));
    assert_false(generation_is_deaf(old));
    generation_stop(old, STOP_RETIRE);
    assert_true(home_comes_true(generation_is_deaf, old));
    generation_close_listeners(old);
    assert_true(home_comes_true(generation_done, old));
    int passed = 0;
    for (size_t i = 0; i < crew_started(&old->crew); i++)
        for (struct baton b; handoff_pop(crew_outbox(&old->crew, i), &b); passed++) {
            seats_add(&home_seats);
            crew_give(&new->crew, crew_next(&new->crew), &b);
        }
    crew_flush(&new->crew);
    assert_int_equal(passed, 1);
    generation_free(&old);
    home_ask(client);
    home_hear(client);
    int another = home_knock();
    home_ask(another);
    home_hear(another);
    assert_int_equal(close(client) + close(another), 0);
    generation_stop(new, STOP_NOW);
    generation_free(&new);
    assert_int_equal(home_knock(), -1);
}

static void the_last_to_put_a_socket_back_closes_it(void **state)
{
    struct generation *g = serving();

    (void)state;
    assert_int_equal(access("sock", F_OK), 0);
    generation_stop(g, STOP_NOW);
    assert_true(home_comes_true(generation_is_deaf, g));
    generation_close_listeners(g);
    assert_int_equal(access("sock", F_OK), -1);
    assert_int_equal(home_knock(), -1);
    assert_int_equal(g->n_doors, 0);
    generation_free(&g);
}

static void its_logs_are_opened_anew(void **state)
{
    static const char *const keys[] = {"server.accept=reuseport", "log.access=@/access"};
    struct generation *g = opened(keys, ROWS(keys));

    (void)state;
    assert_int_equal(generation_serve(g, &home_report), 0);
    assert_int_equal(rename("access", "access.1"), 0);
    assert_int_equal(generation_reopen_logs(g, false), 0);
    assert_int_equal(access("access", F_OK), 0);
    generation_stop(g, STOP_NOW);
    generation_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        home_test(before_it_serves_nobody_is_accepted),      home_test(it_is_in_the_figures),
        home_test(one_that_cannot_listen_says_so_and_stops), home_test(another_takes_its_place),
        home_test(the_last_to_put_a_socket_back_closes_it),  home_test(its_logs_are_opened_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
