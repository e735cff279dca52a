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
            log_write(NULL, (enum log_level)level, "x");
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
        log_write(NULL, LOG_LEVEL_ERROR, "%s %d %.*s", (const char *)arg, i, 100 + i % 300, (const char *)arg);
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
        if (strstr(line, "missing lines") == NULL)
            expect_own_line(line, next);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    expect(got > 50, "%d lines: this shows nothing", got);
    (void)fclose(from);
    ends[0] = ends[1] = -1;
}

static void lines_that_nobody_took_are_told_with_the_next_that_is_taken(void **state)
{
    const int all = 20000;
    int left = all, told = 0;

    (void)state;
    log_init(ends[1], LOG_LEVEL_ERROR);
    for (int i = 0; i < all; i++)
        log_write(NULL, LOG_LEVEL_ERROR, "line");
    size_t len = 0;
    for (struct sv s = taken(); s.len > 0; s = taken())
        len += s.len;
    left -= (int)(len / (sizeof "batond: error: line"));
    expect(left > 100, "all but %d were written: this shows nothing", left);
    log_write(NULL, LOG_LEVEL_ERROR, "again");
    struct sv note = taken();
    expect(sv_ends(note, SV("\nbatond: error: again\n")), "%.*s", SV_ARG(note));
    expect(sscanf(note.p, "batond: warning: error log: missing lines: %d", &told) == 1, "%.*s", SV_ARG(note));
    expect(told == left, "%d were told of, and %d lost", told, left);
    log_write(NULL, LOG_LEVEL_ERROR, "again");
    assert_true(sv_eq(taken(), SV("batond: error: again\n")));
}

/* Whoever reads standard error may have stopped to; log.h promises that nobody waits for him. */
static void a_reader_that_does_not_read_stops_nobody(void **state)
{
    (void)state;
    log_init(ends[1], LOG_LEVEL_ERROR);
    watch_begin();
    for (int i = 0; i < 20000 && !watch_rang; i++)
        log_write(NULL, LOG_LEVEL_ERROR, "line %d of those that nobody reads", i);
    assert_true(watch_end());
}

static size_t count_taken(const char *word)
{
    size_t n = 0;

    for (struct sv s = taken(); s.len > 0; s = sv_skip(s, sv_find(s, '\n') + 1)) {
        struct sv line = sv_of(s.p, sv_find(s, '\n'));
        n += memmem(line.p, line.len, word, strlen(word)) != NULL;
    }
    return n;
}

static void a_cause_that_says_too_much_is_cut_short_and_others_are_not(void **state)
{
    static struct log_cause flood;

    (void)state;
    log_init(ends[1], LOG_LEVEL_NOTICE);
    for (int i = 0; i < 3 * LOG_CAUSE_LINES; i++)
        log_write(&flood, LOG_LEVEL_WARNING, "flood");
    log_warning("another");
    log_write(NULL, LOG_LEVEL_WARNING, "flood without a cause");
    struct sv all = taken();
    expect(sv_ends(all, SV("batond: warning: another\nbatond: warning: flood without a cause\n")), "%.*s", SV_ARG(all));
    assert_int_equal(all.len, LOG_CAUSE_LINES * (sizeof "batond: warning: flood") + 64);
}

static void when_it_speaks_again_it_says_how_much_was_left_out(void **state)
{
    static struct log_cause flood;

    (void)state;
    log_init(ends[1], LOG_LEVEL_NOTICE);
    for (int i = 0; i < LOG_CAUSE_LINES + 7; i++)
        log_write(&flood, LOG_LEVEL_ERROR, "flood");
    assert_int_equal(count_taken("flood"), LOG_CAUSE_LINES);
    atomic_fetch_sub(&flood.since, LOG_CAUSE_SECONDS); /* as if so long ago */
    log_write(&flood, LOG_LEVEL_ERROR, "again");
    assert_true(sv_eq(taken(), SV("batond: error: again\nbatond: error: 7 more like this were left out before it\n")));
    log_write(&flood, LOG_LEVEL_ERROR, "again");
    assert_true(sv_eq(taken(), SV("batond: error: again\n")));
}

static void where_it_does_not_speak_again_it_is_told_later(void **state)
{
    static struct log_cause flood, other;
    char text[300];

    (void)state;
    log_init(ends[1], LOG_LEVEL_NOTICE);
    log_tell(true); /* of other tests' causes */
    for (int i = 0; i < LOG_CAUSE_LINES + 7; i++)
        log_write(&flood, LOG_LEVEL_ERROR, "flood of %d", i);
    memset(text, 'x', sizeof text);
    for (int i = 0; i < LOG_CAUSE_LINES; i++)
        log_write(&other, LOG_LEVEL_WARNING, "%.*s", (int)sizeof text, text);
    assert_false(log_has_turn(&other, LOG_LEVEL_WARNING));
    while (taken().len > 0)
        continue;
    log_tell(false);
    assert_int_equal(taken().len, 0);
    atomic_fetch_sub(&flood.since, LOG_CAUSE_SECONDS); /* as if so long ago */
    log_tell(false);
    struct sv told = taken();
    expect(sv_eq(told, SV("batond: error: 7 more like this were left out: flood of 49\n")), "%.*s", SV_ARG(told));
    log_tell(true);
    told = taken();
    expect(sv_starts(told, SV("batond: warning: 1 more like this were left out: xxx")), "%.*s", SV_ARG(told));
    expect(sv_ends(told, SV("xxx...\n")), "%.*s", SV_ARG(told));
    log_tell(true);
    assert_int_equal(taken().len, 0);
}

static void what_is_below_the_level_is_not_counted(void **state)
{
    static struct log_cause cause;

    (void)state;
    log_init(ends[1], LOG_LEVEL_NOTICE);
    for (int i = 0; i < 2 * LOG_CAUSE_LINES; i++)
        log_write(&cause, LOG_LEVEL_DEBUG, "quiet");
    log_write(&cause, LOG_LEVEL_ERROR, "loud");
    assert_true(sv_eq(taken(), SV("batond: error: loud\n")));
}

static struct log_cause shared;

static void *flood_it(void *arg)
{
    (void)arg;
    for (int i = 0; i < LINES; i++)
        log_write(&shared, LOG_LEVEL_ERROR, "flood");
    return NULL;
}

static void threads_share_what_a_cause_may_say(void **state)
{
    pthread_t threads[WRITERS];

    (void)state;
    log_init(ends[1], LOG_LEVEL_ERROR);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, flood_it, NULL), 0);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    size_t said = count_taken("flood");
    expect(said >= LOG_CAUSE_LINES && said < LOG_CAUSE_LINES + WRITERS, "%zu lines", said);
}

static void the_journal_is_told_priorities_and_nobody_else(void **state)
{
    char stream[64];
    struct stat st;

    (void)state;
    assert_int_equal(fstat(ends[1], &st), 0);
    (void)snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
    log_init(ends[1], LOG_LEVEL_DEBUG);
    log_error("a");
    log_warning("b");
    log_notice("c");
    log_info("d");
    log_debug("e");
    assert_true(sv_eq(taken(), SV("<3>a\n<4>b\n<5>c\n<6>d\n<7>e\n")));
    (void)snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
                   (unsigned long long)st.st_ino + 1);
    assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
    log_init(ends[1], LOG_LEVEL_DEBUG);
    log_error("a");
    assert_true(sv_eq(taken(), SV("batond: error: a\n")));
    assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
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
        cmocka_unit_test_setup_teardown(lines_that_nobody_took_are_told_with_the_next_that_is_taken, open_pipe,
                                        close_pipe),
        cmocka_unit_test_setup_teardown(a_cause_that_says_too_much_is_cut_short_and_others_are_not, open_pipe,
                                        close_pipe),
        cmocka_unit_test_setup_teardown(when_it_speaks_again_it_says_how_much_was_left_out, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(where_it_does_not_speak_again_it_is_told_later, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(what_is_below_the_level_is_not_counted, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(threads_share_what_a_cause_may_say, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(the_journal_is_told_priorities_and_nobody_else, open_pipe, close_pipe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
