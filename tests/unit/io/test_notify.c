/* SPDX-License-Identifier: MIT */
/* What the service manager hears, from a socket of its kind. */

#include "io/notify.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "manager.h"
#include "scratch.h"

static void it_hears_lines_at_a_path_and_at_an_abstract_name(void **state)
{
    char names[2][64];

    (void)state;
    (void)snprintf(names[0], sizeof names[0], "%s/notify", scratch_dir);
    (void)snprintf(names[1], sizeof names[1], "@%s/notify", scratch_dir);
    for (size_t i = 0; i < ROWS(names); i++) {
        struct notify s;
        int manager = manager_listen(names[i]);
        notify_init(&s);
        assert_true(notify_hears(&s));
        notify_tell(&s, "READY=%d\nMAINPID=%d", 1, 42);
        manager_expect(manager, "READY=1\nMAINPID=42");
        notify_status(&s, "two\nlines, and %s", "\x1b[31mred");
        manager_expect(manager, "STATUS=two lines, and  [31mred");
        notify_store_remove(&s, "http");
        manager_expect(manager, "FDSTOREREMOVE=1\nFDNAME=http");
        notify_fini(&s);
        (void)close(manager);
    }
}

static void a_descriptor_goes_with_its_name(void **state)
{
    struct notify s;
    int manager = manager_listen(manager_name("store"));
    int pipe_fd[2];
    int fd;

    (void)state;
    assert_int_equal(pipe(pipe_fd), 0);
    notify_init(&s);
    notify_store(&s, "http", pipe_fd[1]);
    manager_expect_fd(manager, "FDSTORE=1\nFDNAME=http", &fd);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), 1);
    char byte;
    assert_int_equal(read(pipe_fd[0], &byte, 1), 1);
    (void)close(fd);
    (void)close(pipe_fd[0]);
    (void)close(pipe_fd[1]);
    notify_fini(&s);
    (void)close(manager);
}

/* The manager hangs: everybody's messages fill its socket, and not even one of a new sender fits any more. */
static void fill(const struct notify *s)
{
    enum { SENDERS = 256 };
    int fds[SENDERS];
    bool full = false;
    int n = 0;

    for (; n < SENDERS && !full; n++) {
        fds[n] = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_true(fds[n] >= 0);
        full = true;
        while (sendto(fds[n], "x", 1, 0, (const struct sockaddr *)&s->to, s->to_len) == 1)
            full = false;
        assert_int_equal(errno, EAGAIN);
    }
    assert_true(full);
    while (n > 0)
        (void)close(fds[--n]);
}

static void drain(int manager)
{
    char byte[4096];

    while (recv(manager, byte, 1, 0) == 1)
        assert_int_equal(byte[0], 'x');
}

static void what_has_to_be_told_waits_for_a_manager_that_does_not_read_and_we_do_not(void **state)
{
    struct notify s;
    int manager = manager_listen(manager_name("full"));

    (void)state;
    notify_init(&s);
    fill(&s);
    for (int i = 0; i < 1000; i++)
        notify_beat(&s, "WATCHDOG=1");
    notify_status(&s, "lost");
    notify_tell(&s, "RELOADING=%d", 1);
    notify_tell(&s, "READY=1");
    assert_false(notify_store(&s, "http", STDIN_FILENO));
    assert_false(notify_again(&s));
    drain(manager);
    assert_true(notify_again(&s));
    manager_expect(manager, "RELOADING=1");
    manager_expect(manager, "READY=1");
    manager_expect_silence(manager);
    fill(&s);
    notify_tell(&s, "STOPPING=1");
    drain(manager);
    notify_beat(&s, "WATCHDOG=1");
    manager_expect(manager, "STOPPING=1");
    manager_expect(manager, "WATCHDOG=1");
    fill(&s);
    notify_tell(&s, "MAINPID=1");
    notify_fini(&s); /* it waits for a moment only */
    (void)close(manager);
}

static void of_too_much_that_has_to_be_told_the_latest_is(void **state)
{
    enum { MORE = NOTIFY_OWED_MAX + 5 };
    struct notify s;
    char text[64];
    int manager = manager_listen(manager_name("latest"));

    (void)state;
    notify_init(&s);
    fill(&s);
    for (int i = 0; i < MORE; i++)
        notify_tell(&s, "X=%d", i);
    drain(manager);
    for (int i = MORE - NOTIFY_OWED_MAX; i < MORE; i++) {
        (void)notify_again(&s); /* as many as there is room for */
        (void)snprintf(text, sizeof text, "X=%d", i);
        manager_expect(manager, text);
    }
    manager_expect_silence(manager);
    notify_fini(&s);
    (void)close(manager);
}

static void reloading_has_the_time_with_it(void **state)
{
    struct notify s;
    int manager = manager_listen(manager_name("reloading"));
    static const char prefix[] = "RELOADING=1\nMONOTONIC_USEC=";
    char text[256] = "";

    (void)state;
    notify_init(&s);
    notify_reloading(&s);
    assert_true(recv(manager, text, sizeof text - 1, 0) > 0);
    assert_int_equal(strncmp(text, prefix, sizeof prefix - 1), 0);
    assert_true(strtoull(text + sizeof prefix - 1, NULL, 10) > 0);
    notify_fini(&s);
    (void)close(manager);
}

static void without_a_manager_nothing_is_said(void **state)
{
    static const char *const names[] = {"", "relative", "@"};

    (void)state;
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    for (size_t i = 0; i <= ROWS(names); i++) {
        struct notify s;
        notify_init(&s);
        notify_tell(&s, "READY=1");
        notify_status(&s, "nobody hears this");
        notify_store(&s, "http", STDIN_FILENO);
        notify_fini(&s);
        if (i < ROWS(names))
            assert_int_equal(setenv("NOTIFY_SOCKET", names[i], 1), 0);
    }
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
}

static void the_watchdog_is_for_whom_it_names(void **state)
{
    char us[24];
    const struct {
        const char *usec, *pid;
        uint64_t ms;
    } rows[] = {
        {NULL, NULL, 0}, {"3000000", NULL, 3000}, {"3000000", us, 3000}, {"3000000", "1", 0}, {"3000000", "", 0},
        {"", NULL, 0},   {"-1", NULL, 0},         {"3s", NULL, 0},       {"999", NULL, 0},
    };

    (void)state;
    (void)snprintf(us, sizeof us, "%ld", (long)getpid());
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct notify s;
        (void)unsetenv("WATCHDOG_USEC");
        (void)unsetenv("WATCHDOG_PID");
        if (rows[i].usec != NULL)
            assert_int_equal(setenv("WATCHDOG_USEC", rows[i].usec, 1), 0);
        if (rows[i].pid != NULL)
            assert_int_equal(setenv("WATCHDOG_PID", rows[i].pid, 1), 0);
        notify_init(&s);
        expect(s.watchdog_ms == rows[i].ms, "row %zu: %llu", i, (unsigned long long)s.watchdog_ms);
        notify_fini(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(it_hears_lines_at_a_path_and_at_an_abstract_name),
        cmocka_unit_test(a_descriptor_goes_with_its_name),
        cmocka_unit_test(what_has_to_be_told_waits_for_a_manager_that_does_not_read_and_we_do_not),
        cmocka_unit_test(of_too_much_that_has_to_be_told_the_latest_is),
        cmocka_unit_test(reloading_has_the_time_with_it),
        cmocka_unit_test(without_a_manager_nothing_is_said),
        cmocka_unit_test(the_watchdog_is_for_whom_it_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
