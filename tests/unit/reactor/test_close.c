/* SPDX-License-Identifier: MIT */
/* The end of a connection: its reason is counted once, and all that it had is given back. */

#include "reactor/close.h"

#include <inttypes.h>

#include "base/ip.h"
#include "io/ip_count.h"
#include "reactor/intake.h"

#include "scratch.h"
#include "stage_peer.h"

static struct ip_count ip_count;
static struct stage stage;

static int open_stage(void **state)
{
    static const char *const keys[] = {"limits.connections_per_ip=3"};
    const struct stage_options options = {
        .set = keys, .n_set = 1, .reporter = &stage_reporter, .ip_count = &ip_count, .logs = true};

    (void)state;
    return stage_open(&stage, &options);
}

static int close_stage(void **state)
{
    (void)state;
    stage_end(&stage);
    return 0;
}

static uint64_t all_ended(void)
{
    uint64_t n = 0;

    for (unsigned reason = 0; reason < CLOSE_REASONS; reason++)
        n += stage_ended(&stage, (enum close_reason)reason);
    return n;
}

static void each_reason_is_counted_once(void **state)
{
    (void)state;
    for (unsigned reason = 0; reason < CLOSE_REASONS; reason++) {
        int peer = stage_connect(&stage, "");
        expect(stage.shard.connections == 1, "%u: %" PRIu64 " connections", reason, stage.shard.connections);
        conn_close(&stage.shard, stage_conn(&stage), (enum close_reason)reason);
        expect(stage_ended(&stage, (enum close_reason)reason) == 1, "%u: not counted once", reason);
        expect(all_ended() == reason + 1 && stage.shard.ended == reason + 1, "%u: another is counted", reason);
        expect(stage.shard.connections == 0, "%u: it is still there", reason);
        expect(stage_is_over(peer), "%u: the socket is open", reason);
        assert_int_equal(close(peer), 0);
    }
}

/* What it waited for is no longer counted, and no timer comes. */
static void nobody_waits_any_more(void **state)
{
    int peer = stage_connect(&stage, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");

    (void)state;
    assert_int_equal(stage_counted(&stage, COUNTER_STATE + TIMEOUT_KEEPALIVE), 1);
    conn_close(&stage.shard, stage_conn(&stage), CLOSE_DRAIN);
    assert_int_equal(stage_counted(&stage, COUNTER_STATE + TIMEOUT_KEEPALIVE), 0);
    assert_int_equal(timeouts_next(&stage.shard.timeouts, shard_now(&stage.shard)), -1);
    assert_null(stage_conn(&stage));
    assert_int_equal(close(peer), 0);
}

/* One in the middle of a head, and one with an answer that could not be sent and is to have its turn: with leaks, ASan tells. */
static void buffers_and_descriptors_are_given_back(void **state)
{
    size_t before = count_fds();
    int midway = stage_connect(&stage, "GET /1 HTTP/1.1\r\nHo");
    struct conn *c = stage_conn(&stage);

    (void)state;
    assert_non_null(c->intake);
    conn_close(&stage.shard, c, CLOSE_STOP);
    int slow = stage_connect(&stage, "GET /900000 HTTP/1.1\r\nHost: a\r\n\r\nGET /1 HTTP/1.1\r\n");
    c = stage_conn(&stage);
    assert_non_null(c->out);
    assert_non_null(c->intake);
    list_append(&stage.shard.ready, &c->ready);
    conn_close(&stage.shard, c, CLOSE_STOP);
    assert_true(list_empty(&stage.shard.ready));
    assert_int_equal(close(midway), 0);
    assert_int_equal(close(slow), 0);
    assert_int_equal(count_fds(), before);
}

/* The slot in io/ip_count, and that among those who wait for a sum. */
static void seats_are_given_back(void **state)
{
    struct in6_addr address;
    uint32_t seat = 0;

    (void)state;
    assert_true(ip_parse(SV("192.0.2.1"), &address));
    struct baton baton = {.peer = peer_of(&address)};
    for (int i = 0; i < 10; i++) {
        int pair[2];
        stage_pair(pair);
        baton.fd = pair[1];
        turn_adopt(&stage.shard, &baton);
        struct conn *c = stage_conn(&stage);
        expect(c != NULL && c->ip_slot != 0, "%d: no seat", i);
        c->sum_waits = 1;
        stage.shard.summing++;
        conn_close(&stage.shard, c, CLOSE_STOP);
        assert_int_equal(close(pair[0]), 0);
    }
    assert_int_equal(stage.shard.summing, 0);
    assert_true(ip_count_enter(&ip_count, &baton.peer, 1, &seat));
    ip_count_leave(&ip_count, &seat);
}

/* An answer that is not sent has its line all the same, which says how much of it went. */
static void its_lines_go_to_the_log(void **state)
{
    char room[ACCESS_LINE_MAX];
    struct log_line line;
    int peer = stage_connect(&stage, "GET /900000 HTTP/1.1\r\nHost: a\r\n\r\n");

    (void)state;
    log_ring_tell(&stage.ring);
    assert_false(log_ring_front(&stage.ring, &line));
    conn_close(&stage.shard, stage_conn(&stage), CLOSE_RESET);
    log_ring_tell(&stage.ring);
    assert_true(log_ring_front(&stage.ring, &line));
    struct sv text = stage_line(&line, room);
    assert_non_null(memmem(text.p, text.len, "GET /900000 HTTP/1.1\" 200 ", 26));
    assert_null(memmem(text.p, text.len, " 900000 ", 8));
    log_ring_pop(&stage.ring, &line);
    assert_false(log_ring_front(&stage.ring, &line));
    assert_int_equal(close(peer), 0);
}

/* It was passed on: the descriptor is another's. */
static void one_without_its_descriptor_leaves_it_open(void **state)
{
    int peer = stage_connect(&stage, "");
    struct conn *c = stage_conn(&stage);
    int fd = c->fd;

    (void)state;
    c->fd = -1;
    conn_close(&stage.shard, c, CLOSE_PASSED);
    assert_false(stage_is_over(peer));
    assert_int_equal(close(fd), 0);
    assert_int_equal(close(peer), 0);
}

#define staged(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        staged(each_reason_is_counted_once),
        staged(nobody_waits_any_more),
        staged(buffers_and_descriptors_are_given_back),
        staged(seats_are_given_back),
        staged(its_lines_go_to_the_log),
        staged(one_without_its_descriptor_leaves_it_open),
    };

    hash_key_random(&ip_count.key);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
