/* SPDX-License-Identifier: MIT */
/* The error log: whole lines, from every thread, at the levels that were asked for; and it stops nobody. */

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "scratch.h"
#include "threads.h"

enum { WRITERS = 4, LINES = 2000 / SLOWER, LONGEST = 1024 };

static int ends[2];

static int open_pipe(void **state)
{
    (void)state;
    return pipe2(ends, O_CLOEXEC);
}

static int close_pipe(void **state)
{
    (void)state;
    log_init(STDERR_FILENO, LOG_LEVEL_NOTICE);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return 0;
}

/* What is in the pipe now. */
static struct sv taken(void)
{
    static char text[8192];

    if (!readable_within(ends[0], 0))
        return sv_of(text, 0);
    ssize_t n = read(ends[0], text, sizeof text);
    assert_true(n >= 0);
    return sv_of(text, (size_t)n);
}

static void a_line_says_its_level_and_its_text(void **state)
{
    (void)state;
    log_init(ends[1], LOG_LEVEL_DEBUG);
    log_error("one %d", 1);
    log_warning("two %s", "2");
    log_notice("three");
    log_info("four %%");
    log_debug("%s", "");
    assert_true(sv_eq(taken(), SV("batond: error: one 1\nbatond: warning: two 2\nbatond: notice: three\n"
                                  "batond: info: four %\nbatond: debug: \n")));
}

static void lines_below_the_level_are_not_written(void **state)
{
    (void)state;
    for (int most = LOG_LEVEL_ERROR; most <= LOG_LEVEL_DEBUG; most++) {
        log_init(ends[1], (enum log_level)most);
        for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
            log_write((enum log_level)level, "x");
            expect((taken().len > 0) == (level <= most), "level %d where %d is the most", level, most);
        }
    }
}

static void a_long_line_is_cut_and_still_ends(void **state)
{
    static const size_t lens[] = {900, 1006, 1007, 1008, 1009, 1010, 1024, 3000};
    char text[3001];

    (void)state;
    log_init(ends[1], LOG_LEVEL_DEBUG);
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < ROWS(lens); i++) {
        log_error("%.*s", (int)lens[i], text);
        struct sv line = taken();
        expect(line.len <= LONGEST && line.len > 900, "%zu bytes of a text of %zu", line.len, lens[i]);
        expect(sv_find(line, '\n') == line.len - 1, "a text of %zu is not one line", lens[i]);
        expect(lens[i] > 1000 || line.len == lens[i] + sizeof "batond: error: ", "a text of %zu was cut", lens[i]);
    }
}

static void errno_is_kept(void **state)
{
    (void)state;
    log_init(-1, LOG_LEVEL_DEBUG);
    errno = ENOTTY;
    log_error("to nowhere");
    assert_int_equal(errno, ENOTTY);
}

static _Atomic int writing;

/* The last to end closes the pipe, so that its reader ends too. */
static void *write_lines(void *arg)
{
    for (int i = 0; i < LINES; i++)
        log_error("%s %d %.*s", (const char *)arg, i, 100 + i % 300, (const char *)arg);
    if (atomic_fetch_sub(&writing, 1) == 1)
        (void)close(ends[1]);
    return NULL;
}

/* A line of one writer, all of its own letter, and behind those that it wrote before. Lines may be lost. */
static void expect_own_line(const char *line, int *next)
{
    static const size_t text_at = sizeof "batond: error: " - 1;
    size_t writer = (size_t)(line[text_at] - 'a');
    char expected[1100], text[400];

    assert_true(strlen(line) > text_at + sizeof text && writer < WRITERS);
    memset(text, line[text_at], sizeof text - 1);
    text[sizeof text - 1] = '\0';
    int number = (int)strtol(line + text_at + sizeof text, NULL, 10);
    (void)snprintf(expected, sizeof expected, "batond: error: %s %d %.*s\n", text, number, 100 + number % 300, text);
    assert_string_equal(line, expected);
    assert_true(number >= next[writer]);
    next[writer] = number + 1;
}

static void lines_of_several_threads_never_mix(void **state)
{
    static char texts[WRITERS][400];
    int next[WRITERS] = {0}, got = 0;
    pthread_t threads[WRITERS];
    char line[2048];

    (void)state;
    log_init(ends[1], LOG_LEVEL_ERROR);
    FILE *from = fdopen(ends[0], "re");
    assert_non_null(from);
    atomic_store(&writing, WRITERS);
    for (size_t i = 0; i < WRITERS; i++) {
        memset(texts[i], (char)('a' + (int)i), sizeof texts[i] - 1);
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, texts[i]), 0);
    }
    for (; fgets(line, sizeof line, from) != NULL; got++)
        expect_own_line(line, next);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    expect(got > 50, "%d lines: this shows nothing", got);
    (void)fclose(from);
    ends[0] = ends[1] = -1;
}

/* Whoever reads standard error may have stopped to; log.h promises that nobody waits for him. */
static void a_reader_that_does_not_read_stops_nobody(void **state)
{
    (void)state;
    log_init(ends[1], LOG_LEVEL_ERROR);
    watch_begin();
    for (int i = 0; i < 20000 && !watch_rang; i++)
        log_error("line %d of those that nobody reads", i);
    assert_true(watch_end());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_says_its_level_and_its_text, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(lines_below_the_level_are_not_written, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(a_long_line_is_cut_and_still_ends, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(errno_is_kept, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(lines_of_several_threads_never_mix, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(a_reader_that_does_not_read_stops_nobody, open_pipe, close_pipe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
