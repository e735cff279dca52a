/* SPDX-License-Identifier: MIT */
/* A target that is stuck, full or gone: lines are whole, and missing ones are counted and said; with full = wait none is.
 * It never costs a worker's time, nor the end. A limit on the size of files stands for the full disk. */

#include "access/logger.h"

#include <signal.h>

#include "logging.h"

static void a_full_disk_costs_lines_that_are_counted_and_said(void **state)
{
    (void)state;
    start("/dev/full");
    push_and_tell(0, 10);
    expect_said("access log: missing lines: 10 (No space left on device)");
    expect_lost(10);
    push_and_tell(10, 1);
    expect_lost(11);
    logger_free(&logger);
    assert_true(join());
    expect_said("access log: missing lines: 1 (");
}

/* The disk has room for two lines and a half: the third is written once it has more. */
static void a_line_that_the_disk_took_a_part_of_is_written_before_the_next(void **state)
{
    (void)state;
    start("log");
    limit_files(5 * LINE / 2);
    push_and_tell(0, 5);
    expect_said("access log: missing lines: 2 (File too large)");
    expect_size("log", 2 * LINE); /* nothing of it stays meanwhile */
    push_and_tell(5, 1);
    expect_lost(3);
    limit_files(RLIM_INFINITY);
    expect_size("log", 3 * LINE); /* without another line */
    push_and_tell(9, 1);
    expect_size("log", 4 * LINE);
    assert_int_equal(count_whole("log"), 4);
    expect_lost(3);
}

static void where_the_disk_stays_full_the_file_ends_whole(void **state)
{
    (void)state;
    start("log");
    limit_files(5 * LINE / 2);
    push_and_tell(0, 2);
    expect_size("log", 2 * LINE);
    push_and_tell(2, 1);
    logger_free(&logger);
    assert_true(join());
    expect_said("access log: missing lines: 1 (File too large)");
    assert_int_equal(count_whole("log"), 2);
}

static void what_goes_missing_after_it_was_counted_is_told(void **state)
{
    uint64_t before = loggers_missing_late();

    (void)state;
    start("log");
    limit_files(5 * LINE / 2);
    push_and_tell(0, 2);
    expect_size("log", 2 * LINE);
    log_ring_drop(logger_ring(logger, 0), 3);
    logger_count(logger, 3);
    push_and_tell(2, 1);
    logger_free(&logger);
    assert_true(join());
    assert_int_equal(loggers_missing_late(), before + 1);
}

static void a_file_that_is_renamed_while_the_disk_is_full_ends_whole(void **state)
{
    (void)state;
    start("log");
    limit_files(5 * LINE / 2);
    push_and_tell(0, 3);
    expect_size("log", 2 * LINE);
    assert_int_equal(rename("log", "log.1"), 0);
    assert_int_equal(logger_reopen(logger, false), 0);
    push_and_tell(3, 1);
    expect_size("log", 2 * LINE);
    assert_int_equal(count_whole("log.1"), 2);
    assert_int_equal(count_whole("log"), 2);
    assert_int_equal(lost(), 0);
}

/* As during a reload: both write to the same file, which is full in the middle of a line of the first. */
static void two_loggers_of_one_file_never_mix_their_lines(void **state)
{
    struct logger *first;

    (void)state;
    start_one(&other, "log");
    start("log");
    limit_files(5 * LINE / 2);
    first = other, other = logger, logger = first;
    push_and_tell(0, 3);
    expect_size("log", 2 * LINE);
    first = other, other = logger, logger = first;
    push_and_tell(3, 1);
    pause_ms(150);
    assert_int_equal(lost(), 0);
    limit_files(RLIM_INFINITY);
    expect_size("log", 4 * LINE);
    logger_free(&other);
    push_and_tell(4, 1);
    expect_size("log", 5 * LINE);
    assert_int_equal(count_whole("log"), 5);
}

static void one_that_ends_with_a_full_disk_lets_the_other_go_on(void **state)
{
    (void)state;
    start_one(&other, "log");
    start("log");
    limit_files(3 * LINE / 2);
    push_and_tell(0, 2);
    expect_size("log", LINE);
    logger_free(&logger);
    expect_size("log", LINE);
    limit_files(RLIM_INFINITY);
    logger = other;
    other = NULL;
    push_and_tell(5, 1);
    expect_size("log", 2 * LINE);
    assert_int_equal(count_whole("log"), 2);
}

/* More lines than the ring holds, while nobody reads. Returns how many found room. */
static unsigned flood(void)
{
    unsigned written = BLOCK;

    block_writer();
    for (unsigned i = 0; i < 2 * FLOOD; i++) {
        written += push(0, i);
        if (i % 100 == 0)
            tell(0);
    }
    tell(0);
    assert_int_equal(written + lost(), BLOCK + 2 * FLOOD);
    assert_true(lost() > FLOOD);
    return written;
}

static void a_reader_that_stops_costs_lines_that_are_counted_and_said(void **state)
{
    struct sv last = {0};

    (void)state;
    int fd = open_fifo();
    unsigned written = flood();
    uint64_t dropped = lost();
    expect_said("(it is written more slowly than it grows");
    expect_lines(fd, written, &last);
    assert_int_equal(lost(), dropped);
    (void)close(fd);
}

static void a_log_in_json_says_it_where_the_lines_are_missing(void **state)
{
    static const char number[] = "\"request\":\"0         1 x";
    struct sv last = {0};
    char tail[48];

    (void)state;
    config.format = LOG_FORMAT_JSON;
    int fd = open_fifo();
    unsigned written = flood();
    expect_lines(fd, written + 1, &last);
    (void)snprintf(tail, sizeof tail, "Z\",\"dropped\":%u}", (unsigned)lost());
    expect(sv_starts(last, SV("{\"time\":\"20")) && sv_ends(last, sv_cstr(tail)), "%.*s is not %s", SV_ARG(last), tail);
    push_and_tell(1, 1);
    expect_lines(fd, 1, &last);
    expect(memmem(last.p, last.len, number, strlen(number)) != NULL, "%.*s", SV_ARG(last));
    (void)close(fd);
}

static void a_reader_that_is_gone_costs_lines_and_nothing_else(void **state)
{
    (void)state;
    int fd = open_fifo();
    (void)close(fd);
    push_and_tell(1, 1);
    expect_said("access log: missing lines: 1 (Broken pipe)");
}

static void a_reader_that_stops_does_not_hold_up_the_end(void **state)
{
    size_t fds = count_fds();

    (void)state;
    int fd = open_fifo();
    (void)flood();
    uint64_t before = clock_now_us();
    logger_free(&logger);
    assert_true(join());
    expect(clock_now_us() - before >= LOGGER_END_MS * 900, "it gave up at once");
    expect_said("missing lines");
    (void)close(fd);
    assert_int_equal(count_fds(), fds);
}

/* What a retired generation holds is memory that its successor may need. */
static void a_retired_logger_does_not_keep_lines_that_nobody_reads(void **state)
{
    struct sv last = {0};

    (void)state;
    int fd = open_fifo();
    (void)flood();
    uint64_t dropped = lost();
    logger_retire(logger);
    for (int i = 0; i < WAIT_MS / 5 && log_ring_held(logger_ring(logger, 0)) > 0; i++)
        pause_ms(5);
    assert_int_equal(log_ring_held(logger_ring(logger, 0)), 0);
    uint64_t n = lost();
    assert_true(n > dropped);
    expect_lines(fd, BLOCK + 2 * FLOOD - (unsigned)n, &last);
    push_and_tell(1, 1);
    expect_lines(fd, 1, &last);
    (void)close(fd);
}

static unsigned push_while_there_is_room(void)
{
    unsigned n = 0;

    for (; n < 3 * FLOOD && log_ring_has_room(logger_ring(logger, 0), LOG_RING_COST_MAX); n++) {
        assert_true(push(0, n));
        tell(0);
    }
    return n;
}

static void who_waits_loses_nothing_however_long_nobody_reads(void **state)
{
    struct sv last = {0};

    (void)state;
    config.full = LOG_FULL_WAIT;
    int fd = open_fifo();
    unsigned n = push_while_there_is_room();
    expect(n > FLOOD / 2 && n < 3 * FLOOD, "%u lines", n);
    logger_retire(logger);
    pause_ms(2 * LOGGER_END_MS);
    log_ring_wait(logger_ring(logger, 0));
    expect_said("access log: requests wait until it is written (it is written more slowly than it grows)");
    logger_free(&logger);
    pause_ms(2 * LOGGER_END_MS);
    expect_lines(fd, n, &last);
    assert_true(join());
    (void)close(fd);
}

static void who_waits_loses_nothing_where_the_disk_is_full_for_a_while(void **state)
{
    (void)state;
    config.full = LOG_FULL_WAIT;
    start("log");
    limit_files(5 * LINE / 2);
    push_and_tell(0, 50);
    expect_said("access log: requests wait until it is written (File too large)");
    push_and_tell(50, 50);
    limit_files(RLIM_INFINITY);
    expect_size("log", 100 * LINE);
    assert_int_equal(count_whole("log"), 100);
    assert_int_equal(lost(), 0);
}

/* Also where all that is left is a piece of the last line. */
static void who_waits_waits_for_the_disk_after_its_generation_too(void **state)
{
    (void)state;
    config.full = LOG_FULL_WAIT;
    start("log");
    limit_files(3 * LINE / 2);
    push_and_tell(0, 2);
    expect_size("log", LINE);
    logger_free(&logger);
    pause_ms(2 * LOGGER_END_MS);
    limit_files(RLIM_INFINITY);
    assert_true(join());
    assert_int_equal(count_whole("log"), 2);
}

static void who_waits_gives_up_when_the_process_ends(void **state)
{
    (void)state;
    config.full = LOG_FULL_WAIT;
    int fd = open_fifo();
    (void)push_while_there_is_room();
    logger_free(&logger);
    uint64_t before = clock_now_us();
    assert_true(loggers_join(600));
    expect(clock_now_us() - before >= 390000, "it gave up at once");
    expect_said("access log: missing lines: ");
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        logger_test(a_full_disk_costs_lines_that_are_counted_and_said),
        logger_test(a_line_that_the_disk_took_a_part_of_is_written_before_the_next),
        logger_test(where_the_disk_stays_full_the_file_ends_whole),
        logger_test(what_goes_missing_after_it_was_counted_is_told),
        logger_test(a_file_that_is_renamed_while_the_disk_is_full_ends_whole),
        logger_test(two_loggers_of_one_file_never_mix_their_lines),
        logger_test(one_that_ends_with_a_full_disk_lets_the_other_go_on),
        logger_test(a_reader_that_stops_costs_lines_that_are_counted_and_said),
        logger_test(a_log_in_json_says_it_where_the_lines_are_missing),
        logger_test(a_reader_that_is_gone_costs_lines_and_nothing_else),
        logger_test(a_reader_that_stops_does_not_hold_up_the_end),
        logger_test(a_retired_logger_does_not_keep_lines_that_nobody_reads),
        logger_test(who_waits_loses_nothing_however_long_nobody_reads),
        logger_test(who_waits_loses_nothing_where_the_disk_is_full_for_a_while),
        logger_test(who_waits_waits_for_the_disk_after_its_generation_too),
        logger_test(who_waits_gives_up_when_the_process_ends),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
