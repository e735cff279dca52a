/* SPDX-License-Identifier: MIT */
/* What is read as a file of the configuration, and what is refused: nothing that could hold the reader, or that has no
 * end. */

#include "text/source.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "config_run.h"

static const struct {
    const char *path;
    int err;
    const char *why;
} refused[] = {
    {"fifo", -ESPIPE, "it is a FIFO, not a file"},        {"link-to-fifo", -ESPIPE, "it is a FIFO, not a file"},
    {"socket", -ENXIO, "it is a socket, not a file"},     {"/dev/zero", -ENODEV, "it is a device, not a file"},
    {"/dev/null", -ENODEV, "it is a device, not a file"}, {"/dev/tty", -ENODEV, "it is a device, not a file"},
    {".", -EISDIR, "it is a directory, not a file"},      {"none", -ENOENT, "there is no such file"},
};

static void make_socket(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(close(fd), 0);
}

/* A FIFO that somebody holds open, too: it has a writer that never writes. */
static void nothing_but_a_file_is_read(void **state)
{
    struct sources all = {0};

    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(symlink("fifo", "link-to-fifo"), 0);
    make_socket("socket");
    for (int held = 0; held < 2; held++) {
        int fd = held ? open("fifo", O_RDWR | O_CLOEXEC) : -1;
        for (size_t i = 0; i < ROWS(refused); i++) {
            struct source *out = NULL;
            int err = sources_read(&all, refused[i].path, false, &out);
            expect(err == refused[i].err, "%s: %d", refused[i].path, err);
            assert_string_equal(sources_why(err), refused[i].why);
        }
        assert_true(fd < 0 || close(fd) == 0);
    }
    assert_int_equal(all.n, 0);
    sources_fini(&all);
}

/* Even those who wait do so for a FIFO alone. */
static void what_may_be_waited_for_is_a_fifo(void **state)
{
    struct sources all = {0};
    struct source *out = NULL;

    (void)state;
    for (size_t i = 2; i < ROWS(refused); i++)
        assert_int_equal(sources_read(&all, refused[i].path, true, &out), refused[i].err);
    assert_int_equal(sources_read(&all, "fifo", true, &out), -ENODATA);
    assert_string_equal(sources_why(-ENODATA), "nothing came through this FIFO");
    sources_fini(&all);
}

/* Two halves, the second of which comes once the first has been read. */
static void *write_halves(void *fd)
{
    int to = *(int *)fd;
    int unread = 1;

    assert_int_equal(write(to, "[site a]\n", 9), 9);
    while (unread > 0) {
        assert_int_equal(sched_yield(), 0);
        assert_int_equal(ioctl(to, FIONREAD, &unread), 0);
    }
    assert_int_equal(write(to, "root = /a\n", 10), 10);
    assert_int_equal(close(to), 0);
    return NULL;
}

static void a_pipe_is_read_to_its_end_by_those_who_may_wait(void **state)
{
    struct sources all = {0};
    struct source *out = NULL;
    pthread_t writer;
    char path[32];
    int fds[2];

    (void)state;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
    assert_int_equal(pthread_create(&writer, NULL, write_halves, &fds[1]), 0);
    int err = sources_read(&all, path, true, &out);
    assert_int_equal(pthread_join(writer, NULL), 0);
    assert_int_equal(err, 0);
    assert_true(sv_eq(sv_of(out->text, out->len), SV("[site a]\nroot = /a\n")));
    assert_int_equal(close(fds[0]), 0);
    sources_fini(&all);
}

static void all_files_together_are_bounded(void **state)
{
    struct sources all = {0};
    struct source *out = NULL;

    (void)state;
    write_file("ten", "0123456789");
    all.file_bytes = SOURCES_MAX - 10;
    assert_int_equal(sources_read(&all, "ten", false, &out), 0);
    assert_int_equal(all.file_bytes, SOURCES_MAX);
    assert_int_equal(sources_read(&all, "ten", false, &out), -E2BIG);
    assert_string_equal(sources_why(-E2BIG), "with the files before it, it is more than 16 MiB");
    assert_int_equal(all.n, 1);
    sources_fini(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_but_a_file_is_read),
        cmocka_unit_test(what_may_be_waited_for_is_a_fifo),
        cmocka_unit_test(a_pipe_is_read_to_its_end_by_those_who_may_wait),
        cmocka_unit_test(all_files_together_are_bounded),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
