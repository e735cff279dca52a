/* SPDX-License-Identifier: MIT */
/* The thread that writes the error log's file: every line, in order, or word of how many are missing. */

#include "base/scribe.h"

#include <errno.h>
#include <string.h>

#include "scratch.h"
#include "threads.h"

static struct scribe *scribe;

static void put(struct scribe *s, const char *line)
{
    scribe_put(s, line, strlen(line));
}

static struct sv read_log(const char *path)
{
    static char text[4 * SCRIBE_ROOM];
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    expect(fd >= 0, "open %s", path);
    ssize_t n = read(fd, text, sizeof text);
    assert_int_equal(close(fd), 0);
    return sv_of(text, n > 0 ? (size_t)n : 0);
}

static void lines_are_written_in_order_and_at_its_end_too(void **state)
{
    size_t fds = count_fds();

    (void)state;
    assert_int_equal(scribe_new(&scribe, "log", (struct thread_enter){0}), 0);
    put(scribe, "one\n");
    scribes_wait(NEVER_MS);
    assert_true(sv_eq(read_log("log"), SV("one\n")));
    put(scribe, "two\n");
    put(scribe, "three\n");
    scribe_free(&scribe);
    assert_null(scribe);
    scribes_wait(NEVER_MS);
    assert_true(sv_eq(read_log("log"), SV("one\ntwo\nthree\n")));
    assert_true(fds_come_to(fds));
}

static int refuse(const void *of)
{
    (void)of;
    return -EPERM;
}

static void without_its_file_or_its_thread_there_is_none(void **state)
{
    size_t fds = count_fds();

    (void)state;
    assert_int_equal(scribe_new(&scribe, "no/log", (struct thread_enter){0}), -ENOENT);
    assert_null(scribe);
    assert_int_equal(scribe_new(&scribe, "log", (struct thread_enter){refuse, NULL}), -EPERM);
    assert_null(scribe);
    scribe_free(&scribe);
    assert_int_equal(count_fds(), fds);
}

static void the_file_that_is_opened_anew_takes_what_comes_after_that(void **state)
{
    size_t fds = count_fds();

    (void)state;
    assert_int_equal(scribe_new(&scribe, "log", (struct thread_enter){0}), 0);
    for (int i = 0; i < 3; i++) {
        put(scribe, "before\n");
        scribes_wait(NEVER_MS);
        assert_int_equal(rename("log", "log.1"), 0);
        assert_int_equal(scribe_reopen(scribe), 0);
        assert_true(fds_come_to(fds + 1)); /* the old file is closed without a line for the new one */
        put(scribe, "after\n");
        scribes_wait(NEVER_MS);
        assert_true(sv_ends(read_log("log.1"), SV("before\n")));
        assert_true(sv_eq(read_log("log"), SV("after\n")));
    }
    make_dir("dir");
    assert_int_equal(rename("log", "log.1"), 0);
    assert_int_equal(rename("dir", "log"), 0);
    assert_int_equal(scribe_reopen(scribe), -EISDIR);
    put(scribe, "still\n");
    scribes_wait(NEVER_MS);
    assert_true(sv_eq(read_log("log.1"), SV("after\nstill\n")));
    scribe_free(&scribe);
    assert_true(fds_come_to(fds));
}

/* More than there is room for, faster than a disk takes it. */
static void lines_without_room_are_told_of(void **state)
{
    const int all = 100000;
    int written = 0, told = 0;
    size_t fds = count_fds();

    (void)state;
    assert_int_equal(scribe_new(&scribe, "log", (struct thread_enter){0}), 0);
    for (int i = 0; i < all; i++)
        put(scribe, "line\n");
    scribe_free(&scribe);
    scribes_wait(NEVER_MS);
    assert_true(fds_come_to(fds)); /* its file is closed last */
    FILE *from = fopen("log", "re");
    assert_non_null(from);
    for (char line[128]; fgets(line, sizeof line, from) != NULL;) {
        int n = 0;
        written += strcmp(line, "line\n") == 0;
        (void)sscanf(line, "batond: warning: error log: missing lines: %d", &n);
        told += n;
    }
    (void)fclose(from);
    expect(told > 0, "all were written: this shows nothing");
    expect(written + told == all, "%d were written and %d told of", written, told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(lines_are_written_in_order_and_at_its_end_too),
        scratch_test(without_its_file_or_its_thread_there_is_none),
        scratch_test(the_file_that_is_opened_anew_takes_what_comes_after_that),
        scratch_test(lines_without_room_are_told_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
