/* SPDX-License-Identifier: MIT */
/* A generation is opened, or nothing is: all that is wrong with its configuration is said, and what was opened is closed. */

#include "generation/opening.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "home.h"

/* So many eventfds can be had yet, and then one cannot; -1: all can. */
static int fails_after = -1;

int eventfd(unsigned count, int flags)
{
    if (fails_after < 0 || fails_after-- > 0)
        return (int)syscall(SYS_eventfd2, count, flags);
    errno = EMFILE;
    return -1;
}

static void all_is_open_and_held(void **state)
{
    static const char *const keys[] = {"status.address=127.0.0.1:0", "log.access=@/access", "log.error=@/error"};
    struct generation *g;

    (void)state;
    assert_int_equal(home_open(&g, keys, ROWS(keys)), 0);
    assert_int_equal(home_report.errors, 0);
    assert_int_equal(g->crew.n, 2);
    assert_int_equal(crew_started(&g->crew), 2);
    assert_true(g->status.started);
    assert_non_null(g->logger);
    assert_non_null(g->error);
    assert_int_equal(g->n_doors, 1); /* the master accepts */
    assert_int_equal(g->status_listeners.n, 1);
    assert_ptr_equal(g->doors[0].terms, g->listeners.v[0].terms);
    assert_string_equal(g->doors[0].terms->section, g->config.listens[0].name != NULL ? g->config.listens[0].name : "");
    assert_string_equal(g->sites.v[0].root, home_root);
    assert_true(g->budget.connections > 0);
    assert_int_equal(access("access", F_OK) + access("error", F_OK), 0);
    assert_int_equal(atomic_load(&home_seats.limit), 0); /* nobody may come before it serves */
    generation_stop(g, STOP_NOW);
    generation_free(&g);
}

static void where_workers_accept_the_master_has_no_doors(void **state)
{
    static const char *const keys[] = {"server.accept=reuseport"};
    struct generation *g;

    (void)state;
    assert_int_equal(home_open(&g, keys, ROWS(keys)), 0);
    assert_int_equal(g->n_doors, 0);
    for (size_t i = 0; i < g->crew.n; i++)
        assert_int_equal(g->crew.v[i].accept.n_doors, 1);
    generation_stop(g, STOP_NOW);
    generation_free(&g);
}

/* Each mistake in one go, with the key that it is about; nothing is left open. */
static void all_that_is_wrong_is_said(void **state)
{
    static const char *const keys[] = {"log.access=@/none/access", "status.address=unix:@/none/sock",
                                       "site.root=/nowhere/at/all"};
    struct generation *g = (struct generation *)(uintptr_t)1;

    (void)state;
    int err = home_open(&g, keys, ROWS(keys));
    assert_true(err < 0);
    assert_null(g);
    assert_true(home_report.errors >= 3);
    assert_true(home_says("/none/access"));
    assert_true(home_says("/none/sock"));
    assert_true(home_says("/nowhere/at/all"));
    assert_true(fds_come_to(home_fds));
    assert_int_equal(access("sock", F_OK), -1); /* that of the address that was right */
}

static void an_address_that_somebody_listens_on_is_said(void **state)
{
    static const char *const names[] = {"listen.address", "status.address"};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct generation *g;

    (void)state;
    assert_int_equal(bind(other, (const struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(other, 1), 0);
    assert_int_equal(getsockname(other, (struct sockaddr *)&at, &len), 0);
    for (size_t i = 0; i < ROWS(names); i++) {
        char key[64];
        const char *const keys[] = {key};
        (void)snprintf(key, sizeof key, "%s=127.0.0.1:%d", names[i], ntohs(at.sin_port));
        expect(home_open(&g, keys, 1) == -EADDRINUSE, "%s is opened", key);
        expect(g == NULL && home_report.errors == 1 && home_says(key), "%s: %.*s", key, (int)home_report.text.len,
               home_report.text.p);
    }
    assert_int_equal(close(other), 0);
}

/* Whatever of it cannot be had: it fails with that, says so, and all that was opened before goes. */
static void a_shortage_leaves_nothing_open(void **state)
{
    static const char *const keys[] = {"status.address=127.0.0.1:0", "log.access=@/access"};
    struct generation *g = NULL;
    int err = -EMFILE;
    int before_it = 0;

    (void)state;
    for (; err < 0; before_it++) {
        fails_after = before_it;
        err = home_open(&g, keys, ROWS(keys));
        fails_after = -1;
        expect(err == 0 || (err == -EMFILE && g == NULL && home_report.errors == 1), "%d: error %d", before_it, err);
        if (err == 0) {
            generation_stop(g, STOP_NOW);
            generation_free(&g);
        }
        expect(fds_come_to(home_fds), "%d: descriptors are left", before_it);
    }
    assert_in_range(before_it, 6, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        home_test(all_is_open_and_held),           home_test(where_workers_accept_the_master_has_no_doors),
        home_test(all_that_is_wrong_is_said),      home_test(an_address_that_somebody_listens_on_is_said),
        home_test(a_shortage_leaves_nothing_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
