/* SPDX-License-Identifier: MIT */
/* From the queues to the target, step by step and without a thread: what is written, what is lost, and what a log in JSON
 * says of it, and where. */

#include "access/writer.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "access/record.h"
#include "base/clock.h"

#include "scratch.h"

enum { RINGS = 2 };

static struct log_bell bell;
static struct log_ring ring[RINGS];
static struct log_writer writer;

static size_t write_plain(struct access_dates *dates, struct sv record, char *room)
{
    (void)dates;
    memcpy(room, record.p, record.len);
    return record.len;
}

/* Records here are lines already. */
static struct access_format plain, silent = {write_plain, NULL};

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int enter(void **state)
{
    int err = scratch_enter(state);

    if (log_bell_init(&bell) < 0)
        return -1;
    for (size_t i = 0; i < RINGS; i++)
        if (log_ring_init(&ring[i], 2 * LOG_RING_BLOCK, &bell) < 0)
            return -1;
    plain = (struct access_format){write_plain, access_json.note};
    if (log_writer_init(&writer, &plain, ring, RINGS, log_target_open("log")) < 0)
        return -1;
    return err;
}

static int leave(void **state)
{
    limit_files(RLIM_INFINITY);
    log_writer_fini(&writer);
    for (size_t i = 0; i < RINGS; i++)
        log_ring_fini(&ring[i]);
    log_bell_fini(&bell);
    return scratch_leave(state);
}

static bool push(size_t i, const char *text)
{
    char *room = log_ring_room(&ring[i]);

    if (room == NULL) {
        log_ring_drop(&ring[i], 1);
        return false;
    }
    memcpy(room, text, strlen(text));
    log_ring_push(&ring[i], strlen(text), clock_now_us());
    return true;
}

static void tell(void)
{
    for (size_t i = 0; i < RINGS; i++)
        log_ring_tell(&ring[i]);
}

static enum log_writer_result run(void)
{
    enum log_writer_result result;

    tell();
    while ((result = log_writer_step(&writer)) == LOG_WRITER_GO_ON) {
    }
    return result;
}

/* What is in the file, but for the times of notes: {"dropped":N}. */
static void expect_log(const char *expected)
{
    static char bytes[1024 * 1024], text[1024 * 1024];
    int fd = open("log", O_RDONLY | O_CLOEXEC);
    size_t len = 0;

    assert_true(fd >= 0);
    struct sv rest = {bytes, (size_t)read(fd, bytes, sizeof bytes)};
    (void)close(fd);
    while (rest.len > 0) {
        size_t n = sv_find(rest, '\n') + 1;
        struct sv line = sv_of(rest.p, n <= rest.len ? n : rest.len);
        rest = sv_skip(rest, line.len);
        const char *dropped = memmem(line.p, line.len, "\"dropped\"", 9);
        if (dropped != NULL && sv_starts(line, SV("{\"time\":\"20"))) {
            text[len++] = '{';
            line = sv_skip(line, (size_t)(dropped - line.p));
        }
        memcpy(text + len, line.p, line.len);
        len += line.len;
    }
    expect(len == strlen(expected) && memcmp(text, expected, len) == 0, "'%.*s' instead of '%s'", (int)len, text,
           expected);
}

static void lines_are_written_and_then_there_is_nothing_to_do(void **state)
{
    (void)state;
    assert_int_equal(run(), LOG_WRITER_DONE);
    assert_true(push(0, "one\n") && push(1, "two\n"));
    assert_int_equal(run(), LOG_WRITER_DONE);
    expect_log("one\ntwo\n");
    assert_int_equal(log_writer_missing(&writer), 0);
}

static void a_note_stands_where_lines_are_missing(void **state)
{
    (void)state;
    assert_true(push(0, "one\n"));
    log_ring_drop(&ring[0], 3);
    assert_true(push(0, "two\n"));
    assert_int_equal(run(), LOG_WRITER_DONE);
    expect_log("one\n{\"dropped\":3}\ntwo\n");
    log_ring_drop(&ring[1], 4);
    assert_int_equal(run(), LOG_WRITER_DONE);
    expect_log("one\n{\"dropped\":3}\ntwo\n{\"dropped\":4}\n");
    assert_true(push(1, "three\n"));
    assert_int_equal(run(), LOG_WRITER_DONE);
    expect_log("one\n{\"dropped\":3}\ntwo\n{\"dropped\":4}\nthree\n");
    assert_int_equal(log_writer_missing(&writer), 7);
}

static void the_other_format_has_no_note(void **state)
{
    (void)state;
    writer.format = &silent;
    assert_true(push(0, "one\n"));
    log_ring_drop(&ring[0], 3);
    assert_true(push(0, "two\n"));
    assert_int_equal(run(), LOG_WRITER_DONE);
    expect_log("one\ntwo\n");
    assert_int_equal(log_writer_missing(&writer), 3);
}

/* As many lines as the ring has room for come out, and a note of all others behind them. */
static void a_full_ring_is_told_of_behind_the_lines_that_were_in_it(void **state)
{
    static char expected[1024 * 1024];
    unsigned dropped = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        if (push(0, "a line\n"))
            (void)strcpy(expected + strlen("a line\n") * (size_t)(i - (int)dropped), "a line\n");
        else
            dropped++;
    }
    assert_true(dropped > 0);
    (void)snprintf(expected + strlen("a line\n") * (20000 - dropped), 64, "{\"dropped\":%u}\n", dropped);
    assert_int_equal(run(), LOG_WRITER_DONE);
    expect_log(expected);
}

static void what_the_target_refuses_is_lost_and_told_of_before_the_next(void **state)
{
    (void)state;
    assert_true(push(0, "one\n"));
    assert_int_equal(run(), LOG_WRITER_DONE);
    limit_files(4);
    assert_true(push(0, "lost\n") && push(1, "lost\n"));
    assert_int_equal(run(), LOG_WRITER_DONE);
    assert_int_equal(log_writer_missing(&writer), 2);
    assert_true(push(1, "lost\n"));
    assert_int_equal(run(), LOG_WRITER_DONE);
    assert_int_equal(log_writer_missing(&writer), 3); /* and the note is none of them */
    limit_files(RLIM_INFINITY);
    assert_true(push(0, "two\n"));
    assert_int_equal(run(), LOG_WRITER_DONE);
    expect_log("one\n{\"dropped\":3}\ntwo\n");
    assert_true(push(0, "three\n"));
    assert_int_equal(run(), LOG_WRITER_DONE);
    expect_log("one\n{\"dropped\":3}\ntwo\nthree\n");
}

static void one_who_waits_offers_it_again(void **state)
{
    (void)state;
    writer.wait = true;
    limit_files(6);
    assert_true(push(0, "one\n") && push(1, "two\n") && push(1, "three\n"));
    assert_int_equal(run(), LOG_WRITER_REFUSED);
    assert_int_equal(log_writer_finish(&writer), LOG_WRITER_REFUSED);
    assert_int_equal(run(), LOG_WRITER_REFUSED);
    limit_files(RLIM_INFINITY);
    assert_true(push(0, "four\n"));
    assert_int_equal(log_writer_finish(&writer), LOG_WRITER_DONE);
    expect_log("one\ntwo\n");
    assert_int_equal(run(), LOG_WRITER_DONE);
    expect_log("one\ntwo\nthree\nfour\n");
    assert_int_equal(log_writer_missing(&writer), 0);
}

static void all_can_be_given_up(void **state)
{
    (void)state;
    writer.wait = true;
    limit_files(6);
    assert_true(push(0, "one\n") && push(1, "two\n") && push(1, "three\n"));
    assert_int_equal(run(), LOG_WRITER_REFUSED);
    assert_true(push(0, "four\n"));
    tell();
    log_writer_drop(&writer);
    log_writer_leave(&writer);
    assert_int_equal(log_writer_missing(&writer), 3);
    expect_log("one\n");
}

/* It is full in the middle of the note. */
static void a_note_is_a_line_like_any(void **state)
{
    (void)state;
    assert_true(push(0, "one\n"));
    log_ring_drop(&ring[0], 5);
    assert_true(push(0, "two\n"));
    limit_files(10);
    assert_int_equal(run(), LOG_WRITER_DONE);
    assert_int_equal(log_writer_missing(&writer), 6);
    limit_files(RLIM_INFINITY);
    assert_true(push(0, "three\n"));
    assert_int_equal(run(), LOG_WRITER_DONE);
    expect_log("one\n{\"dropped\":5}\n{\"dropped\":1}\nthree\n");
}

/* Records that become longer when they are escaped, and so many that their lines are several batches. */
static void lines_of_records_that_grow_stay_whole_and_in_order(void **state)
{
    static char bytes[1024 * 1024], request[ACCESS_REQUEST_MAX];
    char end[32];
    uint16_t n = 0;

    (void)state;
    writer.format = &access_combined;
    memset(request, '\n', sizeof request);
    for (char *room; (room = log_ring_room(&ring[n % RINGS])) != NULL; n++) {
        const struct access_record r = {.status = n,
                                        .text[ACCESS_REQUEST] = sv_of(request, 1 + n * 37U % sizeof request)};
        log_ring_push(&ring[n % RINGS], access_record_write(&r, room), n);
    }
    assert_int_equal(run(), LOG_WRITER_DONE);
    int fd = open("log", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct sv rest = {bytes, (size_t)read(fd, bytes, sizeof bytes)};
    (void)close(fd);
    expect(rest.len > 300000, "%zu bytes: this shows nothing", rest.len);
    for (uint16_t i = 0; i < n; i++) {
        struct sv line = sv_of(rest.p, sv_find(rest, '\n'));
        (void)snprintf(end, sizeof end, "\\x0a\" %u 0 \"-\" \"-\"", i);
        expect(sv_starts(line, SV("- - - [01/Jan/1970:00:00:00 +0000] \"\\x0a")) && sv_ends(line, sv_cstr(end)),
               "line %u is '%.*s'", i, SV_ARG(line));
        rest = sv_skip(rest, line.len + 1);
    }
    assert_int_equal(rest.len, 0);
    assert_int_equal(log_writer_missing(&writer), 0);
}

#define writer_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        writer_test(lines_are_written_and_then_there_is_nothing_to_do),
        writer_test(a_note_stands_where_lines_are_missing),
        writer_test(the_other_format_has_no_note),
        writer_test(a_full_ring_is_told_of_behind_the_lines_that_were_in_it),
        writer_test(what_the_target_refuses_is_lost_and_told_of_before_the_next),
        writer_test(one_who_waits_offers_it_again),
        writer_test(all_can_be_given_up),
        writer_test(a_note_is_a_line_like_any),
        writer_test(lines_of_records_that_grow_stay_whole_and_in_order),
    };

    (void)signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
