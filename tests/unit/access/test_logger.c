/* SPDX-License-Identifier: MIT */
/* The thread that writes the access log: what workers push arrives whole and in order; its file may be opened anew; and it
 * begins and ends as it should. */

#include "access/logger.h"

#include <errno.h>
#include <signal.h>

#include "logging.h"

static bool push_in_time(size_t worker, unsigned number)
{
    while (log_ring_room(logger_ring(logger, worker)) == NULL) {
        tell(worker);
        pause_ms(1);
    }
    return push(worker, number);
}

static void lines_of_all_workers_arrive_whole_and_in_order(void **state)
{
    unsigned next[3] = {0}, total = 0;
    char line[LINE + 2];

    (void)state;
    options.n_rings = 3;
    options.memory = 3 * SMALL;
    start("log");
    for (unsigned i = 0; i < 30000 / SLOWER; i++) {
        for (size_t w = 0; w < 3; w++)
            total += push_in_time(w, i);
        if (i % 50 == 0)
            for (size_t w = 0; w < 3; w++)
                tell(w);
        if (i % 1000 == 0)
            pause_ms(1);
    }
    for (size_t w = 0; w < 3; w++)
        tell(w);
    logger_free(&logger);
    assert_true(join());
    FILE *f = fopen("log", "re");
    assert_non_null(f);
    for (; fgets(line, sizeof line, f) != NULL; total--) {
        expect(strlen(line) == LINE && line[LINE - 1] == '\n', "%s", line);
        const char *request = request_of(line);
        unsigned worker = (unsigned)(request[0] - '0'), number = (unsigned)strtoul(request + 2, NULL, 10);
        expect(worker < 3, "%s", line);
        expect(number >= next[worker], "%u after %u", number, next[worker]);
        next[worker] = number + 1;
    }
    (void)fclose(f);
    assert_int_equal(total, 0);
    assert_int_equal(said().len, 0);
}

static void a_line_arrives_soon_although_it_is_alone(void **state)
{
    (void)state;
    options.n_rings = 2;
    start("log");
    for (unsigned i = 1; i <= 3; i++) {
        assert_true(push(i % 2, i));
        tell(i % 2);
        expect_size("log", (off_t)i * LINE);
    }
}

static void without_an_access_log_there_is_no_logger(void **state)
{
    (void)state;
    assert_int_equal(logger_new(&logger, &options), 0);
    assert_null(logger);
    assert_null(logger_ring(logger, 0));
    assert_int_equal(logger_reopen(logger, false), 0);
    logger_retire(logger);
    logger_free(&logger);
}

static void a_file_that_cannot_be_opened_is_an_error(void **state)
{
    char path[] = "/dev/null/log";
    size_t fds = count_fds();

    (void)state;
    config.access = path;
    assert_int_equal(logger_new(&logger, &options), -ENOTDIR);
    assert_null(logger);
    assert_int_equal(count_fds(), fds);
}

static void after_a_rename_the_file_is_opened_anew(void **state)
{
    struct stat st;

    (void)state;
    start("log");
    assert_true(push(0, 1));
    tell(0);
    expect_size("log", LINE);
    assert_int_equal(rename("log", "log.1"), 0);
    assert_true(push(0, 2));
    tell(0);
    expect_size("log.1", 2 * LINE);
    assert_int_equal(logger_reopen(logger, false), 0);
    expect_size("log", 0);
    assert_true(push(0, 3));
    tell(0);
    expect_size("log", LINE);
    assert_int_equal(size_of("log.1"), 2 * LINE);
    assert_int_equal(stat("log", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

static void where_that_fails_the_old_file_goes_on_and_it_is_said(void **state)
{
    (void)state;
    make_dir("dir");
    start("dir/log");
    assert_int_equal(rename("dir", "gone"), 0);
    assert_int_equal(logger_reopen(logger, false), -ENOENT);
    expect_said("anew, the old file goes on: No such file");
    assert_true(push(0, 1));
    tell(0);
    expect_size("gone/log", LINE);
    assert_int_equal(logger_reopen(logger, true), -ENOENT);
    assert_int_equal(said().len, 0);
    assert_int_equal(logger_reopen(logger, false), -ENOENT); /* somebody asked once more */
    expect_said("anew, the old file goes on: No such file");
    make_dir("dir");
    assert_int_equal(logger_reopen(logger, true), 0);
    expect_said("log is open anew");
    assert_int_equal(logger_reopen(logger, true), 0);
    assert_int_equal(said().len, 0);
    assert_true(push(0, 2));
    tell(0);
    expect_size("dir/log", LINE);
}

/* Lines of three workers, each of which shows its own once in a while; the number is the order in which they ended. */
static void lines_stand_in_the_order_of_their_ends_however_late_they_are_written(void **state)
{
    unsigned n;

    (void)state;
    options.n_rings = 3;
    int fd = open_fifo();
    unsigned first = BLOCK, end = first + 6000;
    block_writer();
    uint64_t began_us = clock_now_us();
    pause_ms(10);
    for (n = first; n < end; n++) {
        assert_true(push_at(n * 7 % 11 % 3, n, began_us + n - first));
        if (n % 40 == 0)
            tell(n / 40 % 3);
    }
    for (size_t worker = 0; worker < 3; worker++)
        tell(worker);
    n = 0;
    for (char line[LINE]; n < end; n++) {
        for (size_t have = 0; have < LINE;) {
            assert_true(readable_within(fd, WAIT_MS));
            ssize_t got = read(fd, line + have, LINE - have);
            assert_true(got > 0);
            have += (size_t)got;
        }
        expect(strtoul(request_of(line) + 2, NULL, 10) == n, "%.*s instead of %u", LINE, line, n);
    }
    (void)close(fd);
}

/* All but the block that the worker is in; and as the worker sleeps, it is not the worker that does it. */
static void memory_that_a_burst_took_is_given_back_after_a_while(void **state)
{
    struct sv last;
    unsigned n = 0;

    (void)state;
    int fd = open_fifo();
    struct log_ring *r = logger_ring(logger, 0);
    for (; log_ring_room(r) != NULL; n++)
        assert_true(push(0, n));
    tell(0);
    assert_int_equal(atomic_load(&r->blocks), SMALL / LOG_RING_BLOCK);
    expect_lines(fd, n, &last);
    for (int i = 0; i < WAIT_MS / 5 && atomic_load(&r->blocks) > 1; i++)
        pause_ms(5);
    assert_int_equal(atomic_load(&r->blocks), 1);
    push_and_tell(n, 1);
    expect_lines(fd, 1, &last);
    (void)close(fd);
}

static void what_is_there_at_the_end_is_written(void **state)
{
    size_t fds = count_fds();

    (void)state;
    start("log");
    for (unsigned i = 0; i < 1000; i++)
        assert_true(push(0, i));
    tell(0);
    logger_free(&logger);
    assert_true(join());
    assert_int_equal(size_of("log"), 1000 * LINE);
    assert_int_equal(count_fds(), fds);
}

static void opening_it_again_and_again_leaves_nothing_open(void **state)
{
    size_t fds = count_fds();

    (void)state;
    start("log");
    for (unsigned i = 0; i < 200; i++) {
        assert_int_equal(logger_reopen(logger, false), 0);
        push_and_tell(i, 1);
    }
    logger_free(&logger);
    assert_true(join());
    assert_int_equal(count_fds(), fds);
    assert_int_equal(count_whole("log"), 200);
}

static pthread_t entered_in;

static int entering_result;

static int note_entering(const void *of)
{
    entered_in = pthread_self();
    return of == &entering_result ? entering_result : -EINVAL;
}

static void its_thread_gives_up_rights_before_anything_else(void **state)
{
    (void)state;
    entered_in = pthread_self();
    entering_result = 0;
    options.enter = (struct thread_enter){note_entering, &entering_result};
    start("log");
    assert_false(pthread_equal(entered_in, pthread_self()));
    push_and_tell(0, 1);
    expect_size("log", LINE);
}

static void one_that_cannot_give_them_up_does_not_start(void **state)
{
    size_t fds = count_fds();
    char path[64];

    (void)state;
    entering_result = -EPERM;
    options.enter = (struct thread_enter){note_entering, &entering_result};
    (void)snprintf(path, sizeof path, "%s/log", scratch_dir);
    config.access = path;
    assert_int_equal(logger_new(&logger, &options), -EPERM);
    assert_null(logger);
    assert_true(join());
    assert_int_equal(count_fds(), fds);
}

static void an_idle_logger_uses_no_time(void **state)
{
    struct timespec before, after;

    (void)state;
    start("log");
    pause_ms(100);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    pause_ms(700);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    long us = (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
    expect(us < 100000, "%ld us in 700 ms of doing nothing", us);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        logger_test(lines_of_all_workers_arrive_whole_and_in_order),
        logger_test(a_line_arrives_soon_although_it_is_alone),
        logger_test(without_an_access_log_there_is_no_logger),
        logger_test(a_file_that_cannot_be_opened_is_an_error),
        logger_test(after_a_rename_the_file_is_opened_anew),
        logger_test(where_that_fails_the_old_file_goes_on_and_it_is_said),
        logger_test(lines_stand_in_the_order_of_their_ends_however_late_they_are_written),
        logger_test(memory_that_a_burst_took_is_given_back_after_a_while),
        logger_test(what_is_there_at_the_end_is_written),
        logger_test(opening_it_again_and_again_leaves_nothing_open),
        logger_test(its_thread_gives_up_rights_before_anything_else),
        logger_test(one_that_cannot_give_them_up_does_not_start),
        logger_test(an_idle_logger_uses_no_time),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
