/* SPDX-License-Identifier: MIT */
/* The thread that writes the access log: what workers push arrives whole; a target that is stuck, full or gone costs lines
 * that are counted, and never a worker's time, nor the end. */

#include "daemon/logger.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

#include "scratch.h"
#include "threads.h"

enum { LINE = 100, WAIT_MS = 20000 };

static struct logger *logger;
static int ends[2]; /* of the error log */

static int enter(void **state)
{
    if (scratch_enter(state) < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return -1;
    log_init(ends[1], LOG_LEVEL_NOTICE);
    return 0;
}

static int leave(void **state)
{
    logger_free(&logger);
    (void)loggers_join(2 * LOGGER_END_MS);
    log_init(STDERR_FILENO, LOG_LEVEL_NOTICE);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return scratch_leave(state);
}

static void start(const char *to, int format, size_t rings)
{
    char path[128];
    struct config_log config = {.access = path, .format = format};

    (void)snprintf(path, sizeof path, "%s%s%s", to[0] == '/' || to[0] == '-' ? "" : scratch_dir,
                   to[0] == '/' || to[0] == '-' ? "" : "/", to[0] == '-' ? "stdout" : to);
    assert_int_equal(logger_new(&logger, &config, rings), 0);
    assert_non_null(logger);
}

/* A line of `worker` with its number, LINE bytes. False where there is no room; then it is counted as a worker does. */
static bool push(size_t worker, unsigned number)
{
    struct log_ring *r = logger_ring(logger, worker);
    char *room = log_ring_room(r, LINE + 1);

    if (room == NULL) {
        log_ring_drop(r, 1);
        return false;
    }
    int n = snprintf(room, LINE + 1, "%zu %9u ", worker, number);
    memset(room + n, 'x', (size_t)(LINE - n));
    room[LINE - 1] = '\n';
    log_ring_push(r, LINE);
    return true;
}

static void tell(size_t worker)
{
    log_ring_tell(logger_ring(logger, worker));
}

static void pause_ms(long ms)
{
    (void)nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static off_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : -1;
}

static void expect_size(const char *path, off_t size)
{
    for (int i = 0; i < WAIT_MS / 5 && size_of(path) != size; i++)
        pause_ms(5);
    expect(size_of(path) == size, "%s has %lld bytes, not %lld", path, (long long)size_of(path), (long long)size);
}

/* What the error log has said since. */
static struct sv said(void)
{
    static char text[4096];
    ssize_t n = read(ends[0], text, sizeof text);

    return sv_of(text, n > 0 ? (size_t)n : 0);
}

static void expect_said(const char *what)
{
    struct sv s = said();

    for (int i = 0; i < WAIT_MS / 5 && s.len == 0; i++, s = said())
        pause_ms(5);
    expect(memmem(s.p, s.len, what, strlen(what)) != NULL, "'%.*s' is not '%s'", SV_ARG(s), what);
}

static bool push_in_time(size_t worker, unsigned number)
{
    while (log_ring_room(logger_ring(logger, worker), LINE + 1) == NULL) {
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
    start("log", LOG_FORMAT_COMBINED, 3);
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
    assert_true(loggers_join(2 * LOGGER_END_MS));
    FILE *f = fopen("log", "re");
    assert_non_null(f);
    for (; fgets(line, sizeof line, f) != NULL; total--) {
        unsigned worker = (unsigned)(line[0] - '0'), number = (unsigned)strtoul(line + 2, NULL, 10);
        expect(worker < 3 && strlen(line) == LINE && line[LINE - 1] == '\n', "%s", line);
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
    start("log", LOG_FORMAT_COMBINED, 2);
    for (unsigned i = 1; i <= 3; i++) {
        assert_true(push(i % 2, i));
        tell(i % 2);
        expect_size("log", (off_t)i * LINE);
    }
}

static void without_an_access_log_there_is_no_logger(void **state)
{
    struct config_log config = {0};

    (void)state;
    assert_int_equal(logger_new(&logger, &config, 1), 0);
    assert_null(logger);
    assert_null(logger_ring(logger, 0));
    logger_reopen(logger);
    logger_free(&logger);
}

static void a_file_that_cannot_be_opened_is_an_error_that_is_said(void **state)
{
    char path[] = "/dev/null/log";
    struct config_log config = {.access = path};
    size_t fds = count_fds();

    (void)state;
    assert_int_equal(logger_new(&logger, &config, 1), -ENOTDIR);
    assert_null(logger);
    expect_said("cannot open the access log /dev/null/log: Not a directory");
    assert_int_equal(count_fds(), fds);
}

static void after_a_rename_the_file_is_opened_anew(void **state)
{
    struct stat st;

    (void)state;
    start("log", LOG_FORMAT_COMBINED, 1);
    assert_true(push(0, 1));
    tell(0);
    expect_size("log", LINE);
    assert_int_equal(rename("log", "log.1"), 0);
    assert_true(push(0, 2));
    tell(0);
    expect_size("log.1", 2 * LINE);
    logger_reopen(logger);
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
    start("dir/log", LOG_FORMAT_COMBINED, 1);
    assert_int_equal(rename("dir", "gone"), 0);
    logger_reopen(logger);
    expect_said("anew, the old file goes on: No such file");
    assert_true(push(0, 1));
    tell(0);
    expect_size("gone/log", LINE);
}

static void a_full_disk_costs_lines_that_are_counted_and_said(void **state)
{
    (void)state;
    start("/dev/full", LOG_FORMAT_COMBINED, 1);
    for (unsigned i = 0; i < 10; i++)
        assert_true(push(0, i));
    tell(0);
    expect_said("access log: missing lines: 10 (No space left on device)");
    assert_int_equal(logger_lost(logger), 10);
    assert_true(push(0, 10));
    tell(0);
    for (int i = 0; i < WAIT_MS / 5 && logger_lost(logger) != 11; i++)
        pause_ms(5);
    assert_int_equal(logger_lost(logger), 11);
    logger_free(&logger);
    assert_true(loggers_join(2 * LOGGER_END_MS));
    expect_said("access log: missing lines: 1 (");
}

static void a_disk_with_room_for_half_a_line_gets_no_line_behind_it(void **state)
{
    struct rlimit limit;
    char bytes[8 * LINE];

    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    start("log", LOG_FORMAT_COMBINED, 1);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 5 * LINE / 2;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    for (unsigned i = 0; i < 5; i++)
        assert_true(push(0, i));
    tell(0);
    expect_said("access log: missing lines: 3 (File too large)");
    limit.rlim_cur = before;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_true(push(0, 9));
    tell(0);
    expect_size("log", 5 * LINE / 2 + 1 + LINE);
    int fd = open("log", O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, bytes, sizeof bytes), 5 * LINE / 2 + 1 + LINE);
    (void)close(fd);
    assert_memory_equal(bytes + 5 * LINE / 2, "\n0         9 ", 13);
}

/* A FIFO of which we are the reader; its name is "fifo". */
static int open_fifo(int format)
{
    assert_int_equal(mkfifo("fifo", 0600), 0);
    int fd = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    start("fifo", format, 1);
    return fd;
}

/* Read until there is nothing for a while; how many whole lines came. Others fail. */
static unsigned read_lines(int fd, struct sv *last)
{
    static char bytes[65536 + LINE];
    static size_t have;
    unsigned n = 0;

    have = 0;
    while (readable_within(fd, 300)) {
        ssize_t got = read(fd, bytes + have, sizeof bytes - have);
        if (got <= 0)
            break;
        struct sv s = sv_of(bytes, have + (size_t)got);
        for (size_t end; (end = sv_find(s, '\n')) < s.len; s = sv_skip(s, end + 1), n++)
            *last = sv_of(s.p, end);
        have = s.len;
        static char kept[256];
        last->len = last->len < sizeof kept ? last->len : sizeof kept;
        memcpy(kept, last->p, last->len);
        last->p = kept;
        memmove(bytes, s.p, s.len);
    }
    assert_int_equal(have, 0);
    return n;
}

/* More lines than the ring and the pipe hold; how many found no room. */
static unsigned flood(void)
{
    unsigned dropped = 0;

    for (unsigned i = 0; i < 3 * LOGGER_RING / LINE; i++) {
        dropped += push(0, i) ? 0 : 1;
        if (i % 100 == 0)
            tell(0);
    }
    tell(0);
    return dropped;
}

static void a_reader_that_stops_costs_lines_that_are_counted_and_said(void **state)
{
    struct sv last = {0};

    (void)state;
    int fd = open_fifo(LOG_FORMAT_COMBINED);
    unsigned dropped = flood();
    assert_true(dropped > LOGGER_RING / LINE);
    expect_said("(it is written more slowly than it grows");
    assert_int_equal(read_lines(fd, &last) + dropped, 3 * LOGGER_RING / LINE);
    assert_int_equal(logger_lost(logger), 0);
    (void)close(fd);
}

static void a_log_in_json_says_it_where_the_lines_are_missing(void **state)
{
    struct sv last = {0};
    char tail[32];

    (void)state;
    int fd = open_fifo(LOG_FORMAT_JSON);
    unsigned dropped = flood();
    assert_int_equal(read_lines(fd, &last) + dropped, 3 * LOGGER_RING / LINE + 1);
    (void)snprintf(tail, sizeof tail, "Z\",\"dropped\":%u}", dropped);
    expect(sv_starts(last, SV("{\"time\":\"20")) && sv_ends(last, sv_cstr(tail)), "%.*s is not %s", SV_ARG(last), tail);
    assert_true(push(0, 1));
    tell(0);
    assert_int_equal(read_lines(fd, &last), 1);
    assert_true(sv_starts(last, SV("0         1 ")));
    (void)close(fd);
}

static void a_reader_that_is_gone_costs_lines_and_nothing_else(void **state)
{
    (void)state;
    int fd = open_fifo(LOG_FORMAT_COMBINED);
    (void)close(fd);
    assert_true(push(0, 1));
    tell(0);
    expect_said("access log: missing lines: 1 (Broken pipe)");
}

static void a_reader_that_stops_does_not_hold_up_the_end(void **state)
{
    size_t fds = count_fds();

    (void)state;
    int fd = open_fifo(LOG_FORMAT_COMBINED);
    (void)flood();
    uint64_t before = clock_now_us();
    logger_free(&logger);
    expect(clock_now_us() - before < 500000, "logger_free waited");
    assert_true(loggers_join(2 * LOGGER_END_MS));
    expect(clock_now_us() - before >= LOGGER_END_MS * 900, "it gave up at once");
    (void)close(fd);
    assert_int_equal(count_fds(), fds);
}

static void what_is_there_at_the_end_is_written(void **state)
{
    size_t fds = count_fds();

    (void)state;
    start("log", LOG_FORMAT_COMBINED, 1);
    for (unsigned i = 0; i < 1000; i++)
        assert_true(push(0, i));
    tell(0);
    logger_free(&logger);
    assert_true(loggers_join(2 * LOGGER_END_MS));
    assert_int_equal(size_of("log"), 1000 * LINE);
    assert_int_equal(count_fds(), fds);
}

static void an_idle_logger_uses_no_time(void **state)
{
    struct timespec before, after;

    (void)state;
    start("log", LOG_FORMAT_COMBINED, 1);
    pause_ms(100);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    pause_ms(700);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    long us = (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
    expect(us < 100000, "%ld us in 700 ms of doing nothing", us);
}

#define logger_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        logger_test(lines_of_all_workers_arrive_whole_and_in_order),
        logger_test(a_line_arrives_soon_although_it_is_alone),
        logger_test(without_an_access_log_there_is_no_logger),
        logger_test(a_file_that_cannot_be_opened_is_an_error_that_is_said),
        logger_test(after_a_rename_the_file_is_opened_anew),
        logger_test(where_that_fails_the_old_file_goes_on_and_it_is_said),
        logger_test(a_full_disk_costs_lines_that_are_counted_and_said),
        logger_test(a_disk_with_room_for_half_a_line_gets_no_line_behind_it),
        logger_test(a_reader_that_stops_costs_lines_that_are_counted_and_said),
        logger_test(a_log_in_json_says_it_where_the_lines_are_missing),
        logger_test(a_reader_that_is_gone_costs_lines_and_nothing_else),
        logger_test(a_reader_that_stops_does_not_hold_up_the_end),
        logger_test(what_is_there_at_the_end_is_written),
        logger_test(an_idle_logger_uses_no_time),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
