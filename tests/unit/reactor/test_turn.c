/* SPDX-License-Identifier: MIT */
/* A connection and its timers, at a clock that the test sets: who is busy goes on, and who reads too slowly does not. */

#include "reactor/turn.h"

#include "stage_peer.h"

enum {
    TIMEOUT_MS = 10000, /* each */
    SECOND_MS = 1000,
    STEPS = 10, /* a second */
    MOST_STEPS = 2 * TIMEOUT_MS / SECOND_MS * STEPS + 1,
    REQUEST = 1024,   /* so that whole requests fill what is read at once */
    FLOOD = 9 * 16,   /* requests: more than a turn reads */
    RATE = 100 * 1000 /* the least, bytes a second */
};

static int peer;

static bool is_open(const struct stage *stage)
{
    return stage->shard.connections == 1;
}

static void write_request(char request[REQUEST], const char *bytes)
{
    int n = snprintf(request, REQUEST, "GET /%s HTTP/1.1\r\nHost: t\r\nA: ", bytes);

    memset(request + n, 'a', (size_t)(REQUEST - n));
    memcpy(request + REQUEST - 4, "\r\n\r\n", 4);
}

static void ask(const char *bytes, int times)
{
    char request[REQUEST];

    write_request(request, bytes);
    for (int i = 0; i < times; i++)
        assert_int_equal(send(peer, request, sizeof request, 0), sizeof request);
}

static size_t read_some(size_t most)
{
    static char bytes[64 * 1024];
    size_t done = 0;

    while (done < most) {
        size_t want = most - done < sizeof bytes ? most - done : sizeof bytes;
        ssize_t n = recv(peer, bytes, want, MSG_DONTWAIT);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return done;
}

/* One connection, in a shard that only it is in. */
static void open_stage(struct stage *stage, const char *bytes, int times)
{
    static const char *const set[] = {"limits.header_timeout=10s",    "limits.body_timeout=10s",
                                      "limits.keepalive_timeout=10s", "limits.send_timeout=10s",
                                      "limits.header_size=2k",        "limits.header_count=8",
                                      "limits.uri_size=1k",           "limits.min_send_rate=100000"};
    int size = 1 << 20;
    int pair[2];

    stage_begin(stage, set, ROWS(set));
    stage_pair(pair);
    peer = pair[0];
    (void)setsockopt(peer, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    ask(bytes, times);
    turn_adopt(&stage->shard, &(struct baton){.fd = pair[1]});
    assert_true(is_open(stage));
}

static void close_stage(struct stage *stage)
{
    stage_end(stage);
    (void)close(peer);
}

/* A turn of the loop, so much later; but who gives up its turn has no second one in it. */
static void turn(struct stage *stage, uint64_t later_ms)
{
    struct list *l;

    stage_later(stage, later_ms);
    if ((l = list_pop(&stage->shard.ready)) != NULL)
        turn_go_on(&stage->shard, list_of(l, struct conn, ready));
    (void)stage_events(stage);
    (void)stage_timers(stage);
}

static void whoever_is_always_busy_is_ended_by_no_timer(void **state)
{
    struct stage stage;

    (void)state;
    open_stage(&stage, "10", FLOOD);
    for (int i = 0; i < 20; i++) {
        expect(!list_empty(&stage.shard.ready), "turn %d: it rests", i);
        (void)read_some(SIZE_MAX);
        ask("10", FLOOD - 16);
        turn(&stage, TIMEOUT_MS / 2);
        expect(is_open(&stage), "turn %d", i);
    }
    close_stage(&stage);
}

/* It waited for room once, and never since. */
static void nor_by_that_of_an_answer_which_is_sent(void **state)
{
    struct stage stage;

    (void)state;
    open_stage(&stage, "1000000", 1);
    assert_int_equal(stage_conn(&stage)->waits_for, TIMEOUT_SEND);
    ask("10", FLOOD);
    for (int i = 0; i < 1000 && list_empty(&stage.shard.ready); i++) {
        (void)read_some(SIZE_MAX);
        turn(&stage, 0);
    }
    for (int i = 0; i < 20; i++) {
        expect(!list_empty(&stage.shard.ready), "turn %d: it rests", i);
        (void)read_some(SIZE_MAX);
        ask("10", FLOOD - 16);
        turn(&stage, TIMEOUT_MS);
        expect(is_open(&stage), "turn %d", i);
    }
    close_stage(&stage);
}

static void whose_answers_are_sent_is_as_one_who_was_just_answered(void **state)
{
    struct stage stage;

    (void)state;
    open_stage(&stage, "10", FLOOD);
    assert_int_equal(stage_conn(&stage)->waits_for, TIMEOUT_KEEPALIVE);
    uint64_t due = stage_conn(&stage)->timer.due_ms;
    (void)read_some(SIZE_MAX);
    ask("10", FLOOD - 16);
    turn(&stage, SECOND_MS);
    assert_false(list_empty(&stage.shard.ready));
    assert_int_equal(stage_conn(&stage)->timer.due_ms, due + SECOND_MS);
    close_stage(&stage);
}

/* A head, of which the rest never comes, behind an answer that had to wait for room. */
static void a_request_behind_an_answer_has_its_time_from_then_on(void **state)
{
    struct stage stage;
    char both[REQUEST + 3];

    (void)state;
    open_stage(&stage, "10", 1);
    assert_int_equal(setsockopt(stage_conn(&stage)->fd, SOL_SOCKET, SO_SNDBUF, &(int){REQUEST}, sizeof(int)), 0);
    write_request(both, "100000"); /* not so much that what is behind it must wait to be read */
    memcpy(both + REQUEST, "GET", 3);
    assert_int_equal(send(peer, both, sizeof both, 0), sizeof both);
    turn(&stage, 0);
    assert_int_equal(stage_conn(&stage)->waits_for, TIMEOUT_SEND);
    for (int i = 0; i < 1000 && stage_conn(&stage)->waits_for == TIMEOUT_SEND; i++) {
        (void)read_some(SIZE_MAX);
        turn(&stage, 0);
    }
    assert_int_equal(stage_conn(&stage)->waits_for, TIMEOUT_HEADER);
    turn(&stage, TIMEOUT_MS - 1);
    assert_int_equal(stage_conn(&stage)->waits_for, TIMEOUT_HEADER);
    (void)read_some(SIZE_MAX);
    turn(&stage, 1);
    assert_true(read_some(SIZE_MAX) > 0); /* 408 */
    close_stage(&stage);
}

static void who_reads_slower_than_min_send_rate_is_closed_and_nobody_else(void **state)
{
    static const struct {
        const char *bytes; /* of each answer */
        int times;
        size_t a_second;
        bool honest;
    } readers[] = {
        {"30000000", 1, 0, false},
        {"30000000", 1, RATE / 25, false}, /* a while before epoll tells of room */
        {"30000000", 1, RATE / 2, false},
        {"30000000", 1, RATE * 8 / 10, false},
        {"30000000", 1, RATE * 13 / 10, true},
        {"30000000", 1, RATE * 100, true},
        /* Of answers that are one row each it has to wait for every second one. */
        {"100000", 128, RATE / 25, false},
        {"100000", 128, RATE / 2, false},
        {"100000", 128, RATE * 13 / 10, true},
        {"100000", 128, RATE * 100, true},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(readers); i++) {
        struct stage stage;
        uint64_t whole = strtoul(readers[i].bytes, NULL, 10) * (uint64_t)readers[i].times;
        uint64_t got = 0;
        int steps = 0;
        open_stage(&stage, readers[i].bytes, readers[i].times);
        for (; is_open(&stage) && got < whole; steps++) {
            got += read_some(readers[i].a_second / STEPS);
            turn(&stage, SECOND_MS / STEPS);
        }
        expect(is_open(&stage) == readers[i].honest, "row %zu: after %d s", i, steps / STEPS);
        expect(readers[i].honest || steps <= MOST_STEPS, "row %zu: only after %d s", i, steps / STEPS);
        close_stage(&stage);
    }
}

/* A worker may be held up, by a disk for example. */
static void who_has_read_all_and_had_to_wait_for_us_is_not_slow(void **state)
{
    struct stage stage;

    (void)state;
    open_stage(&stage, "30000000", 1);
    for (int i = 0; i < 10; i++) {
        (void)read_some(SIZE_MAX);
        turn(&stage, TIMEOUT_MS * 10);
        expect(is_open(&stage), "turn %d", i);
    }
    close_stage(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_is_always_busy_is_ended_by_no_timer),
        cmocka_unit_test(nor_by_that_of_an_answer_which_is_sent),
        cmocka_unit_test(whose_answers_are_sent_is_as_one_who_was_just_answered),
        cmocka_unit_test(a_request_behind_an_answer_has_its_time_from_then_on),
        cmocka_unit_test(who_reads_slower_than_min_send_rate_is_closed_and_nobody_else),
        cmocka_unit_test(who_has_read_all_and_had_to_wait_for_us_is_not_slow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
