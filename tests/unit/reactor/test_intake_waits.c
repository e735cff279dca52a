/* SPDX-License-Identifier: MIT */
/* What a request may have to wait for: the PROXY header before it, the sum of the file that it asks for, and room in the log. */

#include "reactor/intake.h"

#include "files/sums.h"

#include "scratch.h"
#include "stage_peer.h"

#define ASK "GET /file HTTP/1.1\r\nHost: a\r\n\r\n"
#define SUM "GET /file HTTP/1.1\r\nHost: a\r\nWant-Repr-Digest: sha-256=1\r\n\r\n"

enum { FILE_LEN = 5000, MOST_WAITERS = 64, MOST_WAITS = 500 };

static struct stage stage;
static struct conn *conn;
static int peer;
static bool summed;   /* is the file? */
static uint32_t news; /* of the sums */

/* In place of the thread that sums. */
enum sum_state sums_get(struct sums *s, int fd, const struct stamp *stamp, uint8_t sum[SHA256_LEN])
{
    (void)s;
    (void)fd;
    (void)stamp;
    memset(sum, 0, SHA256_LEN);
    return summed ? SUM_READY : SUM_LATER;
}

uint32_t sums_news(struct sums *s)
{
    (void)s;
    return news;
}

static int open_stage(void **state)
{
    static const char *const keys[] = {"server.cache_file_max=1k", "log.full=wait"};
    const struct stage_options options = {.set = keys,
                                          .n_set = ROWS(keys),
                                          .root = "www",
                                          .cache = {.stock = {.memory = 1 << 20, .fds = 8}, .ttl_ms = 1000},
                                          .logs = true};

    if (scratch_enter(state) < 0)
        return -1;
    make_dir("www");
    free_pattern(make_pattern("www/file", FILE_LEN));
    summed = false;
    news = 1;
    assert_int_equal(stage_open(&stage, &options), 0);
    peer = stage_connect(&stage, "");
    conn = stage_conn(&stage);
    return 0;
}

static int close_stage(void **state)
{
    stage_end(&stage);
    assert_int_equal(close(peer), 0);
    return scratch_leave(state);
}

/* The whole of a header, or its next piece. */
static enum proxy_result read_proxy(struct sv bytes, struct sv *left)
{
    *left = stage_put(&stage, bytes);
    return intake_read_proxy(&stage.shard, conn, left);
}

static struct sv proxy_2(char room[32])
{
    static const char header[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"
                                 "\xcb\0\x71\7"
                                 "\xc6\x33\x64\1"
                                 "\x10\x92"
                                 "\0\x50";

    memcpy(room, header, sizeof header - 1);
    return sv_of(room, sizeof header - 1);
}

static void expect_told(const char *address)
{
    char room[PEER_TEXT_MAX];
    struct sv text = peer_text(&conn->peer, room);

    expect(sv_eq(text, sv_cstr(address)), "%.*s, not %s", SV_ARG(text), address);
}

/* What is behind the header is left, and is the request's. */
static void a_proxy_header_may_come_in_pieces(void **state)
{
    char room[64];
    struct sv left;
    const struct sv headers[] = {SV("PROXY TCP4 203.0.113.7 198.51.100.1 4242 80\r\n"), proxy_2(room)};

    (void)state;
    for (size_t i = 0; i < ROWS(headers); i++) {
        for (size_t cut = 1; cut <= headers[i].len; cut++) {
            char rest[256];
            conn->peer = (struct peer){.family = AF_UNSPEC};
            if (cut < headers[i].len) {
                expect(read_proxy(sv_of(headers[i].p, cut), &left) == PROXY_MORE, "%zu: cut at %zu", i, cut);
                expect(left.len == 0 && conn->intake != NULL, "%zu: cut at %zu", i, cut);
                assert_int_equal(conn->peer.family, AF_UNSPEC);
            }
            size_t had = cut < headers[i].len ? cut : 0;
            memcpy(rest, headers[i].p + had, headers[i].len - had);
            memcpy(rest + headers[i].len - had, ASK, strlen(ASK));
            expect(read_proxy(sv_of(rest, headers[i].len - had + strlen(ASK)), &left) == PROXY_DONE, "%zu: cut at %zu",
                   i, cut);
            expect(sv_eq(left, SV(ASK)), "%zu, cut at %zu: %zu bytes are left", i, cut, left.len);
            assert_null(conn->intake);
            expect_told("203.0.113.7");
        }
    }
}

static void what_is_no_proxy_header_is_bad(void **state)
{
    static const char *const bad[] = {"GET / HTTP/1.1\r\n", "PROXY TCP5 a b 1 2\r\n",
                                      "PROXY TCP4 203.0.113.300 198.51.100.1 1 2\r\n", "\r\n\r\nG"};
    static char large[2 * PROXY_MAX] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\x1f\xf0";
    struct sv left;

    (void)state;
    for (size_t i = 0; i < ROWS(bad); i++) {
        enum proxy_result result = PROXY_MORE;
        for (size_t n = 0; result == PROXY_MORE && n < strlen(bad[i]); n++)
            result = read_proxy(sv_of(bad[i] + n, 1), &left);
        expect(result == PROXY_BAD, "row %zu", i);
        assert_null(conn->intake);
    }
    assert_int_equal(read_proxy(sv_of(large, 16), &left), PROXY_BAD); /* it says that it is longer than any may be */
}

/* Its digest is wanted, and not known: it is read again once there is something new, and answered then. */
static void a_request_is_put_off_until_its_file_is_summed(void **state)
{
    (void)state;
    struct sv left = stage_feed(&stage, conn, SUM ASK);
    assert_true(conn->put_off);
    assert_int_equal(left.len, strlen(SUM ASK)); /* all of it is there to be read again */
    assert_int_equal(stage.shard.out->n, 0);
    assert_int_equal(stage.shard.summing, 1);
    assert_int_equal(conn->requests, 0);
    assert_true(intake_waits_on(&stage.shard, conn));
    news++;
    assert_false(intake_waits_on(&stage.shard, conn));
    (void)stage_feed(&stage, conn, SUM); /* another file was summed */
    assert_true(conn->put_off);
    assert_int_equal(stage.shard.summing, 1);
    summed = true;
    left = stage_feed(&stage, conn, SUM);
    assert_false(conn->put_off);
    assert_int_equal(left.len, 0);
    assert_int_equal(stage.shard.summing, 0);
    assert_int_equal(conn->requests, 1);
    out_clear(stage.shard.out);
}

/* And so is one of which the head came in pieces: it is whole then, and what is behind it too. */
static void what_came_in_pieces_is_kept_to_be_read_again(void **state)
{
    (void)state;
    assert_int_equal(stage_feed(&stage, conn, "GET /file HT").len, 0);
    assert_int_equal(stage_feed(&stage, conn, (SUM ASK) + 12).len, 0);
    assert_true(conn->put_off);
    assert_true(intake_is_kept(conn->intake));
    assert_true(sv_eq(intake_restore(&stage.shard, conn), SV(SUM ASK)));
    intake_leave_sums(&stage.shard, conn);
    assert_int_equal(stage.shard.summing, 0);
    intake_leave_sums(&stage.shard, conn);
    assert_int_equal(stage.shard.summing, 0);
}

static void it_is_not_put_off_for_ever_nor_with_too_many_others(void **state)
{
    int waits = 1;

    (void)state;
    (void)stage_feed(&stage, conn, SUM);
    while (intake_waits_on(&stage.shard, conn))
        waits++;
    assert_int_equal(waits, MOST_WAITS - 1);
    (void)stage_feed(&stage, conn, SUM);
    assert_false(conn->put_off);
    assert_int_equal(conn->requests, 1); /* without its digest */
    assert_int_equal(stage.shard.summing, 0);
    out_clear(stage.shard.out);
    stage.shard.summing = MOST_WAITERS;
    (void)stage_feed(&stage, conn, SUM);
    assert_false(conn->put_off);
    assert_int_equal(conn->requests, 2);
    stage.shard.summing = MOST_WAITERS - 1;
    out_clear(stage.shard.out);
    (void)stage_feed(&stage, conn, SUM);
    assert_true(conn->put_off);
    intake_leave_sums(&stage.shard, conn);
    stage.shard.summing = 0;
}

/* A request with a body cannot be read twice. */
static void one_with_a_body_does_not_wait(void **state)
{
    (void)state;
    (void)stage_feed(&stage, conn,
                     "GET /file HTTP/1.1\r\nHost: a\r\nWant-Repr-Digest: sha-256=1\r\nContent-Length: 1\r\n\r\nx");
    assert_false(conn->put_off);
    assert_int_equal(conn->requests, 1);
    out_clear(stage.shard.out);
}

static void no_answer_is_begun_without_room_for_its_line(void **state)
{
    (void)state;
    while (access_log_has_room(&stage.shard.access)) { /* lines of others, which nobody takes */
        char *line = log_ring_room(&stage.ring);
        assert_non_null(line);
        memset(line, 'x', LOG_RING_PIECE);
        log_ring_push(&stage.ring, LOG_RING_PIECE, 0);
    }
    assert_int_equal(stage_feed(&stage, conn, ASK).len, strlen(ASK));
    assert_int_equal(stage.shard.out->n, 0);
    log_ring_tell(&stage.ring);
    for (struct log_line line; log_ring_front(&stage.ring, &line);)
        log_ring_pop(&stage.ring, &line);
    assert_int_equal(stage_feed(&stage, conn, ASK).len, 0);
    assert_int_equal(conn->requests, 1);
    out_clear(stage.shard.out);
}

#define one(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        one(a_proxy_header_may_come_in_pieces),
        one(what_is_no_proxy_header_is_bad),
        one(a_request_is_put_off_until_its_file_is_summed),
        one(what_came_in_pieces_is_kept_to_be_read_again),
        one(it_is_not_put_off_for_ever_nor_with_too_many_others),
        one(one_with_a_body_does_not_wait),
        one(no_answer_is_begun_without_room_for_its_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
