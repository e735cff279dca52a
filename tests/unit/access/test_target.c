/* SPDX-License-Identifier: MIT */
/* Where the access log goes: lines come out whole, whatever the disk takes of them, whoever else writes, and however it
 * ends. A limit on the size of files stands for the full disk: it gives way in the middle of a line in the same way. */

#include "access/target.h"

#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <termios.h>

#include "scratch.h"
#include "threads.h"

static struct log_target one, two;

static int enter(void **state)
{
    one.fd = two.fd = -1;
    return scratch_enter(state);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int leave(void **state)
{
    limit_files(RLIM_INFINITY);
    log_target_close(one.fd);
    log_target_close(two.fd);
    return scratch_leave(state);
}

static void start(struct log_target *t, const char *path)
{
    int fd = log_target_open(path);

    expect(fd >= 0, "open %s", path);
    log_target_init(t, fd);
}

static void expect_file(const char *path, const char *text)
{
    char bytes[4096] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    expect(fd >= 0, "open %s", path);
    ssize_t n = read(fd, bytes, sizeof bytes);
    (void)close(fd);
    expect(n == (ssize_t)strlen(text) && memcmp(bytes, text, (size_t)n) == 0, "%s: '%.*s' instead of '%s'", path,
           (int)n, bytes, text);
}

static void expect_written(struct log_target *t, const char *lines, ssize_t result)
{
    ssize_t n = log_target_write(t, sv_cstr(lines));

    expect(n == result, "'%s': %zd instead of %zd", lines, n, result);
}

static void whole_lines_go_into_a_file_as_they_are(void **state)
{
    (void)state;
    start(&one, "log");
    expect_written(&one, "first\nsecond\n", 13);
    expect_written(&one, "third\n", 6);
    assert_false(log_target_has_rest(&one));
    assert_int_equal(log_target_fini(&one), 0);
    expect_file("log", "first\nsecond\nthird\n");
}

/* Wherever the disk ends, and wherever it ends again: what is said to be written comes out, once, and what is not does not. */
static void a_line_that_was_cut_off_is_completed_before_the_next(void **state)
{
    (void)state;
    for (rlim_t first = 0; first <= 20; first++) {
        for (rlim_t second = first; second <= 20; second++) {
            char expected[64] = "";
            const char *lines = "one\ntwo two\nthree\n";
            (void)unlink("log");
            start(&one, "log");
            limit_files(first);
            ssize_t n = log_target_write(&one, sv_cstr(lines));
            if (n > 0)
                (void)strncat(expected, lines, (size_t)n);
            expect(n == -EFBIG || lines[n - 1] == '\n', "at %d: %zd", (int)first, n);
            limit_files(second);
            n = log_target_write(&one, SV("four\n"));
            if (n > 0)
                (void)strcat(expected, "four\n");
            limit_files(RLIM_INFINITY);
            assert_int_equal(log_target_finish(&one), 0);
            expect_written(&one, "five\n", 5);
            (void)strcat(expected, "five\n");
            assert_int_equal(log_target_fini(&one), 0);
            expect_file("log", expected);
        }
    }
}

static void a_piece_is_cut_off_again_where_the_disk_stays_full(void **state)
{
    (void)state;
    for (rlim_t most = 5; most <= 10; most++) {
        (void)unlink("log");
        start(&one, "log");
        limit_files(most);
        expect_written(&one, "one\nlonger\nmore\n", 11);
        expect_written(&one, "lost\n", -EFBIG);
        assert_int_equal(one.error, EFBIG);
        assert_int_equal(log_target_fini(&one), 1);
        limit_files(RLIM_INFINITY);
        expect_file("log", "one\n");
    }
}

static void no_line_of_another_is_cut_off(void **state)
{
    (void)state;
    start(&one, "log");
    limit_files(6);
    expect_written(&one, "one\nlonger\n", 11);
    limit_files(RLIM_INFINITY);
    int other = open("log", O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_int_equal(write(other, "other\n", 6), 6);
    limit_files(6);
    assert_int_equal(log_target_fini(&one), 1);
    limit_files(RLIM_INFINITY);
    expect_file("log", "one\nother\n");
    (void)close(other);
}

static void nothing_of_a_line_stays_while_the_disk_is_full_and_a_file_that_is_emptied_begins_with_it(void **state)
{
    (void)state;
    start(&one, "log");
    limit_files(6);
    expect_written(&one, "one\nlonger\n", 11);
    expect_file("log", "one\n");
    assert_int_equal(truncate("log", 0), 0);
    expect_written(&one, "lost\n", -EFBIG);
    expect_file("log", "");
    limit_files(RLIM_INFINITY);
    expect_written(&one, "next\n", 5);
    expect_file("log", "longer\nnext\n");
}

/* Standard output is not cut off. */
static void the_rest_of_a_line_does_not_go_into_a_file_that_was_emptied(void **state)
{
    int saved = dup(STDOUT_FILENO);
    int fd = open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    (void)state;
    (void)fflush(stdout);
    assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
    log_target_init(&one, STDOUT_FILENO);
    limit_files(6);
    ssize_t n = log_target_write(&one, SV("one\nlonger\n"));
    limit_files(RLIM_INFINITY);
    int err = truncate("log", 0) < 0 ? -errno : log_target_finish(&one);
    (void)log_target_fini(&one);
    (void)dup2(saved, STDOUT_FILENO);
    (void)close(saved);
    (void)close(fd);
    assert_int_equal(n, 11);
    assert_int_equal(err, 0);
    expect_file("log", "longer\n");
}

static void a_file_is_left_whole_and_the_next_has_the_line(void **state)
{
    (void)state;
    start(&one, "log");
    limit_files(6);
    expect_written(&one, "one\nlonger\n", 11);
    assert_int_equal(rename("log", "log.1"), 0);
    int fd = log_target_open("log");
    assert_true(fd >= 0);
    log_target_turn_to(&one, fd);
    limit_files(RLIM_INFINITY);
    expect_written(&one, "next\n", 5);
    assert_int_equal(log_target_fini(&one), 0);
    expect_file("log.1", "one\n");
    expect_file("log", "longer\nnext\n");
}

static void a_file_with_room_again_gets_its_line_before_it_is_left(void **state)
{
    (void)state;
    start(&one, "log");
    limit_files(6);
    expect_written(&one, "one\nlonger\n", 11);
    limit_files(RLIM_INFINITY);
    log_target_turn_to(&one, log_target_open("other"));
    expect_written(&one, "next\n", 5);
    expect_file("log", "one\nlonger\n");
    expect_file("other", "next\n");
}

/* Two generations, or two processes, with the same file open. */
static void nobody_writes_behind_a_line_that_is_not_whole(void **state)
{
    (void)state;
    start(&one, "log");
    start(&two, "log");
    limit_files(6);
    expect_written(&one, "one\nlonger\n", 11);
    limit_files(RLIM_INFINITY);
    expect_written(&two, "two\n", 4);
    assert_int_equal(log_target_finish(&one), 0);
    limit_files(17);
    expect_written(&two, "torn\n", 5);
    limit_files(RLIM_INFINITY);
    expect_written(&one, "one\n", 4);
    assert_int_equal(log_target_fini(&two), 0);
    expect_file("log", "one\ntwo\nlonger\none\ntorn\n");
}

static void nobody_writes_while_another_has_the_lock(void **state)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    (void)state;
    start(&one, "log");
    start(&two, "log");
    assert_int_equal(fcntl(one.fd, F_OFD_SETLK, &lock), 0);
    expect_written(&two, "two\n", -EBUSY);
    assert_int_equal(two.error, 0);
    lock.l_type = F_UNLCK;
    assert_int_equal(fcntl(one.fd, F_OFD_SETLK, &lock), 0);
    expect_written(&two, "two\n", 4);
}

static void a_line_that_a_crash_cut_off_is_gone_when_the_file_is_opened(void **state)
{
    (void)state;
    make_file("log", SV("whole\ncut of"));
    start(&one, "log");
    expect_file("log", "whole\n");
    expect_written(&one, "next\n", 5);
    assert_int_equal(log_target_fini(&one), 0);
    start(&one, "log");
    expect_file("log", "whole\nnext\n");
    start(&two, "empty");
    expect_file("empty", "");
}

/* It is not for us to empty what is no log. */
static void a_file_without_lines_is_not_cut_off_when_it_is_opened(void **state)
{
    (void)state;
    make_file("log", SV("no line"));
    start(&one, "log");
    expect_file("log", "no line\n");
}

static void one_that_somebody_still_writes_is_left_alone(void **state)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    (void)state;
    make_file("log", SV("one\nlo"));
    int other = open("log", O_WRONLY | O_CLOEXEC);
    assert_int_equal(fcntl(other, F_OFD_SETLK, &lock), 0);
    start(&two, "log");
    expect_file("log", "one\nlo");
    (void)close(other);
}

static void what_cannot_be_opened_is_an_error(void **state)
{
    size_t fds = count_fds();

    (void)state;
    assert_int_equal(log_target_open("/dev/null/log"), -ENOTDIR);
    assert_int_equal(log_target_open("no/log"), -ENOENT);
    assert_int_equal(log_target_open("stdout"), STDOUT_FILENO);
    make_file("log", SV("not whole"));
    log_target_close(log_target_open("log"));
    assert_int_equal(count_fds(), fds);
}

/* Reads from the other end of a pipe or a terminal until there is nothing more. */
static size_t read_all(int fd, char *bytes, size_t len)
{
    size_t have = 0;

    while (have < len && readable_within(fd, 100)) {
        ssize_t n = read(fd, bytes + have, len - have);
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    return have;
}

static void fill_lines(char *text, size_t len, size_t line)
{
    memset(text, 'x', len);
    for (size_t i = line - 1; i < len; i += line)
        text[i] = '\n';
}

static void a_pipe_gets_whole_lines_and_is_not_waited_for(void **state)
{
    static char text[20 * 1000], got[200 * 1000];
    size_t written = 0;
    ssize_t n;

    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    int reader = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    start(&one, "fifo");
    fill_lines(text, sizeof text, 1000);
    while ((n = log_target_write(&one, sv_of(text, sizeof text))) > 0) {
        assert_int_equal(n, 4000);
        written += (size_t)n;
    }
    assert_int_equal(n, -EAGAIN);
    assert_int_equal(one.error, 0);
    assert_int_equal(read_all(reader, got, sizeof got), written);
    expect_written(&one, "more\n", 5);
    (void)close(reader);
    expect_written(&one, "gone\n", -EPIPE);
    assert_int_equal(one.error, EPIPE);
}

/* It may take a part of what it is given, and poll(2) does not tell how much. */
static void a_terminal_that_takes_a_part_gets_the_rest_first(void **state)
{
    static char text[4000], got[1000 * 1000];
    struct termios raw;
    size_t written = 0, have = 0, kept = 0;
    int master, slave;

    (void)state;
    assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(slave, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
    assert_int_equal(fcntl(slave, F_SETFL, O_NONBLOCK), 0);
    log_target_init(&one, slave);
    fill_lines(text, sizeof text, 400);
    for (size_t round = 0; round < 20; round++) {
        for (ssize_t n; (n = log_target_write(&one, sv_of(text, sizeof text))) != -EAGAIN;) {
            expect(n > 0 && text[n - 1] == '\n', "%zd", n);
            written += (size_t)n;
        }
        kept += log_target_has_rest(&one);
        have += read_all(master, got + have, 1 + round * 997 % 3000);
    }
    expect(kept > 0, "a terminal takes all or nothing here: this shows nothing");
    while (have < written) {
        (void)log_target_finish(&one);
        assert_true(readable_within(master, NEVER_MS));
        have += read_all(master, got + have, sizeof got - have);
    }
    assert_int_equal(have, written);
    assert_false(log_target_has_rest(&one));
    for (size_t i = 0; i < have; i++)
        expect(got[i] == text[i % 400], "byte %zu is not in its place", i);
    (void)close(master);
}

#define target_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        target_test(whole_lines_go_into_a_file_as_they_are),
        target_test(a_line_that_was_cut_off_is_completed_before_the_next),
        target_test(a_piece_is_cut_off_again_where_the_disk_stays_full),
        target_test(no_line_of_another_is_cut_off),
        target_test(nothing_of_a_line_stays_while_the_disk_is_full_and_a_file_that_is_emptied_begins_with_it),
        target_test(the_rest_of_a_line_does_not_go_into_a_file_that_was_emptied),
        target_test(a_file_is_left_whole_and_the_next_has_the_line),
        target_test(a_file_with_room_again_gets_its_line_before_it_is_left),
        target_test(nobody_writes_behind_a_line_that_is_not_whole),
        target_test(nobody_writes_while_another_has_the_lock),
        target_test(a_line_that_a_crash_cut_off_is_gone_when_the_file_is_opened),
        target_test(a_file_without_lines_is_not_cut_off_when_it_is_opened),
        target_test(one_that_somebody_still_writes_is_left_alone),
        target_test(what_cannot_be_opened_is_an_error),
        target_test(a_pipe_gets_whole_lines_and_is_not_waited_for),
        target_test(a_terminal_that_takes_a_part_gets_the_rest_first),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
