/* SPDX-License-Identifier: MIT */
/* What is counted of connections and answers, and that each answer has its line, once: when it was sent, or never will be. */

#include "reactor/account.h"

#include "reactor/send.h"
#include "serve/steps.h"

#include "stage_peer.h"

#define ASK(path) "GET " path " HTTP/1.1\r\nHost: a\r\nUser-Agent: t\r\n\r\n"

static struct stage stage;

static int open_stage(void **state)
{
    const struct stage_options options = {.reporter = &stage_reporter, .logs = true};

    (void)state;
    return stage_open(&stage, &options);
}

static int close_stage(void **state)
{
    (void)state;
    stage_end(&stage);
    return 0;
}

static uint64_t requests(unsigned method, unsigned class)
{
    return stage_counted(&stage, COUNTER_REQUESTS + method * COUNT_CLASSES + class - 2);
}

static uint64_t all_requests(void)
{
    uint64_t n = 0;

    for (unsigned i = COUNTER_REQUESTS; i <= COUNTER_REQUESTS_LAST; i++)
        n += stage_counted(&stage, i);
    return n;
}

static uint64_t durations(void)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        n += stage_counted(&stage, COUNTER_DURATION + i);
    return n;
}

/* Take the lines: how many there are; the last of them is in `last`, without its end. */
static size_t take_lines(char *last, size_t size)
{
    char room[ACCESS_LINE_MAX];
    struct log_line line;
    size_t n = 0;

    log_ring_tell(&stage.ring);
    for (; log_ring_front(&stage.ring, &line); n++) {
        struct sv text = stage_line(&line, room);
        (void)snprintf(last, size, "%.*s", (int)text.len - 1, text.p);
        log_ring_pop(&stage.ring, &line);
    }
    return n;
}

static void answers_are_counted_by_method_and_class(void **state)
{
    static const struct {
        const char *says;
        unsigned method, class;
    } rows[] = {
        {ASK("/1"), COUNT_GET, 2},
        {"HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n", COUNT_HEAD, 2},
        {"OPTIONS /1 HTTP/1.1\r\nHost: a\r\n\r\n", COUNT_OPTIONS, 2},
        {"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", COUNT_OTHER, 4},
        {"BREW /1 HTTP/1.1\r\nHost: a\r\n\r\n", COUNT_OTHER, 5},
        {ASK("/none"), COUNT_GET, 4},
        {"GET /1 HTTP/1.1\r\n\r\n", COUNT_GET, 4},       /* no Host, but a method */
        {"GET\x01 /1 HTTP/1.1\r\n\r\n", COUNT_OTHER, 4}, /* no request */
    };
    char line[500];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint64_t before = requests(rows[i].method, rows[i].class);
        uint64_t took = durations();
        int peer = stage_connect(&stage, rows[i].says);
        expect(requests(rows[i].method, rows[i].class) == before + 1, "row %zu is not counted", i);
        expect(all_requests() == i + 1, "row %zu: another is counted", i);
        expect(durations() == took + 1, "row %zu: the time that it took", i);
        expect(take_lines(line, sizeof line) == 1, "row %zu has not one line", i);
        stage_close_conns(&stage);
        expect(take_lines(line, sizeof line) == 0, "row %zu has a second line", i);
        assert_int_equal(close(peer), 0);
    }
}

static void connections_are_counted_as_they_come_and_go(void **state)
{
    struct conn c = {.waits_for = TIMEOUT_BODY};
    uint64_t state_of = COUNTER_STATE + TIMEOUT_BODY;

    (void)state;
    account_begin(&stage.shard, &c, &(struct baton){.passed = false});
    assert_int_equal(stage_counted(&stage, COUNTER_ACCEPTED), 1);
    account_begin(&stage.shard, &c, &(struct baton){.passed = true});
    assert_int_equal(stage_counted(&stage, COUNTER_ACCEPTED), 1);
    assert_int_equal(stage_counted(&stage, COUNTER_ADOPTED), 1);
    assert_int_equal(stage_counted(&stage, (unsigned)state_of), 2);
    assert_int_equal(stage.shard.connections, 2);
    account_end(&stage.shard, &c, CLOSE_PEER);
    account_end(&stage.shard, &c, CLOSE_IDLE);
    assert_int_equal(stage_counted(&stage, (unsigned)state_of), 0);
    assert_int_equal(stage_ended(&stage, CLOSE_PEER), 1);
    assert_int_equal(stage_ended(&stage, CLOSE_IDLE), 1);
    assert_int_equal(stage.shard.connections, 0);
    account_refused(&stage.shard, CLOSE_NO_MEMORY);
    assert_int_equal(stage_ended(&stage, CLOSE_NO_MEMORY), 1);
    assert_int_equal(stage.shard.connections, 0);
    assert_int_equal(stage.shard.ended, 3); /* so that its seat is given back too */
}

static void bytes_are_those_that_the_socket_took(void **state)
{
    char line[500];
    int peer = stage_connect(&stage, ASK("/1000") ASK("/24") "HEAD /500 HTTP/1.1\r\nHost: a\r\n\r\n");

    (void)state;
    size_t heard = stage_hear(peer).len;
    assert_int_equal(stage_counted(&stage, COUNTER_SENT_BYTES), heard);
    assert_int_equal(stage_counted(&stage, COUNTER_BODY_BYTES), 1024);
    assert_int_equal(stage_counted(&stage, COUNTER_RECEIVED_BYTES),
                     strlen(ASK("/1000") ASK("/24") "HEAD /500 HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_int_equal(durations(), 3);
    assert_int_equal(take_lines(line, sizeof line), 3);
    assert_non_null(strstr(line, "\"HEAD /500 HTTP/1.1\" 200 0 ")); /* bytes of its body */
    for (uint64_t n = 1; n <= 2; n++) {                             /* alone, and two together */
        uint64_t before = durations();
        stage_say(peer, n == 1 ? ASK("/1") : ASK("/1") ASK("/2"));
        (void)stage_turn(&stage);
        assert_int_equal(durations(), before + n);
    }
    assert_int_equal(close(peer), 0);
}

/* An answer that does not go at once: its bytes as they go, its line and its time once all went. */
static void an_answer_that_waits_is_counted_as_it_goes(void **state)
{
    char line[500];
    size_t heard = 0;
    int peer = stage_connect(&stage, ASK("/900000"));
    uint64_t first = stage_counted(&stage, COUNTER_BODY_BYTES);

    (void)state;
    assert_in_range(first, 1, 899999);
    assert_int_equal(take_lines(line, sizeof line) + durations(), 0);
    assert_int_equal(requests(COUNT_GET, 2), 1);
    for (int i = 0; i < 1000 && stage_conn(&stage)->out != NULL; i++) {
        heard += stage_hear(peer).len;
        (void)stage_turn(&stage);
        expect(stage_counted(&stage, COUNTER_BODY_BYTES) <= 900000, "%d: more than there is", i);
    }
    heard += stage_hear(peer).len;
    assert_int_equal(stage_counted(&stage, COUNTER_BODY_BYTES), 900000);
    assert_int_equal(stage_counted(&stage, COUNTER_SENT_BYTES), heard);
    assert_int_equal(durations(), 1);
    assert_int_equal(take_lines(line, sizeof line), 1);
    assert_non_null(strstr(line, "\"GET /900000 HTTP/1.1\" 200 900000 "));
    assert_int_equal(close(peer), 0);
}

/* Lines end with the connection: those of the row that it kept, and in each how much of its answer went. */
static void what_is_never_sent_has_its_lines_too(void **state)
{
    char line[500];
    int peer = stage_connect(&stage, ASK("/7") ASK("/900000"));

    (void)state;
    uint64_t body = stage_counted(&stage, COUNTER_BODY_BYTES);
    conn_close(&stage.shard, stage_conn(&stage), CLOSE_RESET);
    assert_int_equal(take_lines(line, sizeof line), 2);
    char expected[100];
    (void)snprintf(expected, sizeof expected, "\"GET /900000 HTTP/1.1\" 200 %llu ", (unsigned long long)body - 7);
    expect(strstr(line, expected) != NULL, "%s is not in %s", expected, line);
    assert_int_equal(durations(), 0);
    assert_int_equal(close(peer), 0);
}

/* Row and lines part for a while: none is lost, and none told twice. */
static void lines_are_kept_with_their_row(void **state)
{
    static char behind[16 * 1024];
    char line[500];
    struct sv none = {0};
    struct turn turn = {8, 1 << 20};
    int peer = stage_connect(&stage, "");
    struct conn *c = stage_conn(&stage);

    (void)state;
    assert_int_equal(setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &(int){4096}, sizeof(int)), 0);
    struct served served = steps_refuse(&stage.shard.serve, WHY_LATE, false, stage.shard.out);
    account_answer(&stage.shard, c, NULL, served, stage.shard.clock.turn_us);
    out_text(stage.shard.out, sv_of(behind, sizeof behind));
    assert_int_equal(send_row(&stage.shard, c, none, &turn), WAIT);
    assert_non_null(c->out->lines);
    assert_int_equal(c->out->lines->n, 1);
    access_log_end(&stage.shard.access, clock_now_us()); /* what another connection does */
    assert_int_equal(take_lines(line, sizeof line), 0);
    while (c->out != NULL) {
        (void)stage_hear(peer);
        assert_int_not_equal(send_kept(&stage.shard, c, &turn), GONE);
    }
    assert_int_equal(take_lines(line, sizeof line), 1);
    assert_non_null(strstr(line, " 408 "));
    assert_int_equal(close(peer), 0);
}

#define staged(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        staged(answers_are_counted_by_method_and_class), staged(connections_are_counted_as_they_come_and_go),
        staged(bytes_are_those_that_the_socket_took),    staged(an_answer_that_waits_is_counted_as_it_goes),
        staged(what_is_never_sent_has_its_lines_too),    staged(lines_are_kept_with_their_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
