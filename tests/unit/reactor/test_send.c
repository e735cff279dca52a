/* SPDX-License-Identifier: MIT */
/* Answers leave at once or as the socket has room, in turns that end; a file that shrank is never padded. Who takes too
 * little of them is in test_send_rate. */

#include "reactor/send.h"

#include <signal.h>

#include "full_socket.h"
#include "scratch.h"

enum { FILE_LEN = 300000, BUDGET = 10000 };

static void what_the_socket_takes_at_once_leaves_nothing_behind(void **state)
{
    (void)state;
    begin("limits.min_send_rate=0");
    assert_int_equal(stage_feed(&stage, conn, ASK("/5")).len, 0);
    assert_int_equal(send_all((struct sv){0}), GO);
    assert_null(conn->out);
    assert_int_equal(conn->waits_for, TIMEOUT_HEADER);
    struct sv heard = stage_hear(peer);
    assert_true(sv_ends(heard, SV("\r\n\r\nxxxxx")));
    end();
}

/* Wherever there is no room any more, also within a writev: what comes is the same. */
static void a_row_may_be_parted_at_every_byte(void **state)
{
    char whole[2000];
    size_t len = 1;

    (void)state;
    begin("limits.min_send_rate=0");
    for (size_t cut = 0; cut <= len; cut++) {
        take = cut == 0 ? -1 : (int)cut - 1; /* the first time all of it, to know it */
        (void)stage_feed(&stage, conn, ASK("/5") ASK("/none"));
        enum step step = send_all((struct sv){0});
        expect(step == (cut == 0 ? GO : WAIT), "%zu: step %d", cut, (int)step);
        if (step == WAIT) {
            assert_int_equal(conn->waits_for, TIMEOUT_SEND);
            assert_true(list_empty(&conn->ready)); /* epoll tells of room */
            assert_int_equal(stage.shard.out->n, 0);
            assert_int_equal(send_rest(), WAIT);
            take = -1;
            assert_int_equal(send_rest(), GO);
            assert_null(conn->out);
        }
        struct sv heard = stage_hear(peer);
        if (cut == 0)
            memcpy(whole, heard.p, len = heard.len);
        expect(sv_eq(heard, sv_of(whole, len)), "cut at %zu: %.*s", cut, SV_ARG(heard));
    }
    assert_in_range(len, 300, sizeof whole);
    end();
}

static void bytes_behind_an_answer_that_waits_are_kept(void **state)
{
    (void)state;
    begin("limits.min_send_rate=0");
    (void)stage_feed(&stage, conn, ASK("/5"));
    take = 10;
    assert_int_equal(send_all(SV("GET /later")), WAIT);
    assert_true(intake_is_kept(conn->intake));
    assert_true(sv_eq(intake_restore(&stage.shard, conn), SV("GET /later")));
    end();
    begin("limits.min_send_rate=0");
    take = -1;
    (void)stage_feed(&stage, conn, "GET /5 HTTP/1.0\r\n\r\n");
    take = 10;
    assert_true(conn->last);
    assert_int_equal(send_all(SV("GET /later")), WAIT);
    assert_null(conn->intake); /* nobody will read them */
    assert_true(conn->lingers);
    end();
}

static void a_peer_that_is_gone_ends_the_connection(void **state)
{
    (void)state;
    begin("limits.min_send_rate=0");
    (void)signal(SIGPIPE, SIG_IGN);
    (void)stage_feed(&stage, conn, ASK("/5"));
    assert_int_equal(shutdown(peer, SHUT_RD), 0);
    assert_int_equal(send_all((struct sv){0}), GONE);
    assert_int_equal(stage_ended(&stage, CLOSE_RESET), 1);
    assert_int_equal(stage.shard.out->n, 0);
    end();
}

/* A file that is sent as it is asked for, and not from memory. */
static void begin_with_file(void)
{
    static const char *const keys[] = {"server.cache_file_max=1k", "site.index=index.html"};
    const struct stage_options options = {.set = keys,
                                          .n_set = ROWS(keys),
                                          .root = "www",
                                          .cache = {.stock = {.memory = 1 << 20, .fds = 8}, .ttl_ms = 1000}};

    make_dir("www");
    free_pattern(make_pattern("www/file", FILE_LEN));
    assert_int_equal(stage_open(&stage, &options), 0);
    connect_peer();
}

/* The turn has sent its share: the connection has its next turn after all others, without news from epoll. */
static void a_turn_sends_its_share_and_no_more(void **state)
{
    struct turn turn = {0, BUDGET};
    size_t got = 0;
    int turns = 1;

    (void)state;
    begin_with_file();
    (void)stage_feed(&stage, conn, ASK("/file"));
    assert_int_equal(send_row(&stage.shard, conn, (struct sv){0}, &turn), WAIT);
    for (enum step step = WAIT; step == WAIT; turns++) {
        size_t some = stage_hear(peer).len;
        expect(turn.send > 0 || some <= BUDGET + 1000, "%zu bytes in a turn", some);
        got += some;
        expect(list_pop(&stage.shard.ready) == &conn->ready, "turn %d: it does not yield", turns);
        turn = (struct turn){0, BUDGET};
        step = send_kept(&stage.shard, conn, &turn);
    }
    got += stage_hear(peer).len;
    assert_true(list_empty(&stage.shard.ready));
    assert_in_range(got, FILE_LEN + 100, FILE_LEN + 1000);
    assert_in_range(turns, FILE_LEN / BUDGET, FILE_LEN / BUDGET + 2);
    end();
}

static void a_file_that_shrinks_ends_its_answer_and_is_not_padded(void **state)
{
    struct turn turn = {0, BUDGET};

    (void)state;
    begin_with_file();
    (void)stage_feed(&stage, conn, ASK("/file"));
    assert_int_equal(send_row(&stage.shard, conn, (struct sv){0}, &turn), WAIT);
    assert_int_equal(truncate("www/file", 2 * BUDGET), 0);
    assert_int_equal(send_rest(), GONE);
    assert_int_equal(stage_ended(&stage, CLOSE_SHRANK), 1);
    size_t heard = stage_hear(peer).len;
    assert_in_range(heard, 2 * BUDGET, 2 * BUDGET + 1000);
    assert_true(stage_is_over(peer));
    end();
}

static void why_a_file_cannot_be_sent(void **state)
{
    static const struct {
        int error;
        enum step step;
        enum close_reason reason;
    } rows[] = {
        {EIO, GONE, CLOSE_SHRANK}, {EPIPE, GONE, CLOSE_RESET}, {ECONNRESET, GONE, CLOSE_RESET}, {EAGAIN, WAIT, 0}};

    (void)state;
    begin_with_file();
    for (size_t i = 0; i < ROWS(rows); i++) {
        (void)stage_feed(&stage, conn, ASK("/file"));
        file_error = rows[i].error;
        enum step step = send_all((struct sv){0});
        expect(step == rows[i].step, "row %zu: step %d", i, (int)step);
        if (step == GONE) {
            expect(stage_ended(&stage, rows[i].reason) == (rows[i].error == ECONNRESET ? 2 : 1), "row %zu", i);
            assert_int_equal(close(peer), 0);
            connect_peer();
        }
        file_error = -1;
    }
    assert_int_equal(conn->waits_for, TIMEOUT_SEND);
    end();
}

static int enter(void **state)
{
    (void)kernel_as_it_is(state);
    return scratch_enter(state);
}

#define with_file(f) cmocka_unit_test_setup_teardown(f, enter, scratch_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        kernel(what_the_socket_takes_at_once_leaves_nothing_behind),
        kernel(a_row_may_be_parted_at_every_byte),
        kernel(bytes_behind_an_answer_that_waits_are_kept),
        kernel(a_peer_that_is_gone_ends_the_connection),
        with_file(a_turn_sends_its_share_and_no_more),
        with_file(a_file_that_shrinks_ends_its_answer_and_is_not_padded),
        with_file(why_a_file_cannot_be_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
