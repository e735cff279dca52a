/* SPDX-License-Identifier: MIT */
/* A log in a file: how it is opened, that it is gone on with on a line of its own, and opened anew after a rename. */

#include "base/log_file.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/log.h"

#include "scratch.h"
#include "threads.h"

/* A reader may come late, or never: nobody waits for it. */
static void a_fifo_is_opened_once_somebody_reads_it(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(log_file_open("fifo"), -ENXIO);
    int reader = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int fd = log_file_open("fifo");
    assert_true(reader >= 0 && fd >= 0);
    (void)close(fd);
    (void)close(reader);
}

static void a_file_is_made_for_its_group_to_read_and_goes_to_no_program(void **state)
{
    struct stat st;
    int fd = log_file_open("log");

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_true((fcntl(fd, F_GETFL) & O_APPEND) != 0);
    (void)close(fd);
    assert_int_equal(log_file_open("no/log"), -ENOENT);
    assert_int_equal(log_file_open("."), -EISDIR);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Each line is one of the three or tells of those that were lost, or is the front of such a line; the last is whole. */
static void expect_lines(struct sv text, int limit)
{
    const struct sv said[] = {SV("batond: error: first"), SV("batond: error: second"), SV("batond: error: third"),
                              SV("batond: warning: error log: missing lines: 1"),
                              SV("batond: warning: error log: missing lines: 2")};
    struct sv line = {0};

    expect(sv_ends(text, SV("\n")), "at %d: '%.*s'", limit, SV_ARG(text));
    for (struct sv rest = text; rest.len > 0; rest = sv_skip(rest, line.len + 1)) {
        bool ours = false;
        line = sv_of(rest.p, sv_find(rest, '\n'));
        for (size_t i = 0; i < ROWS(said); i++)
            ours = ours || sv_starts(said[i], line);
        expect(ours && line.len > 0, "at %d: '%.*s' in '%.*s'", limit, SV_ARG(line), SV_ARG(text));
    }
    expect(sv_eq(line, said[2]), "at %d: '%.*s'", limit, SV_ARG(text));
}

/* Wherever the disk ends, and wherever it ends again. */
static void what_follows_a_line_that_was_cut_off_is_a_line_of_its_own(void **state)
{
    char text[256];

    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    for (rlim_t first = 0; first < 70; first++) {
        int fd = open("log", O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
        log_init(fd, LOG_LEVEL_NOTICE);
        limit_files(first);
        log_write(NULL, LOG_LEVEL_ERROR, "first");
        limit_files(first + first % 4);
        log_write(NULL, LOG_LEVEL_ERROR, "second");
        limit_files(RLIM_INFINITY);
        log_write(NULL, LOG_LEVEL_ERROR, "third");
        ssize_t n = pread(fd, text, sizeof text, 0);
        expect_lines(sv_of(text, n > 0 ? (size_t)n : 0), (int)first);
        log_init(STDERR_FILENO, LOG_LEVEL_NOTICE);
        (void)close(fd);
    }
}

static void expect_file(const char *path, struct sv text)
{
    char got[256];

    scribes_wait(NEVER_MS);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    expect(fd >= 0, "open %s", path);
    ssize_t n = read(fd, got, sizeof got);
    assert_int_equal(close(fd), 0);
    expect(n >= 0 && sv_eq(sv_of(got, (size_t)n), text), "%s: %.*s", path, (int)n, got);
}

static void a_file_is_appended_to_and_opened_anew_after_a_rename(void **state)
{
    char path[64], old[64];
    struct stat st;

    (void)state;
    (void)snprintf(path, sizeof path, "%s/log", scratch_dir);
    (void)snprintf(old, sizeof old, "%s/log.1", scratch_dir);
    make_file(path, SV("before\n"));
    assert_int_equal(log_open(path, LOG_LEVEL_NOTICE), 0);
    size_t fds = count_fds();
    log_notice("1");
    assert_int_equal(rename(path, old), 0);
    log_notice("2");
    scribes_wait(NEVER_MS);
    assert_int_equal(log_reopen(), 0);
    log_notice("3");
    expect_file(old, SV("before\nbatond: notice: 1\nbatond: notice: 2\n"));
    expect_file(path, SV("batond: notice: 3\n"));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(count_fds(), fds);
    log_init(STDERR_FILENO, LOG_LEVEL_NOTICE);
}

/* A crash may leave such a file, and so may a full disk, which opening it once more does not help. */
static void a_file_that_ends_midway_is_gone_on_with_on_a_line_of_its_own(void **state)
{
    char path[64];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/log", scratch_dir);
    make_file(path, SV("cut of"));
    assert_int_equal(log_open(path, LOG_LEVEL_NOTICE), 0);
    log_notice("1");
    scribes_wait(NEVER_MS);
    limit_files(36);
    log_write(NULL, LOG_LEVEL_NOTICE, "is cut off");
    expect_file(path, SV("cut of\nbatond: notice: 1\nbatond: not"));
    assert_int_equal(log_open(path, LOG_LEVEL_NOTICE), 0);
    assert_int_equal(log_reopen(), 0);
    limit_files(RLIM_INFINITY);
    log_notice("2");
    expect_file(path, SV("cut of\nbatond: notice: 1\nbatond: not\nbatond: notice: 2\n"));
    log_init(STDERR_FILENO, LOG_LEVEL_NOTICE);
}

static void a_file_that_cannot_be_opened_leaves_the_log_where_it_is(void **state)
{
    char path[64], gone[64];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/dir/log", scratch_dir);
    (void)snprintf(gone, sizeof gone, "%s/gone", scratch_dir);
    make_dir("dir");
    assert_int_equal(log_open(path, LOG_LEVEL_NOTICE), 0);
    assert_int_equal(rename("dir", "gone"), 0);
    assert_int_equal(log_reopen(), -ENOENT);
    assert_int_equal(log_open("/dev/null/x", LOG_LEVEL_ERROR), -ENOTDIR);
    log_notice("1");
    expect_file("gone/log", SV("batond: notice: 1\n"));
    log_init(STDERR_FILENO, LOG_LEVEL_NOTICE);
    assert_int_equal(log_reopen(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_fifo_is_opened_once_somebody_reads_it),
        scratch_test(a_file_is_made_for_its_group_to_read_and_goes_to_no_program),
        scratch_test(what_follows_a_line_that_was_cut_off_is_a_line_of_its_own),
        scratch_test(a_file_is_appended_to_and_opened_anew_after_a_rename),
        scratch_test(a_file_that_ends_midway_is_gone_on_with_on_a_line_of_its_own),
        scratch_test(a_file_that_cannot_be_opened_leaves_the_log_where_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
