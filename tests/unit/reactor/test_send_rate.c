/* SPDX-License-Identifier: MIT */
/* How fast a peer takes what it is sent: whoever takes too little is reset, and nobody else. */

#include "reactor/send.h"

#include <arpa/inet.h>

#include "full_socket.h"

/* Without a rate each byte that goes gives the peer its whole time again; nothing that goes does not. */
static void whoever_takes_something_has_its_time_anew(void **state)
{
    (void)state;
    begin("limits.min_send_rate=0");
    (void)stage_feed(&stage, conn, ASK("/5"));
    take = 10;
    assert_int_equal(send_all((struct sv){0}), WAIT);
    uint64_t due = shard_now(&stage.shard) + TIMEOUT_MS;
    assert_int_equal(conn->timer.due_ms, due);
    stage_later(&stage, 100);
    assert_int_equal(send_rest(), WAIT);
    assert_int_equal(conn->timer.due_ms, due);
    take = 1;
    assert_int_equal(send_rest(), WAIT);
    assert_int_equal(conn->timer.due_ms, due + 100);
    end();
}

/* With one its time stands, so that a byte now and then does not help; but while it had nothing to take none runs. */
static void with_a_rate_the_time_stands(void **state)
{
    (void)state;
    begin("limits.min_send_rate=1000");
    (void)stage_feed(&stage, conn, ASK("/5"));
    take = 10;
    unsent = 500;
    assert_int_equal(send_all((struct sv){0}), WAIT);
    uint64_t due = conn->timer.due_ms;
    assert_int_equal(conn->given, 500);
    stage_later(&stage, 100);
    take = 3;
    assert_int_equal(send_rest(), WAIT);
    assert_int_equal(conn->timer.due_ms, due);
    assert_int_equal(conn->given, 503);
    unsent = 0;
    assert_int_equal(send_rest(), WAIT);
    due = conn->timer.due_ms;
    assert_int_equal(due, shard_now(&stage.shard) + TIMEOUT_MS);
    take = -1;
    assert_int_equal(send_rest(), GO);
    stage_later(&stage, 100);
    (void)stage_feed(&stage, conn, ASK("/5")); /* nor does the next answer */
    take = 10;
    assert_int_equal(send_all((struct sv){0}), WAIT);
    assert_int_equal(conn->timer.due_ms, due);
    end();
}

static void who_is_too_slow(void **state)
{
    static const struct {
        const char *rate;
        uint32_t given; /* when the timer was armed, and since */
        int left;       /* not confirmed, now that it ends */
        bool slow;
        uint64_t late_ms; /* so much later does it end */
    } rows[] = {
        {"limits.min_send_rate=0", 100, 100, true, 0},
        {"limits.min_send_rate=0", 100, 99, false, 0},
        {"limits.min_send_rate=0", 100, 0, false, 0},
        {"limits.min_send_rate=0", 0, 0, true, 0},
        {"limits.min_send_rate=1000", 9000, 7000, false, 0},
        {"limits.min_send_rate=1000", 9000, 7001, true, 0},
        {"limits.min_send_rate=1000", 9000, 9500, true, 0}, /* more than was given: the kernel counts its own too */
        {"limits.min_send_rate=1000", 1500, 0, false, 0},   /* it has all, and waits for us */
        {"limits.min_send_rate=1000", 0, 0, true, 0},
        {"limits.min_send_rate=1000", 9000, 7000, true, 1000},
        {"limits.min_send_rate=1g", 3000000000, 800000000, false, TIMEOUT_MS}, /* more than can be told apart */
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        begin(rows[i].rate);
        (void)stage_feed(&stage, conn, ASK("/5"));
        take = 10;
        assert_int_equal(send_all((struct sv){0}), WAIT);
        conn->given = rows[i].given;
        unsent = rows[i].left;
        stage_later(&stage, TIMEOUT_MS + rows[i].late_ms);
        send_expired(&stage.shard, conn);
        expect((stage_ended(&stage, CLOSE_STALLED) == 1) == rows[i].slow, "row %zu", i);
        if (!rows[i].slow)
            expect(conn->timer.due_ms == shard_now(&stage.shard) + TIMEOUT_MS && conn->given == (uint32_t)unsent,
                   "row %zu: its time does not begin anew", i);
        end();
        take = unsent = -1;
    }
}

static void connect_by_tcp(int pair[2])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(door, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(door, 1), 0);
    assert_int_equal(getsockname(door, (struct sockaddr *)&at, &len), 0);
    assert_int_equal(connect(pair[0], (struct sockaddr *)&at, len), 0);
    pair[1] = accept4(door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(pair[1] >= 0);
    assert_int_equal(close(door), 0);
}

/* Else the kernel would go on for us with what it has. */
static void a_slow_one_is_reset_and_not_closed(void **state)
{
    char byte;
    int pair[2];

    (void)state;
    stage_begin(&stage, NULL, 0);
    connect_by_tcp(pair);
    peer = pair[0];
    turn_adopt(&stage.shard, &(struct baton){.fd = pair[1]});
    conn = stage_conn(&stage);
    (void)stage_feed(&stage, conn, ASK("/5"));
    take = 10;
    assert_int_equal(send_all((struct sv){0}), WAIT);
    unsent = 10;
    conn->given = 10;
    errno = 0;
    send_expired(&stage.shard, conn);
    assert_int_equal(stage_ended(&stage, CLOSE_STALLED), 1);
    for (ssize_t n = 1; n > 0;)
        n = recv(peer, &byte, 1, 0);
    assert_int_equal(errno, ECONNRESET);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        kernel(whoever_takes_something_has_its_time_anew),
        kernel(with_a_rate_the_time_stands),
        kernel(who_is_too_slow),
        kernel(a_slow_one_is_reset_and_not_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
