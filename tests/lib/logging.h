/* SPDX-License-Identifier: MIT */
/* logging.h: a logger in a scratch directory, lines for it, and what it wrote and said (header only).
 *
 * Ownership: the loggers end with the test.
 * Threads:   the test's own; what it starts besides is the logger's thread.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_LOGGING_H
#define BATON_TESTS_LOGGING_H

#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "access/line.h"
#include "access/logger.h"
#include "access/record.h"
#include "base/clock.h"
#include "base/log.h"

#include "scratch.h"
#include "threads.h"

/* A line, and what stands in it before and behind the request line. */
#define BEFORE "- - - [06/Nov/1994:08:49:37 +0000] \""
#define BEHIND "\" 200 0 \"-\" \"-\"\n"

enum { LINE = 100, BEFORE_LEN = sizeof BEFORE - 1, REQUEST = LINE - BEFORE_LEN - (sizeof BEHIND - 1) };

enum { WAIT_MS = 20000, SMALL = 8 * LOG_RING_BLOCK, FLOOD = SMALL / LINE, BLOCK = 2500 };

static struct logger *logger, *other;
static int ends[2]; /* of the error log */
static struct logger_options options;
static struct config_log config;

static inline int logging_enter(void **state)
{
    if (scratch_enter(state) < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return -1;
    log_init(ends[1], LOG_LEVEL_NOTICE);
    config = (struct config_log){.format = LOG_FORMAT_COMBINED, .full = LOG_FULL_DROP};
    options = (struct logger_options){.config = &config, .n_rings = 1, .memory = 1024 * 1024 * 1024};
    return 0;
}

static inline void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static inline int logging_leave(void **state)
{
    limit_files(RLIM_INFINITY);
    logger_free(&logger);
    logger_free(&other);
    (void)loggers_join(LOGGER_END_MS);
    log_init(STDERR_FILENO, LOG_LEVEL_NOTICE);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return scratch_leave(state);
}

static inline void start_one(struct logger **l, const char *to)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s%s%s", to[0] == '/' ? "" : scratch_dir, to[0] == '/' ? "" : "/", to);
    config.access = path;
    assert_int_equal(logger_new(l, &options), 0);
    config.access = NULL;
    assert_non_null(*l);
}

static inline void start(const char *to)
{
    start_one(&logger, to);
}

static inline bool join(void)
{
    return loggers_join(WAIT_MS);
}

/* A line of `worker` with its number, LINE bytes in the combined format. False where there is no room; then it is counted as a worker does. */
static inline bool push_at(size_t worker, unsigned number, uint64_t time_us)
{
    struct log_ring *r = logger_ring(logger, worker);
    char *room = log_ring_room(r);

    if (room == NULL) {
        log_ring_drop(r, 1);
        return false;
    }
    char request[REQUEST + 1];
    int n = snprintf(request, sizeof request, "%zu %9u ", worker, number);
    memset(request + n, 'x', (size_t)(REQUEST - n));
    const struct access_record record = {
        .time_us = UINT64_C(784111777000000), .status = 200, .text[ACCESS_REQUEST] = sv_of(request, REQUEST)};
    log_ring_push(r, access_record_write(&record, room), time_us);
    return true;
}

static inline bool push(size_t worker, unsigned number)
{
    return push_at(worker, number, clock_now_us());
}

static inline void tell(size_t worker)
{
    log_ring_tell(logger_ring(logger, worker));
}

static inline void pause_ms(long ms)
{
    (void)nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static inline off_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : -1;
}

/* The request line of a line of ours. */
static inline const char *request_of(const char *line)
{
    return line + BEFORE_LEN;
}

/* Every line is one of ours, and whole. Returns how many there are. */
static inline unsigned count_whole(const char *path)
{
    char line[2 * LINE];
    unsigned n = 0;
    FILE *f = fopen(path, "re");

    expect(f != NULL, "open %s", path);
    for (; fgets(line, sizeof line, f) != NULL; n++)
        expect(strlen(line) == LINE && memcmp(line, BEFORE, BEFORE_LEN) == 0 &&
                   strcmp(line + BEFORE_LEN + REQUEST - 1, "x" BEHIND) == 0,
               "%s: '%s'", path, line);
    (void)fclose(f);
    return n;
}

static inline void expect_size(const char *path, off_t size)
{
    for (int i = 0; i < WAIT_MS / 5 && size_of(path) != size; i++)
        pause_ms(5);
    expect(size_of(path) == size, "%s has %lld bytes, not %lld", path, (long long)size_of(path), (long long)size);
}

/* What the error log has said since. */
static inline struct sv said(void)
{
    static char text[4096];
    ssize_t n = read(ends[0], text, sizeof text);

    return sv_of(text, n > 0 ? (size_t)n : 0);
}

static inline void expect_said(const char *what)
{
    struct sv s = said();

    for (int i = 0; i < WAIT_MS / 5 && s.len == 0; i++, s = said())
        pause_ms(5);
    expect(memmem(s.p, s.len, what, strlen(what)) != NULL, "'%.*s' is not '%s'", SV_ARG(s), what);
}

/* Lines that are missing, for whatever reason. */
static inline uint64_t lost(void)
{
    return log_ring_dropped(logger_ring(logger, 0));
}

static inline void expect_lost(uint64_t lines)
{
    for (int i = 0; i < WAIT_MS / 5 && lost() != lines; i++)
        pause_ms(5);
    assert_int_equal(lost(), lines);
}

static inline void push_and_tell(unsigned first, unsigned n)
{
    for (unsigned i = first; i < first + n; i++)
        assert_true(push(0, i));
    tell(0);
}

/* A FIFO of which we are the reader; its name is "fifo". */
static inline int open_fifo(void)
{
    assert_int_equal(mkfifo("fifo", 0600), 0);
    int fd = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    options.memory = SMALL * options.n_rings;
    start("fifo");
    return fd;
}

/* So many whole lines come, the last of which is *last, and nothing behind them. */
static inline void expect_lines(int fd, unsigned want, struct sv *last)
{
    static char bytes[65536 + LINE], kept[256];
    size_t have = 0;
    unsigned n = 0;
    int behind;

    while (n < want) {
        expect(readable_within(fd, WAIT_MS), "%u lines of %u", n, want);
        ssize_t got = read(fd, bytes + have, sizeof bytes - have);
        assert_true(got > 0);
        struct sv s = sv_of(bytes, have + (size_t)got);
        for (size_t end; (end = sv_find(s, '\n')) < s.len; s = sv_skip(s, end + 1), n++)
            *last = sv_of(s.p, end);
        have = s.len;
        last->len = last->len < sizeof kept ? last->len : sizeof kept;
        memcpy(kept, last->p, last->len);
        last->p = kept;
        memmove(bytes, s.p, s.len);
    }
    assert_int_equal(ioctl(fd, FIONREAD, &behind), 0);
    expect(n == want && have == 0 && behind == 0, "%u lines instead of %u, and %zu bytes", n, want, have);
}

/* BLOCK lines, more than the FIFO and a batch hold: nothing else is taken from the rings before somebody reads. */
static inline void block_writer(void)
{
    push_and_tell(0, BLOCK);
    for (int i = 0; i < WAIT_MS / 5 && !atomic_load(&logger_ring(logger, 0)->bell->blocked); i++)
        pause_ms(5);
    assert_true(log_ring_held(logger_ring(logger, 0)) > 0);
}

#define logger_test(f) cmocka_unit_test_setup_teardown(f, logging_enter, logging_leave)

#endif
