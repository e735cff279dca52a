/* SPDX-License-Identifier: MIT */
/* The access log of a worker: a line for each answer once it was sent, with what was sent of it; in order; and what finds
 * no room is counted. */

#include "access/log.h"

#include <stdlib.h>
#include <string.h>

#include "access/line.h"
#include "base/clock.h"

#include "expect.h"

enum { WALL = 784111777 };

static struct log_bell bell;
static struct log_ring ring;
static struct access_log ours;

static int open_log(void **state)
{
    (void)state;
    if (log_bell_init(&bell) < 0 || log_ring_init(&ring, 4 * LOG_RING_BLOCK, &bell) < 0)
        return -1;
    return access_log_init(&ours, &ring, false);
}

static int close_log(void **state)
{
    (void)state;
    access_log_fini(&ours);
    log_ring_fini(&ring);
    log_bell_fini(&bell);
    return 0;
}

/* An answer to a request called `name`, which came at `since`: its body is the bytes of the row up to `end`. */
static void add(const char *name, uint64_t since_us, uint64_t body, uint64_t end)
{
    struct access_answer a = {
        .record = {.status = 200, .text[ACCESS_REQUEST] = sv_cstr(name)},
        .since_us = since_us,
        .body = body,
        .end = end,
    };

    assert_true(access_log_has_room(&ours));
    access_log_add(&ours, &a, WALL);
}

/* What becomes of a record. */
static struct sv line_of(const struct log_line *l)
{
    static char room[ACCESS_LINE_MAX];
    struct access_dates dates;

    access_dates_init(&dates);
    return sv_of(room, l->record.len > 0 ? access_json.line(&dates, l->record, room) : 0);
}

/* The next line of the ring says that. */
static void expect_next(const char *name, uint64_t bytes, const char *duration)
{
    char what[64], end[64];

    log_ring_tell(&ring);
    struct log_line front = {0};
    (void)log_ring_front(&ring, &front);
    struct sv line = line_of(&front);
    (void)snprintf(what, sizeof what, "\"request\":\"%s\"", name);
    (void)snprintf(end, sizeof end, "\"bytes\":%llu,\"duration\":%s}\n", (unsigned long long)bytes, duration);
    expect(line.len > 0, "no line for %s", name);
    expect(memmem(line.p, line.len, what, strlen(what)) != NULL && sv_ends(line, sv_cstr(end)), "%.*sis not %s, %s",
           SV_ARG(line), what, end);
    log_ring_pop(&ring, &front);
}

static void expect_no_more(void)
{
    struct log_line line;

    log_ring_tell(&ring);
    assert_false(log_ring_front(&ring, &line));
}

static void lines_come_when_the_row_was_sent_and_in_order(void **state)
{
    (void)state;
    add("a", 1000, 10, 110);
    add("b", 1500, 0, 200);
    add("c", 1500, 30, 330);
    expect_no_more();
    access_log_sent(&ours, 330);
    access_log_end(&ours, 2002000);
    expect_next("a", 10, "2.001000");
    expect_next("b", 0, "2.000500");
    expect_next("c", 30, "2.000500");
    expect_no_more();
    access_log_end(&ours, 3000000);
    expect_no_more();
}

static void of_a_row_that_broke_off_each_line_says_what_was_sent(void **state)
{
    static const struct {
        uint64_t sent, a, b;
    } rows[] = {{0, 0, 0},    {99, 0, 0},   {100, 0, 0},   {101, 1, 0},   {150, 50, 0},
                {250, 50, 0}, {251, 50, 1}, {299, 50, 49}, {300, 50, 50}, {1000, 50, 50}};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        add("a", 0, 50, 150);
        add("b", 0, 50, 300);
        access_log_sent(&ours, rows[i].sent);
        access_log_end(&ours, 1);
        expect_next("a", rows[i].a, "0.000001");
        expect_next("b", rows[i].b, "0.000001");
    }
}

static void a_row_that_waits_takes_its_lines_along(void **state)
{
    (void)state;
    add("a", 0, 50, 150);
    add("b", 0, 50, 300);
    access_log_sent(&ours, 120);
    struct access_lines *held;
    assert_true(access_log_hold(&ours, &held));
    assert_non_null(held);
    add("other", 0, 1, 2);
    access_log_sent(&ours, 2);
    access_log_end(&ours, 7);
    expect_next("other", 1, "0.000007");
    expect_no_more();
    held->sent += 140;
    access_log_end_held(&ours, &held, 5000000);
    assert_null(held);
    expect_next("a", 50, "5.000000");
    expect_next("b", 10, "5.000000");
    access_log_end_held(&ours, &held, 0);
    expect_no_more();
}

static void where_there_are_no_lines_none_are_held(void **state)
{
    (void)state;
    access_log_sent(&ours, 25); /* "100 Continue", say */
    struct access_lines *held;
    assert_true(access_log_hold(&ours, &held));
    assert_null(held);
    assert_int_equal(access_log_dropped(&ours), 0);
    add("a", 0, 50, 150);
    access_log_sent(&ours, 110);
    access_log_end(&ours, 1);
    expect_next("a", 10, "0.000001");
}

static void lines_that_find_no_room_in_the_ring_are_counted(void **state)
{
    uint64_t n = 0, seen = 0;

    (void)state;
    for (; log_ring_dropped(&ring) < 3; n++) {
        add("a", 0, 0, 1);
        access_log_end(&ours, 1);
    }
    log_ring_tell(&ring);
    for (struct log_line line; log_ring_front(&ring, &line); seen++)
        log_ring_pop(&ring, &line);
    assert_int_equal(seen + 3, n);
    assert_int_equal(access_log_dropped(&ours), 3);
}

static void a_row_has_an_end_before_the_room_for_its_lines_has(void **state)
{
    static char bytes[9000];
    struct access_answer a = {.record.status = 200};
    int n = 0;

    (void)state;
    memset(bytes, '\n', sizeof bytes);
    for (size_t i = 0; i < ACCESS_TEXTS; i++)
        a.record.text[i] = sv_of(bytes, sizeof bytes);
    for (; access_log_has_room(&ours); n++)
        access_log_add(&ours, &a, WALL);
    expect(n >= 10 && n < 30, "%d lines", n);
    access_log_end(&ours, 0);
    assert_true(access_log_has_room(&ours));
}

static void the_time_is_that_of_the_request(void **state)
{
    struct timespec ts;
    uint64_t now = clock_now_us();

    (void)state;
    clock_gettime(CLOCK_REALTIME, &ts);
    add("a", now - 3000000, 0, 0);
    access_log_end(&ours, now);
    log_ring_tell(&ring);
    struct log_line front;
    assert_true(log_ring_front(&ring, &front));
    assert_int_equal(front.time_us, now);
    struct sv line = line_of(&front);
    struct tm tm;
    char text[64], early[64];
    for (int back = 3; back <= 4; back++) {
        time_t then = ts.tv_sec - back;
        (void)strftime(back == 3 ? text : early, sizeof text, "{\"time\":\"%Y-%m-%dT%H:%M:%S.", gmtime_r(&then, &tm));
    }
    expect(sv_starts(line, sv_cstr(text)) || sv_starts(line, sv_cstr(early)), "%.*s is not %s", SV_ARG(line), text);
    assert_true(sv_ends(line, SV("\"duration\":3.000000}\n")));
}

/* Answers in rows that are held, and in the worker's own, until no more may be begun: each of them has its line. */
static void who_waits_has_room_for_every_line_that_it_promised(void **state)
{
    static struct access_lines *held[4000];
    size_t n = 0, lines = 0, seen = 0;
    char name[300];

    (void)close_log(state);
    assert_int_equal(log_bell_init(&bell), 0);
    assert_int_equal(log_ring_init(&ring, 4 * LOG_RING_BLOCK, &bell), 0);
    assert_int_equal(access_log_init(&ours, &ring, true), 0);
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    for (; access_log_has_room(&ours); n++) {
        for (size_t i = 0; i < 1 + n % 3 && access_log_has_room(&ours); i++, lines++)
            add(name + n * 37 % sizeof name, 0, UINT64_MAX / 2, UINT64_MAX);
        access_log_sent(&ours, UINT64_MAX);
        if (n % 5 == 0)
            access_log_end(&ours, UINT64_MAX);
        assert_true(access_log_hold(&ours, &held[n]));
    }
    expect(lines > 4 * LOG_RING_BLOCK / 1000, "%zu lines", lines);
    for (size_t i = 0; i < n; i++)
        access_log_end_held(&ours, &held[i], UINT64_MAX);
    access_log_tell(&ours);
    for (struct log_line line; log_ring_front(&ring, &line); seen++)
        log_ring_pop(&ring, &line);
    assert_int_equal(seen, lines);
    assert_int_equal(access_log_dropped(&ours), 0);
    assert_int_equal(ours.promised, 0);
    assert_true(access_log_has_room(&ours));
}

static void a_log_that_is_off_costs_nothing(void **state)
{
    struct access_log off;

    (void)state;
    assert_int_equal(access_log_init(&off, NULL, false), 0);
    assert_false(access_log_is_on(&off));
    assert_true(access_log_has_room(&off));
    access_log_sent(&off, 1);
    access_log_end(&off, 1);
    struct access_lines *held;
    assert_true(access_log_hold(&off, &held));
    assert_null(held);
    access_log_turn(&off, 1);
    access_log_tell(&off);
    assert_int_equal(access_log_dropped(&off), 0);
    assert_null(off.lines);
    access_log_fini(&off);
}

#define log_test(f) cmocka_unit_test_setup_teardown(f, open_log, close_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        log_test(lines_come_when_the_row_was_sent_and_in_order),
        log_test(of_a_row_that_broke_off_each_line_says_what_was_sent),
        log_test(a_row_that_waits_takes_its_lines_along),
        log_test(where_there_are_no_lines_none_are_held),
        log_test(lines_that_find_no_room_in_the_ring_are_counted),
        log_test(a_row_has_an_end_before_the_room_for_its_lines_has),
        log_test(the_time_is_that_of_the_request),
        log_test(who_waits_has_room_for_every_line_that_it_promised),
        cmocka_unit_test(a_log_that_is_off_costs_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
