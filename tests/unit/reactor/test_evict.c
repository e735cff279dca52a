/* SPDX-License-Identifier: MIT */
/* Who goes where there is no place: the one who does least, and nobody of whom part of a request has come. */

#include "reactor/evict.h"

#include "reactor/conn.h"

#include "stage_peer.h"

enum { MOST = 8 };

#define ASK "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
#define END "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

static const char *const keys[] = {"limits.header_timeout=1h", "limits.body_timeout=1h", "limits.keepalive_timeout=1h"};

static struct stage stage;
static int peers[MOST];
static int n_peers;

static int open_stage(void **state)
{
    (void)state;
    stage_begin(&stage, keys, ROWS(keys));
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_end(&stage);
    while (n_peers > 0)
        if (close(peers[--n_peers]) < 0)
            return -1;
    return 0;
}

/* A peer that has said this, and heard the answers; which of them it is. */
static int come(const char *text)
{
    peers[n_peers] = stage_connect(&stage, text);
    (void)stage_hear(peers[n_peers]);
    return n_peers++;
}

/* One goes: that one, and for that reason. */
static void expect_goes(int who, enum close_reason reason)
{
    uint64_t before = stage_ended(&stage, reason);

    assert_true(evict_one(&stage.shard));
    (void)stage_hear(peers[who]);
    expect(stage_is_over(peers[who]), "%d stays", who);
    assert_int_equal(stage_ended(&stage, reason), before + 1);
}

static void expect_nobody_goes(void)
{
    uint64_t before = stage.shard.ended;

    assert_false(evict_one(&stage.shard));
    assert_int_equal(stage.shard.ended, before);
}

static void the_longest_idle_goes_first(void **state)
{
    (void)state;
    int first = come(ASK);
    stage_later(&stage, 10);
    int second = come(ASK);
    stage_later(&stage, 10);
    stage_say(peers[first], ASK);
    (void)stage_turn(&stage);
    stage_later(&stage, 1000);
    expect_goes(second, CLOSE_EVICTED);
    expect_goes(first, CLOSE_EVICTED);
    expect_nobody_goes();
}

/* In this order, however long each of them has been so: idle, silent, heard out. */
static void who_waits_for_a_request_goes_before_those_who_never_sent_one(void **state)
{
    (void)state;
    int heard_out = come(END "G");
    int silent = come("");
    stage_later(&stage, 1000);
    int idle = come(ASK);
    stage_later(&stage, 1000);
    expect_goes(idle, CLOSE_EVICTED);
    expect_goes(silent, CLOSE_EVICTED);
    assert_int_equal(stage_conn(&stage)->waits_for, TIMEOUT_LINGER);
    assert_true(evict_one(&stage.shard));
    assert_int_equal(stage_ended(&stage, CLOSE_LINGERED), 1);
    (void)heard_out;
    expect_nobody_goes();
}

static void nobody_goes_who_has_been_so_for_a_moment_only(void **state)
{
    static const struct {
        const char *says;
        uint64_t after_ms;
    } rows[] = {{ASK, 100}, {"", 1000}, {END "G", 1000}};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        (void)come(rows[i].says);
        stage_later(&stage, rows[i].after_ms - 1);
        expect_nobody_goes();
        stage_later(&stage, 1);
        expect(evict_one(&stage.shard), "row %zu", i);
    }
}

/* Half a head, half a body, an answer that is not sent; but empty lines before a request are nothing yet. */
static void a_request_that_has_come_keeps_its_connection(void **state)
{
    static const char *const busy[] = {"GET / HT", ASK "G",
                                       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1234",
                                       "GET /900000 HTTP/1.1\r\nHost: a\r\n\r\n", ASK "\r\n\r"};

    (void)state;
    for (size_t i = 0; i < ROWS(busy); i++) {
        int pair[2];
        stage_pair(pair);
        stage_say(pair[0], busy[i]);
        turn_adopt(&stage.shard, &(struct baton){.fd = pair[1]});
        peers[n_peers++] = pair[0];
    }
    stage_later(&stage, 100000);
    expect_nobody_goes();
    assert_int_equal(evict_first(&stage.shard), EVICT_NONE);
    int blank = come(ASK "\r\n\r\n");
    stage_later(&stage, 1000);
    expect_goes(blank, CLOSE_EVICTED);
}

/* Its request is in the socket, and no event has told of it: it is answered, and the next one goes. */
static void who_has_asked_unseen_stays(void **state)
{
    (void)state;
    int asks = come(ASK);
    int idle = come(ASK);
    stage_later(&stage, 1000);
    stage_say(peers[asks], ASK);
    expect_goes(idle, CLOSE_EVICTED);
    expect_status(stage_hear(peers[asks]), "200");
    assert_false(stage_is_over(peers[asks]));
    assert_false(stage.shard.evicting);
}

/* It gave up its turn: there is more to be read. */
static void who_waits_for_a_turn_stays(void **state)
{
    (void)state;
    (void)come(ASK);
    struct conn *c = stage_conn(&stage);
    list_append(&stage.shard.ready, &c->ready);
    stage_later(&stage, 1000);
    expect_nobody_goes();
    assert_int_equal(evict_first(&stage.shard), EVICT_NONE);
}

static void workers_compare_whose_turn_it_would_be(void **state)
{
    uint64_t now = shard_now(&stage.shard);

    (void)state;
    assert_int_equal(evict_first(&stage.shard), EVICT_NONE);
    assert_false(evict_is_due(EVICT_NONE, now));
    (void)come("");
    uint64_t silent = evict_first(&stage.shard);
    assert_false(evict_is_due(silent, now + 999));
    assert_true(evict_is_due(silent, now + 1000));
    stage_later(&stage, 2000);
    assert_int_equal(evict_first(&stage.shard), silent);
    (void)come(ASK);
    assert_int_equal(evict_first(&stage.shard), silent); /* is due, and the other is not yet */
    stage_later(&stage, 100);
    uint64_t idle = evict_first(&stage.shard);
    assert_true(idle < silent);
    assert_true(idle != EVICT_ASKED);
    assert_int_equal(idle, now + 2000); /* since when it is: the least goes first */
    assert_true(evict_is_due(idle, now + 2100));
}

#define staged(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        staged(the_longest_idle_goes_first),
        staged(who_waits_for_a_request_goes_before_those_who_never_sent_one),
        staged(nobody_goes_who_has_been_so_for_a_moment_only),
        staged(a_request_that_has_come_keeps_its_connection),
        staged(who_has_asked_unseen_stays),
        staged(who_waits_for_a_turn_stays),
        staged(workers_compare_whose_turn_it_would_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
