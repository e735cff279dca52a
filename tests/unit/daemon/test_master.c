/* SPDX-License-Identifier: MIT */
/* The whole life of a daemon, in a process of its own: with which status it ends, of what. Each part of that life has a test
 * of its own, for each state; tests/stress has what happens under load. */

#include "daemon/master.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "base/log.h"
#include "base/scribe.h"
#include "daemon/signals.h"
#include "serve/error_page.h"

#include "scratch.h"

enum { LOOKS = 2000, LOOK_NS = 10 * 1000 * 1000 };

/* A configuration, with this behind what every one needs, or as a whole. */
static void write_config(const char *more)
{
    char text[1024];

    (void)snprintf(text, sizeof text,
                   "[server]\nworkers = 1\nsandbox = no\n%s[listen a]\naddress = unix:%s/a.sock\n"
                   "[log]\naccess = off\nerror = %s/error\n[site b]\nroot = %s\n",
                   more, scratch_dir, scratch_dir, scratch_dir);
    replace_file("baton.ini", sv_cstr(text));
}

static pid_t start_batond(const struct config_args *config)
{
    static char name[] = "batond";
    static char *const argv[] = {name, NULL};
    const struct master_args args = {*config, argv, "1"};
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody */
    (void)log_open("stderr", LOG_LEVEL_NOTICE);
    signals_block();
    (void)error_pages_init();
    int status = master_run(&args);
    error_pages_fini();
    scribes_wait(LOOKS);
    _exit(status);
}

static int status_of(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    expect(WIFEXITED(status), "ended by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

static void look_again(int looks, const char *what)
{
    static const struct timespec moment = {.tv_nsec = LOOK_NS};

    expect(looks < LOOKS, "%s", what);
    (void)nanosleep(&moment, NULL);
}

static bool error_log_says(const char *text)
{
    static char log[65536];
    int fd = open("error", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, log, sizeof log - 1) : 0;

    if (fd >= 0)
        (void)close(fd);
    log[n > 0 ? n : 0] = '\0';
    return strstr(log, text) != NULL;
}

static void wait_for(const char *text)
{
    for (int looks = 0; !error_log_says(text); looks++)
        look_again(looks, text);
}

static int connect_to_it(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s/a.sock", scratch_dir);
    for (int looks = 0; connect(fd, (struct sockaddr *)&a, sizeof a) < 0; looks++)
        look_again(looks, "it does not listen");
    return fd;
}

static pid_t serve(const char *more)
{
    const struct config_args config = {.file = "baton.ini"};

    write_config(more);
    pid_t pid = start_batond(&config);
    wait_for("notice: serving");
    (void)close(connect_to_it());
    return pid;
}

static void a_start_that_fails_says_whose_fault_it_is(void **state)
{
    static const char *const wrong_set[] = {"server.workers=many"};
    static const struct {
        const char *text;
        struct config_args config;
        int status;
    } rows[] = {
        {"", {.file = "baton.ini", .set = wrong_set, .n_set = 1}, EX_USAGE},
        {"colour = red\n", {.file = "baton.ini"}, EX_CONFIG},
        {"", {.file = "is-not-there.ini"}, EX_CONFIG},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        write_config(rows[i].text);
        int status = status_of(start_batond(&rows[i].config));
        expect(status == rows[i].status, "%zu: %d", i, status);
    }
    make_dir("a.sock"); /* where it would listen */
    write_config("");
    assert_int_equal(status_of(start_batond(&(struct config_args){.file = "baton.ini"})), EXIT_FAILURE);
}

static void each_signal_that_stops_it_does(void **state)
{
    static const int stops[] = {SIGTERM, SIGINT, SIGQUIT, SIGXCPU};

    (void)state;
    for (size_t i = 0; i < ROWS(stops); i++) {
        pid_t pid = serve("");
        assert_int_equal(kill(pid, stops[i]), 0);
        int status = status_of(pid);
        expect(status == 0, "signal %d: %d", stops[i], status);
        expect(access("a.sock", F_OK) < 0, "signal %d: its name is left", stops[i]);
        assert_int_equal(unlink("error"), 0);
    }
}

/* An idle connection is closed at once; one that waits for its answer would be waited for. */
static void a_second_signal_hastens_a_stop(void **state)
{
    pid_t pid = serve("drain_delay = 1h\n");

    (void)state;
    assert_int_equal(kill(pid, SIGTERM), 0);
    wait_for("notice: stopping");
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(status_of(pid), 0);
}

static void a_reload_keeps_an_idle_connection_and_one_that_is_refused_changes_nothing(void **state)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    char answer[4096];

    (void)state;
    pid_t pid = serve("");
    int fd = connect_to_it();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(write(fd, request, sizeof request - 1), sizeof request - 1);
        ssize_t n = read(fd, answer, sizeof answer);
        expect(n > 12 && memcmp(answer, "HTTP/1.1 ", 9) == 0, "%d: %zd bytes", i, n);
        write_config(i == 0 ? "" : "nonsense = 1\n");
        if (i < 2)
            assert_int_equal(kill(pid, SIGHUP), 0);
        if (i < 2)
            wait_for(i == 0 ? "notice: reloaded" : "was not reloaded");
    }
    (void)close(fd);
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(status_of(pid), 0);
}

static void what_was_renamed_is_opened_anew(void **state)
{
    pid_t pid = serve("");

    (void)state;
    assert_int_equal(rename("error", "error.1"), 0);
    assert_int_equal(kill(pid, SIGUSR1), 0);
    /* Lines that came before the new file was open may be in the old one. What is refused opens no log itself. */
    write_config("nonsense = 1\n");
    for (int looks = 0; !error_log_says("was not reloaded"); looks++) {
        assert_int_equal(kill(pid, SIGHUP), 0);
        look_again(looks, "it is not opened anew");
    }
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(status_of(pid), 0);
    wait_for("notice: stopping");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_start_that_fails_says_whose_fault_it_is),
        scratch_test(each_signal_that_stops_it_does),
        scratch_test(a_second_signal_hastens_a_stop),
        scratch_test(a_reload_keeps_an_idle_connection_and_one_that_is_refused_changes_nothing),
        scratch_test(what_was_renamed_is_opened_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
