/* SPDX-License-Identifier: MIT */
/* From bytes to requests: the same answers in whatever pieces they come, a request that is too large or too late refused, and
 * bodies read past; what must wait waits in the connection, and nothing else does. */

#include "reactor/intake.h"

#include "stage_peer.h"

#define HOST      "Host: a\r\n"
#define ASK       "GET /5 HTTP/1.1\r\n" HOST "\r\n"
#define HEADER_MS 1000
#define BODY_MS   2000

static const char *const keys[] = {"limits.header_size=1k",    "limits.uri_size=200",    "limits.header_count=8",
                                   "limits.header_timeout=1s", "limits.body_timeout=2s", "limits.body_size=20"};

static struct stage stage;
static struct conn *conn;
static int peer;

static void reconnect(void)
{
    if (conn != NULL) {
        conn_close(&stage.shard, conn, CLOSE_STOP);
        assert_int_equal(close(peer), 0);
    }
    peer = stage_connect(&stage, "");
    conn = stage_conn(&stage);
}

static int open_stage(void **state)
{
    (void)state;
    conn = NULL;
    stage_begin(&stage, keys, ROWS(keys));
    reconnect();
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_end(&stage);
    return close(peer);
}

static struct sv feed(struct sv bytes)
{
    return intake_read(&stage.shard, conn, stage_put(&stage, bytes));
}

/* Until all was read or no more will be, `step` bytes at a time; the first piece has `first`. */
static void feed_in_pieces(struct sv bytes, size_t first, size_t step)
{
    size_t n = first;

    for (; bytes.len > 0 && !conn->last; n = step) {
        n = n < bytes.len ? n : bytes.len;
        struct sv left = feed(sv_of(bytes.p, n));
        expect(left.len == 0 || conn->last, "%zu of %zu bytes are left", left.len, n);
        bytes = sv_skip(bytes, n);
    }
}

static const struct {
    const char *bytes;
    const char *status; /* of the last answer; "" = none */
    bool last;
} requests[] = {
    {ASK, "200", false},
    {ASK ASK, "200", false},
    {"\r\n\r\n" ASK, "200", false},
    {"GET /none HTTP/1.1\r\n" HOST "\r\n", "404", false},
    {"GET /5 HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", "200", true},
    {"GET /5 HTTP/1.0\r\n\r\n", "200", true},
    {"GET /5 HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello" ASK, "200", false},
    {"GET /5 HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: r\r\n\r\n" ASK, "200",
     false},
    {"POST /5 HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc", "405", false},
    {"GET /5 HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nx\r\n", "400", true},
    {"GET /5 HTTP/1.1\r\n" HOST "Content-Length: 21\r\n\r\n", "413", true},
    {"GET /5 HTTP/1.1\r\n\r\n", "400", true},
    {"GET /5 HTTP/1.1 \r\n" HOST "\r\n", "400", true},
    {"GET /5 HTTP/2.1\r\n" HOST "\r\n", "505", true},
    {"GET /5 HTTP/1.1\r\n" HOST "Expect: more\r\n\r\n", "417", true},
    {"GET /5 HTTP/1.1\r\n" HOST "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\nG: 7\r\nH: 8\r\n\r\n", "431", true},
    {"\rGET /5 HTTP/1.1\r\n" HOST "\r\n", "400", true},
};

static void expect_last_answer(struct sv row, const char *status, size_t i)
{
    const char *at = NULL;

    for (const char *next = row.p; (next = strstr(next, "HTTP/1.1 ")) != NULL; next += 9)
        at = next[9] >= '0' && next[9] <= '9' ? next : at; /* a page may speak of it too */
    expect(at != NULL && strncmp(at + 9, status, 3) == 0, "row %zu is not answered %s: %s", i, status, row.p);
}

static void requests_are_answered_as_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(requests); i++) {
        (void)stage_feed(&stage, conn, requests[i].bytes);
        expect_last_answer(stage_take_row(&stage), requests[i].status, i);
        expect(conn->last == requests[i].last, "row %zu: last", i);
        expect(conn->intake == NULL, "row %zu leaves something behind", i);
        reconnect();
    }
}

/* Cut at each byte, and in pieces of one to three bytes. */
static void in_whatever_pieces_they_come(void **state)
{
    static char whole[8192];

    (void)state;
    for (size_t i = 0; i < ROWS(requests); i++) {
        struct sv bytes = sv_cstr(requests[i].bytes);
        (void)feed(bytes);
        struct sv row = stage_take_row(&stage);
        memcpy(whole, row.p, row.len + 1);
        for (size_t cut = 1; cut < bytes.len + 4; cut++) {
            bool steps = cut > bytes.len;
            reconnect();
            feed_in_pieces(bytes, steps ? 1 : cut, steps ? cut - bytes.len : bytes.len);
            row = stage_take_row(&stage);
            expect(strcmp(row.p, whole) == 0, "row %zu, cut at %zu: %s, was %s", i, cut, row.p, whole);
            expect(conn->last == requests[i].last && (conn->last || conn->intake == NULL), "row %zu, cut at %zu", i,
                   cut);
        }
        reconnect();
    }
}

/* A head, a target and fields, of the most that there may be and of one more. */
static void what_is_too_large_is_refused(void **state)
{
    static const struct {
        const char *before;
        size_t fill;
        const char *behind;
        const char *status;
    } rows[] = {
        {"GET /5 HTTP/1.1\r\n" HOST "A: ", 1024 - 33, "\r\n\r\n", "200"},
        {"GET /5 HTTP/1.1\r\n" HOST "A: ", 1024 - 32, "\r\n\r\n", "431"},
        {"GET /5?", 200 - 3, " HTTP/1.1\r\n" HOST "\r\n", "200"},
        {"GET /5?", 200 - 2, " HTTP/1.1\r\n" HOST "\r\n", "414"},
    };
    char head[2000];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        for (size_t step = 1; step <= sizeof head; step += sizeof head - 1) {
            size_t at = strlen(rows[i].before);
            memcpy(head, rows[i].before, at);
            memset(head + at, 'a', rows[i].fill);
            (void)snprintf(head + at + rows[i].fill, sizeof head - at - rows[i].fill, "%s", rows[i].behind);
            feed_in_pieces(sv_cstr(head), step, step);
            expect_last_answer(stage_take_row(&stage), rows[i].status, i);
            expect(conn->last == conn->lingers, "row %zu: what the peer still sends is not heard", i);
            reconnect();
        }
}

static void a_head_request_is_refused_without_a_body(void **state)
{
    (void)state;
    (void)stage_feed(&stage, conn, "HEAD /5 HTTP/1.1\r\nHo st: a\r\n\r\n");
    struct sv row = stage_take_row(&stage);
    expect_status(row, "400");
    assert_true(sv_ends(row, SV("\r\n\r\n")));
    reconnect();
    (void)stage_feed(&stage, conn, "HEAD /5 HTTP/1.1\r\nHo");
    intake_refuse_late(&stage.shard, conn);
    row = stage_take_row(&stage);
    expect_status(row, "408");
    assert_true(sv_ends(row, SV("\r\n\r\n")));
}

static void a_part_of_a_request_waits_in_the_connection(void **state)
{
    (void)state;
    assert_int_equal(stage_feed(&stage, conn, "GET /5 HT").len, 0);
    assert_non_null(conn->intake);
    assert_false(intake_is_blank(conn->intake));
    assert_false(intake_is_kept(conn->intake));
    assert_int_equal(intake_timeout(conn->intake), TIMEOUT_HEADER);
    assert_int_equal(stage_take_row(&stage).len, 0);
    assert_int_equal(conn->requests, 0);
    assert_int_equal(stage_feed(&stage, conn,
                                "TP/1.1\r\n" HOST "\r\n"
                                "GET /6 HTTP/1.1\r\n")
                         .len,
                     0);
    assert_int_equal(conn->requests, 1);
    assert_non_null(conn->intake);
    expect_status(stage_take_row(&stage), "200");
    assert_int_equal(stage_feed(&stage, conn, HOST "\r\n").len, 0);
    assert_int_equal(conn->requests, 2);
    assert_null(conn->intake);
}

/* The head has its time from its first byte on, and the body from the end of the head. */
static void the_rest_of_a_request_has_a_time_to_come_in(void **state)
{
    uint64_t began = shard_now(&stage.shard);

    (void)state;
    (void)stage_feed(&stage, conn, "GET /5 HTTP/1.1\r\n");
    assert_int_equal(conn->timer.due_ms, began + HEADER_MS);
    stage_later(&stage, 600);
    (void)stage_feed(&stage, conn, HOST);
    assert_int_equal(conn->timer.due_ms, began + HEADER_MS);
    (void)stage_feed(&stage, conn, "Content-Length: 9\r\n\r\n12");
    assert_int_equal(conn->waits_for, TIMEOUT_BODY);
    assert_int_equal(intake_timeout(conn->intake), TIMEOUT_BODY);
    assert_int_equal(conn->timer.due_ms, began + 600 + BODY_MS);
    stage_later(&stage, 1000);
    (void)stage_feed(&stage, conn, "34");
    assert_int_equal(conn->timer.due_ms, began + 600 + BODY_MS);
}

/* On real connections, at the end of that time and not before. */
static void who_is_late_gets_408(void **state)
{
    static const struct {
        const char *says;
        uint64_t after_ms;
        const char *status; /* "" = it is closed without a word */
        enum close_reason reason;
    } rows[] = {
        {"GET /5 HTTP/1.1\r\nHo", HEADER_MS, "408", CLOSE_LINGERED},
        {"G", HEADER_MS, "408", CLOSE_LINGERED},
        {"GET /5 HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\n12", BODY_MS, "408", CLOSE_LINGERED},
        {"\r\n\r\n", HEADER_MS, "", CLOSE_SILENT},
        {"\r\n\r", HEADER_MS, "", CLOSE_DONE},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint64_t before = stage_ended(&stage, rows[i].reason);
        stage_say(peer, rows[i].says);
        (void)stage_turn(&stage);
        stage_later(&stage, rows[i].after_ms - 1);
        assert_false(stage_timers(&stage));
        stage_later(&stage, 1);
        assert_true(stage_timers(&stage));
        struct sv heard = stage_hear(peer);
        expect((heard.len > 0) == (rows[i].status[0] != '\0'), "row %zu: %s", i, heard.p);
        if (heard.len > 0)
            expect_last_answer(heard, rows[i].status, i);
        stage_later(&stage, 5000);
        (void)stage_timers(&stage);
        expect(stage_ended(&stage, rows[i].reason) == before + 1, "row %zu: for another reason", i);
        assert_null(stage_conn(&stage));
        conn = NULL;
        assert_int_equal(close(peer), 0);
        reconnect();
    }
}

/* It is sent to who waits for it, and nobody else; never where the request will be refused. */
static void a_body_is_asked_for_where_it_is_waited_for(void **state)
{
    static const struct {
        const char *head;
        const char *status;
    } rows[] = {
        {"GET /5 HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", "100"},
        {"GET /5 HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\na", ""},
        {"GET /5 HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n", ""},
        {"GET /5 HTTP/1.0\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", ""},
        {"GET /5 HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 21\r\n\r\n", "413"},
        {"POST /5 HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", "405"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        (void)stage_feed(&stage, conn, rows[i].head);
        struct sv row = stage_take_row(&stage);
        if (rows[i].status[0] == '\0')
            expect(row.len == 0, "row %zu: %s", i, row.p);
        else
            expect_last_answer(row, rows[i].status, i);
        expect(stage_count(row, "HTTP/1.1 ") <= 1, "row %zu: %s", i, row.p);
        expect(conn->last == (rows[i].status[0] == '4'), "row %zu: last", i);
        reconnect();
    }
}

/* Of a crowd of requests as many as the row has room for are answered, and the others wait where they are. */
static void no_more_is_answered_than_the_row_has_room_for(void **state)
{
    static char many[SHARD_BYTES];
    size_t n = 0;

    (void)state;
    for (; (n + 1) * strlen(ASK) < sizeof many; n++)
        memcpy(many + n * strlen(ASK), ASK, strlen(ASK));
    struct sv left = feed(sv_of(many, n * strlen(ASK)));
    size_t answered = stage_count(stage_take_row(&stage), "HTTP/1.1 200");
    assert_in_range(answered, 10, n - 1);
    assert_int_equal(left.len, (n - answered) * strlen(ASK));
    for (size_t now; left.len > 0; answered += now) {
        left = intake_read(&stage.shard, conn, left);
        now = stage_count(stage_take_row(&stage), "HTTP/1.1 200");
        assert_true(now > 0);
    }
    assert_int_equal(answered, n);
    assert_int_equal(conn->requests, n);
    (void)stage_feed(&stage, conn, "GET /200000 HTTP/1.1\r\n" HOST "\r\n" ASK);
    assert_int_equal(stage_count(stage_take_row(&stage), "HTTP/1.1 200"), 1); /* it is large enough */
}

static void behind_the_last_answer_nothing_is_read(void **state)
{
    (void)state;
    struct sv left = stage_feed(&stage, conn, "GET /5 HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n" ASK);
    assert_int_equal(left.len, strlen(ASK));
    assert_int_equal(stage_count(stage_take_row(&stage), "HTTP/1.1 200"), 1);
    assert_false(conn->lingers); /* the peer knew */
    reconnect();
    stage.shard.ending = true;
    left = stage_feed(&stage, conn, ASK ASK);
    stage.shard.ending = false;
    assert_int_equal(left.len, strlen(ASK));
    assert_int_equal(stage_count(stage_take_row(&stage), "Connection: close"), 1);
    assert_true(conn->last && conn->lingers);
    reconnect();
    stage.config.limits.keepalive_requests = 2;
    left = stage_feed(&stage, conn, ASK ASK ASK);
    assert_int_equal(left.len, strlen(ASK));
    assert_int_equal(stage_count(stage_take_row(&stage), "Connection: close"), 1);
    assert_true(conn->last && conn->lingers);
}

/* They are counted and not kept; half of one may be the beginning of a mistake. */
static void empty_lines_before_a_request_are_nothing_yet(void **state)
{
    (void)state;
    assert_int_equal(stage_feed(&stage, conn, "\r\n\r\n").len, 0);
    assert_true(intake_is_blank(conn->intake));
    (void)stage_feed(&stage, conn, "\r");
    assert_false(intake_is_blank(conn->intake));
    (void)stage_feed(&stage, conn, "\n" ASK);
    assert_null(conn->intake);
    expect_status(stage_take_row(&stage), "200");
    for (int i = 0; i < 512; i++) /* of 1 KiB */
        (void)stage_feed(&stage, conn, "\r\n");
    assert_false(conn->last);
    (void)stage_feed(&stage, conn, "\r\n");
    assert_true(conn->last && conn->lingers);
    assert_int_equal(stage_take_row(&stage).len, 0);
}

static void what_is_kept_comes_back_as_it_was(void **state)
{
    (void)state;
    assert_true(intake_keep(&stage.shard, conn, (struct sv){0}));
    assert_null(conn->intake);
    assert_int_equal(intake_restore(&stage.shard, conn).len, 0);
    uint64_t came = stage.shard.clock.turn_us;
    assert_true(intake_keep(&stage.shard, conn, stage_put(&stage, SV("GET /5"))));
    assert_true(intake_is_kept(conn->intake));
    assert_false(intake_is_blank(conn->intake));
    stage_later(&stage, 10);
    (void)stage_put(&stage, SV("other bytes meanwhile"));
    assert_true(sv_eq(intake_restore(&stage.shard, conn), SV("GET /5")));
    assert_int_equal(stage.shard.came_us, came); /* its time runs from when it came */
    assert_null(conn->intake);
    assert_true(intake_keep(&stage.shard, conn, SV("GET /5")));
    intake_refuse_late(&stage.shard, conn);
    expect_status(stage_take_row(&stage), "408");
}

#define one(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        one(requests_are_answered_as_they_are),
        one(in_whatever_pieces_they_come),
        one(what_is_too_large_is_refused),
        one(a_head_request_is_refused_without_a_body),
        one(a_part_of_a_request_waits_in_the_connection),
        one(the_rest_of_a_request_has_a_time_to_come_in),
        one(who_is_late_gets_408),
        one(a_body_is_asked_for_where_it_is_waited_for),
        one(no_more_is_answered_than_the_row_has_room_for),
        one(behind_the_last_answer_nothing_is_read),
        one(empty_lines_before_a_request_are_nothing_yet),
        one(what_is_kept_comes_back_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
