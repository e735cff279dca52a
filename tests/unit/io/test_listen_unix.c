/* SPDX-License-Identifier: MIT */
/* Listening sockets with a name in the file system: whose name it is, and what becomes of it. */

#include "io/listen.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "listening.h"
#include "scratch.h"
#include "threads.h"

static const struct listen_options plain = {.backlog = 16};

static int connect_to(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    if (connect(fd, (struct sockaddr *)(void *)&a, sizeof a) == 0)
        return fd;
    int err = -errno;
    (void)close(fd);
    return err;
}

static bool is_there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static void expect_answers(const struct listener *l, const char *path)
{
    int client = connect_to(path);

    expect(client >= 0, "%s: %s", path, strerror(-client));
    int conn = listener_accept(l->fd);
    expect(conn >= 0, "%s: %s", path, strerror(-conn));
    (void)close(conn);
    (void)close(client);
}

/* What a process that was killed leaves behind. */
static void leave_stale(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)(void *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 1), 0);
    (void)close(fd);
    assert_int_equal(connect_to(path), -ECONNREFUSED);
}

static void a_unix_listener_is_reached_by_its_name_which_goes_with_it(void **state)
{
    struct listener l;
    char text[128];

    (void)state;
    assert_int_equal(listener_open(&l, "unix:baton.sock", &plain), 0);
    assert_true(l.is_unix);
    assert_int_equal(listener_accept(l.fd), -EAGAIN);
    expect_answers(&l, "baton.sock");
    listener_describe(&l, text, sizeof text);
    assert_string_equal(text, "unix:baton.sock");
    listener_close(&l);
    assert_false(is_there("baton.sock"));
    assert_null(l.unlink_path);
    make_file("baton.sock", SV("somebody else's now"));
    listener_close(&l);
    assert_true(is_there("baton.sock"));
}

/* An operator removed the name, or it was taken for a dead one's, and another daemon listens there. */
static void a_name_that_is_another_s_by_now_stays(void **state)
{
    struct listener first, second;

    (void)state;
    for (int closes = 0; closes < 2; closes++) {
        assert_int_equal(listener_open(&first, "unix:baton.sock", &plain), 0);
        assert_int_equal(unlink("baton.sock"), 0);
        assert_int_equal(listener_open(&second, "unix:baton.sock", &plain), 0);
        if (closes == 0)
            listener_remove_name(&first);
        listener_close(&first);
        expect_answers(&second, "baton.sock");
        listener_close(&second);
        assert_false(is_there("baton.sock"));
    }
}

static void a_stale_name_is_replaced(void **state)
{
    struct listener l;

    (void)state;
    leave_stale("baton.sock");
    assert_int_equal(listener_open(&l, "unix:baton.sock", &plain), 0);
    expect_answers(&l, "baton.sock");
    listener_close(&l);
    assert_false(is_there("baton.sock"));
}

static void a_live_name_is_in_use_and_stays(void **state)
{
    struct listener first, second;
    size_t before = count_fds();

    (void)state;
    assert_int_equal(listener_open(&first, "unix:baton.sock", &plain), 0);
    assert_int_equal(listener_open(&second, "unix:baton.sock", &plain), -EADDRINUSE);
    assert_int_equal(second.fd, -1);
    listener_close(&second);
    int conn = listener_accept(first.fd); /* the other's look whether somebody is there */
    if (conn >= 0)
        (void)close(conn);
    expect_answers(&first, "baton.sock");
    listener_close(&first);
    assert_int_equal(count_fds(), before);
}

/* Nobody can connect, yet somebody is there. */
static void a_live_name_whose_backlog_is_full_stays(void **state)
{
    static const struct listen_options small = {.backlog = 1};
    struct listener first, second;
    int clients[64];
    size_t n = 0;

    (void)state;
    assert_int_equal(listener_open(&first, "unix:baton.sock", &small), 0);
    while (n < ROWS(clients) && (clients[n] = connect_to("baton.sock")) >= 0)
        n++;
    assert_in_range(n, 1, ROWS(clients) - 1);
    assert_int_equal(listener_open(&second, "unix:baton.sock", &small), -EADDRINUSE);
    while (n > 0)
        (void)close(clients[--n]);
    for (int conn; (conn = listener_accept(first.fd)) >= 0;)
        (void)close(conn);
    expect_answers(&first, "baton.sock");
    listener_close(&first);
}

static void what_is_not_a_socket_is_never_removed(void **state)
{
    static const char *const names[] = {"file", "directory", "fifo", "link", "dangling", "link-to-socket"};
    struct listener l;

    (void)state;
    make_file("file", SV("precious"));
    make_dir("directory");
    assert_int_equal(mkfifo("fifo", 0644), 0);
    make_link("file", "link");
    make_link("nowhere", "dangling");
    leave_stale("stale");
    make_link("stale", "link-to-socket");
    for (size_t i = 0; i < ROWS(names); i++) {
        char address[64];
        (void)snprintf(address, sizeof address, "unix:%s", names[i]);
        int err = listener_open(&l, address, &plain);
        expect(err == -EADDRINUSE, "%s: %d", names[i], err);
        listener_close(&l);
        expect(is_there(names[i]), "%s is gone", names[i]);
    }
    assert_true(is_there("stale"));
}

static void a_name_that_cannot_be_made_is_an_error(void **state)
{
    struct listener l;

    (void)state;
    assert_int_equal(listener_open(&l, "unix:nowhere/baton.sock", &plain), -ENOENT);
    assert_int_equal(l.fd, -1);
    listener_close(&l);
}

static void a_name_fits_or_is_invalid(void **state)
{
    struct sockaddr_un a;
    struct listener l;
    char address[256] = "unix:", text[256];

    (void)state;
    for (size_t len = sizeof a.sun_path - 2; len <= sizeof a.sun_path + 1; len++) {
        memset(address + 5, 'n', len);
        address[5 + len] = '\0';
        int err = listener_open(&l, address, &plain);
        expect(err == (len < sizeof a.sun_path ? 0 : -EINVAL), "a name of %zu bytes: %d", len, err);
        if (err == 0) {
            listener_describe(&l, text, sizeof text);
            assert_string_equal(text, address);
        }
        listener_close(&l);
        assert_false(is_there(address + 5));
    }
}

static void there_is_one_socket_of_a_name(void **state)
{
    struct listener first, other;

    (void)state;
    assert_int_equal(listener_open(&first, "unix:baton.sock", &plain), 0);
    assert_int_equal(listener_again(&other, &first, &plain), -EOPNOTSUPP);
    assert_int_equal(other.fd, -1);
    listener_close(&first);
}

/* The name goes with whoever has the socket last, if it is an address of ours. */
static void a_name_is_taken_over_with_its_socket(void **state)
{
    struct listener first, taken;

    (void)state;
    assert_int_equal(listener_open(&first, "unix:baton.sock", &plain), 0);
    assert_int_equal(listener_adopt(&taken, dup(first.fd), "systemd:http"), 0);
    listener_close(&taken);
    assert_true(is_there("baton.sock"));

    assert_int_equal(listener_adopt(&taken, dup(first.fd), "unix:baton.sock"), 0);
    free(first.unlink_path);
    first.unlink_path = NULL;
    listener_close(&first);
    expect_answers(&taken, "baton.sock");
    listener_close(&taken);
    assert_false(is_there("baton.sock"));
}

static void a_socket_whose_name_is_gone_is_not_taken_over(void **state)
{
    struct listener first, taken;

    (void)state;
    assert_int_equal(listener_open(&first, "unix:baton.sock", &plain), 0);
    assert_int_equal(unlink("baton.sock"), 0);
    assert_int_equal(listener_adopt(&taken, first.fd, "unix:baton.sock"), -ENOENT);
    listener_close(&first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_unix_listener_is_reached_by_its_name_which_goes_with_it),
        scratch_test(a_name_that_is_another_s_by_now_stays),
        scratch_test(a_stale_name_is_replaced),
        scratch_test(a_live_name_is_in_use_and_stays),
        scratch_test(a_live_name_whose_backlog_is_full_stays),
        scratch_test(what_is_not_a_socket_is_never_removed),
        scratch_test(a_name_that_cannot_be_made_is_an_error),
        scratch_test(a_name_fits_or_is_invalid),
        scratch_test(there_is_one_socket_of_a_name),
        scratch_test(a_name_is_taken_over_with_its_socket),
        scratch_test(a_socket_whose_name_is_gone_is_not_taken_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
