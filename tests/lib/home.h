/* SPDX-License-Identifier: MIT */
/* home.h: what all generations share, without a daemon; and generations that are opened in it (header only).
 *
 * They serve www of the scratch directory at a unix socket there, called sock.
 *
 * Ownership: home_enter and home_leave belong together; generations are the test's to free.
 * Threads:   the test's own is the master.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_HOME_H
#define BATON_TESTS_HOME_H

#include <string.h>
#include <sys/un.h>

#include "base/log.h"
#include "generation/opening.h"

#include "scratch.h"
#include "stage.h"
#include "threads.h"

enum { HOME_KEYS = 16, HOME_KEY = 80 };

static struct sockets home_sockets;
static struct gate home_gate;
static struct seats home_seats, home_status_seats;
static struct figures home_figures;
static struct reports home_reports;
static struct diagnose home_report; /* of the last generation that was opened */
static char home_root[64];
static size_t home_fds; /* open while there is no generation, once the threads of the last one have ended */

static inline int home_enter(void **state)
{
    static struct notify nobody = {.fd = -1};
    const struct figures_about about = {"1.2", NULL};

    if (scratch_enter(state) < 0)
        return -1;
    log_init(STDERR_FILENO, LOG_LEVEL_ERROR);
    make_dir("www");
    make_file("www/a", SV("here"));
    (void)snprintf(home_root, sizeof home_root, "%s/www", scratch_dir);
    assert_int_equal(error_pages_init(), 0);
    assert_int_equal(sockets_init(&home_sockets, &nobody), 0);
    assert_int_equal(gate_init(&home_gate), 0);
    seats_init(&home_seats, 0, 0);
    seats_init(&home_status_seats, 0, 0);
    figures_init(&home_figures, &about);
    assert_int_equal(reports_init(&home_reports, &home_figures), 0);
    diagnose_init(&home_report, false);
    home_fds = count_fds();
    return 0;
}

static inline int home_leave(void **state)
{
    diagnose_fini(&home_report);
    reports_fini(&home_reports);
    figures_fini(&home_figures);
    gate_fini(&home_gate);
    sockets_fini(&home_sockets);
    error_pages_fini();
    return scratch_leave(state);
}

/* A key with the scratch directory for an '@'. */
static inline const char *home_key(char room[HOME_KEY], const char *key)
{
    const char *at = strchr(key, '@');

    if (at != NULL)
        (void)snprintf(room, HOME_KEY, "%.*s%s%s", (int)(at - key), key, scratch_dir, at + 1);
    return at != NULL ? room : key;
}

/* Open one with these keys besides those that every test needs; 0 or -errno, and then the report says why. */
static inline int home_open(struct generation **g, const char *const *set, size_t n_set)
{
    static char room[HOME_KEYS][HOME_KEY];
    static char address[HOME_KEY];
    const char *all[HOME_KEYS] = {home_key(address, "listen.address=unix:@/sock"), "server.workers=2",
                                  "server.sandbox=no", "log.level=error", "log.access=off"};
    const struct generation_home home = {&home_sockets, &home_gate, &home_seats, &home_status_seats, &home_reports};
    struct config config;
    size_t n = 5;

    for (size_t i = 0; i < n_set; i++)
        all[n++] = home_key(room[i], set[i]);
    const struct stage_options loaded = {.set = all, .n_set = n, .root = home_root};
    assert_int_equal(stage_load(&config, &loaded), 0);
    diagnose_fini(&home_report);
    diagnose_init(&home_report, false);
    int err = opening_run(g, &config, &home, &home_report);
    assert_int_equal(config.n_listens, 0); /* it is empty, whatever came of it */
    return err;
}

static inline bool home_says(const char *what)
{
    return memmem(home_report.text.p, home_report.text.len, what, strlen(what)) != NULL;
}

/* A client's end; -1 where nobody listens. */
static inline int home_knock(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "sock"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    assert_int_equal(close(fd), 0);
    return -1;
}

static inline void home_ask(int client)
{
    static const char ask[] = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

    assert_int_equal(send(client, ask, sizeof ask - 1, MSG_NOSIGNAL), sizeof ask - 1);
}

/* The file is what it hears next. */
static inline void home_hear(int client)
{
    char answer[2000];

    expect(readable_within(client, NEVER_MS), "no answer");
    ssize_t n = recv(client, answer, sizeof answer, 0);
    expect(n > 4 && memcmp(answer, "HTTP/1.1 200", 12) == 0 && memcmp(answer + n - 4, "here", 4) == 0, "%.*s",
           (int)(n > 0 ? n : 0), answer);
}

static inline bool home_comes_true(bool (*holds)(const struct generation *g), const struct generation *g)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    for (int ms = 0; ms < NEVER_MS && !holds(g); ms++)
        (void)nanosleep(&moment, NULL);
    return holds(g);
}

#define home_test(f) cmocka_unit_test_setup_teardown(f, home_enter, home_leave)

#endif
