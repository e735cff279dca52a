/* SPDX-License-Identifier: MIT */
/* The access log: no client can forge a line, no reader can stop a worker, and lines that are lost are counted. */

#include "serve/access_log.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/log.h"

#include "scratch.h"
#include "threads.h"

enum { FIELD_MOST = 2048, LONGEST = 4 * 3 * FIELD_MOST + 256 };

static struct access_log logs[2];
static int ends[2];

static int open_pipe(void **state)
{
    (void)state;
    return pipe2(ends, O_CLOEXEC);
}

static int close_pipe(void **state)
{
    (void)state;
    (void)close(ends[0]);
    (void)close(ends[1]);
    return 0;
}

static struct access_record some_record(void)
{
    return (struct access_record){
        .client = SV("127.0.0.1"),
        .time = 784111777,
        .line = SV("GET / HTTP/1.1"),
        .status = 200,
        .bytes = 1234,
        .referer = SV("http://example.org/"),
        .agent = SV("tester/1.0"),
    };
}

static void expect_line(const struct access_record *r, const char *expected)
{
    struct access_log log;

    access_log_init(&log, -1);
    access_log_add(&log, r);
    expect(sv_eq(buf_sv(&log.lines), sv_cstr(expected)), "%.*s", SV_ARG(buf_sv(&log.lines)));
    access_log_fini(&log);
    assert_null(log.lines.p);
}

static void a_line_is_in_the_combined_format(void **state)
{
    struct access_record r = some_record();

    (void)state;
    expect_line(&r, "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] \"GET / HTTP/1.1\" 200 1234 "
                    "\"http://example.org/\" \"tester/1.0\"\n");
    r.client = SV("unix:");
    r.bytes = UINT64_MAX;
    r.status = 404;
    expect_line(&r, "unix: - - [06/Nov/1994:08:49:37 +0000] \"GET / HTTP/1.1\" 404 18446744073709551615 "
                    "\"http://example.org/\" \"tester/1.0\"\n");
}

static void what_was_not_sent_is_a_dash(void **state)
{
    struct access_record r = some_record();

    (void)state;
    r.line = sv_of(NULL, 0);
    r.referer = sv_of(NULL, 0);
    r.agent = SV("");
    r.bytes = 0;
    r.status = 408;
    expect_line(&r, "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] \"-\" 408 0 \"-\" \"-\"\n");
}

static void no_byte_can_end_a_field_or_a_line(void **state)
{
    struct access_record r = some_record();

    (void)state;
    r.line = SV("GET /\"\\ \t\r\n\x1b[31m\x7f\xc3\xa4\0 ~");
    r.agent = SV("\" 200 0 \"-\" \"x\"\n1.2.3.4");
    expect_line(&r, "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] "
                    "\"GET /\\x22\\x5c \\x09\\x0d\\x0a\\x1b[31m\\x7f\\xc3\\xa4\\x00 ~\" 200 1234 "
                    "\"http://example.org/\" \"\\x22 200 0 \\x22-\\x22 \\x22x\\x22\\x0a1.2.3.4\"\n");
}

static void every_byte_is_itself_or_four_printable_ones(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char byte = (char)c, expected[256], shown[8];
        struct access_record r = some_record();
        bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        (void)snprintf(shown, sizeof shown, plain ? "%c" : "\\x%02x", c);
        (void)snprintf(expected, sizeof expected,
                       "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] \"%s\" 200 1234 \"%s\" \"%s\"\n", shown, shown,
                       shown);
        r.line = r.referer = r.agent = sv_of(&byte, 1);
        expect_line(&r, expected);
    }
}

static void long_fields_are_cut(void **state)
{
    static char bytes[100000];
    struct access_record r = some_record();
    struct access_log log;

    (void)state;
    memset(bytes, '\n', sizeof bytes);
    r.line = r.referer = r.agent = sv_of(bytes, sizeof bytes);
    access_log_init(&log, -1);
    for (size_t i = 1; i <= 3; i++) {
        access_log_add(&log, &r);
        assert_true(log.lines.len <= i * LONGEST);
        assert_int_equal(log.lines.p[log.lines.len - 1], '\n');
    }
    assert_int_equal(sv_find(buf_sv(&log.lines), '\n'), log.lines.len / 3 - 1);
    access_log_fini(&log);
}

/* Read so many lines, or to the end; returns how many are not whole. Whole ones begin and end as those of `some_record`
 * do. */
static size_t read_lines(FILE *from, size_t most)
{
    static char line[4 * LONGEST];
    size_t torn = 0;

    for (size_t n = 0; n < most && fgets(line, sizeof line, from) != NULL;) {
        struct sv s = sv_cstr(line);
        bool whole = sv_starts(s, SV("127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /")) &&
                     sv_ends(s, SV(" 200 1234 \"http://example.org/\" \"tester/1.0\"\n")) &&
                     memmem(line + 1, s.len - 1, "127.0.0.1", 9) == NULL;
        torn += whole ? 0 : 1;
        n += sv_ends(s, SV("\n")) ? 1 : 0;
    }
    return torn;
}

static void what_waits_is_written_by_flush(void **state)
{
    struct access_record r = some_record();

    (void)state;
    access_log_init(&logs[0], ends[1]);
    for (int i = 0; i < 100; i++)
        access_log_add(&logs[0], &r);
    assert_false(readable_within(ends[0], 0));
    access_log_flush(&logs[0]);
    assert_int_equal(logs[0].lines.len, 0);
    access_log_fini(&logs[0]);
    FILE *from = fdopen(ends[0], "re");
    assert_int_equal(read_lines(from, 100), 0);
    assert_false(readable_within(ends[0], 0));
    (void)fclose(from);
}

/* Add and flush while nobody reads, then read while flushing: every line that was not counted as dropped comes. */
static void a_reader_that_does_not_read_costs_lines_and_no_time(void **state)
{
    struct access_record r = some_record();
    uint64_t added = 20000;

    (void)state;
    log_init(-1, LOG_LEVEL_ERROR);
    access_log_init(&logs[0], ends[1]);
    for (uint64_t i = 0; i < added; i++) {
        access_log_add(&logs[0], &r);
        if (i % 100 != 0)
            continue;
        watch_begin();
        access_log_flush(&logs[0]);
        assert_true(watch_end());
    }
    assert_true(logs[0].dropped > 0);
    assert_in_range(logs[0].lines.len, 1024 * 1024, 1024 * 1024 + LONGEST);
    uint64_t kept = added - logs[0].dropped;
    FILE *from = fdopen(ends[0], "re");
    for (uint64_t got = 0; got < kept; got++) {
        if (!readable_within(ends[0], 0))
            access_log_flush(&logs[0]);
        assert_int_equal(read_lines(from, 1), 0);
    }
    assert_int_equal(logs[0].lines.len, 0);
    access_log_add(&logs[0], &r); /* tells how many were dropped */
    assert_int_equal(logs[0].dropped, 0);
    access_log_fini(&logs[0]);
    assert_int_equal(read_lines(from, 1), 0);
    assert_false(readable_within(ends[0], 0));
    (void)fclose(from);
}

/* A pipe with room for one line of usual length, and a line that is longer: writing it would have to wait. */
static void a_line_that_is_longer_than_the_room_does_not_wait(void **state)
{
    static char target[FIELD_MOST * 2];
    struct access_record r = some_record();
    char page[4096];

    (void)state;
    int size = fcntl(ends[1], F_SETPIPE_SZ, 65536);
    memset(page, 'x', sizeof page);
    for (int filled = 0; filled < size - 4096; filled += 4096)
        assert_int_equal(write(ends[1], page, sizeof page), sizeof page);
    memset(target, '\n', sizeof target);
    r.line = sv_of(target, sizeof target);
    access_log_init(&logs[0], ends[1]);
    access_log_add(&logs[0], &r);
    watch_begin();
    access_log_flush(&logs[0]);
    bool in_time = watch_end();
    buf_fini(&logs[0].lines);
    assert_true(in_time);
}

static void a_reader_that_is_gone_costs_nothing(void **state)
{
    struct access_record r = some_record();

    (void)state;
    (void)close(ends[0]);
    access_log_init(&logs[0], ends[1]);
    for (int i = 0; i < 1000; i++)
        access_log_add(&logs[0], &r);
    access_log_flush(&logs[0]);
    assert_int_equal(logs[0].lines.len, 0);
    access_log_fini(&logs[0]);
    ends[0] = -1;
}

enum { LINES = 20000 / SLOWER };

static struct sv longer_target;

/* What one worker does: some lines a turn, then a flush. */
static void *write_lines(void *arg)
{
    struct access_log *log = arg;
    struct access_record r = some_record();
    static char target[FIELD_MOST + 8] = "GET /";

    for (size_t i = 0; i < LINES; i++) {
        r.line = i % 5 == 0 ? longer_target : sv_of(target, 5);
        access_log_add(log, &r);
        if (i % 7 == 0)
            access_log_flush(log);
        while (log->lines.len > 100000)
            access_log_flush(log);
    }
    while (log->lines.len > 0)
        access_log_flush(log);
    return NULL;
}

static void expect_whole_lines(int flags, size_t target_len)
{
    static char target[FIELD_MOST] = "GET /";
    pthread_t threads[2];

    memset(target + 5, '"', sizeof target - 5);
    longer_target = sv_of(target, target_len);
    assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
    for (size_t i = 0; i < 2; i++) {
        access_log_init(&logs[i], ends[1]);
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &logs[i]), 0);
    }
    FILE *from = fdopen(ends[0], "re");
    size_t torn = read_lines(from, 2 * LINES);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(logs[i].dropped, 0);
        access_log_fini(&logs[i]);
    }
    assert_false(readable_within(ends[0], 0));
    (void)fclose(from);
    assert_int_equal(torn, 0);
}

static void lines_of_two_workers_never_mix_in_a_pipe(void **state)
{
    (void)state;
    expect_whole_lines(0, 500);
}

static void lines_of_two_workers_never_mix_in_a_pipe_that_does_not_block(void **state)
{
    (void)state;
    expect_whole_lines(O_NONBLOCK, 900);
}

static void nor_do_the_longest_that_a_client_can_cause(void **state)
{
    (void)state;
    expect_whole_lines(O_NONBLOCK, FIELD_MOST);
}

#define pipe_test(f) cmocka_unit_test_setup_teardown(f, open_pipe, close_pipe)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_in_the_combined_format),
        cmocka_unit_test(what_was_not_sent_is_a_dash),
        cmocka_unit_test(no_byte_can_end_a_field_or_a_line),
        cmocka_unit_test(every_byte_is_itself_or_four_printable_ones),
        cmocka_unit_test(long_fields_are_cut),
        pipe_test(what_waits_is_written_by_flush),
        pipe_test(a_reader_that_does_not_read_costs_lines_and_no_time),
        pipe_test(a_line_that_is_longer_than_the_room_does_not_wait),
        pipe_test(a_reader_that_is_gone_costs_nothing),
        pipe_test(lines_of_two_workers_never_mix_in_a_pipe),
        pipe_test(lines_of_two_workers_never_mix_in_a_pipe_that_does_not_block),
        pipe_test(nor_do_the_longest_that_a_client_can_cause),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
