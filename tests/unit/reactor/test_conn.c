/* SPDX-License-Identifier: MIT */
/* What a connection waits for: the timer that is armed, the gauge that is counted, and which wait may follow which. */

#include "reactor/conn.h"

#include <signal.h>
#include <sys/wait.h>

#include "reactor/intake.h"

#include "stage_peer.h"

#if defined(NDEBUG)
enum { ASSERTS = 0 };
#else
enum { ASSERTS = 1 };
#endif

static const char *const keys[] = {"limits.header_timeout=1s", "limits.body_timeout=2s", "limits.keepalive_timeout=3s",
                                   "limits.send_timeout=4s"};

/* As init_limits of reactor/shard says of those that are no keys. */
static const uint64_t after_ms[TIMEOUT_KINDS] = {1000, 2000, 3000, 4000, 10, 5000};

static struct stage stage;
static int peer;

static int open_one(void **state)
{
    (void)state;
    stage_begin(&stage, keys, ROWS(keys));
    peer = stage_connect(&stage, "");
    return 0;
}

static int close_one(void **state)
{
    (void)state;
    stage_end(&stage);
    return close(peer);
}

static uint64_t waiting(enum timeout_kind kind)
{
    return stage_counted(&stage, COUNTER_STATE + (unsigned)kind);
}

/* Give it what it would wait with. */
static void make_fit(struct conn *c, enum timeout_kind kind)
{
    bool for_sum = kind == TIMEOUT_SUM;

    out_free(&c->out);
    intake_free(&c->intake);
    c->put_off = for_sum;
    if (for_sum)
        assert_true(intake_keep(&stage.shard, c, SV("GET")));
    if (kind == TIMEOUT_SEND)
        c->out = out_new();
    c->requests = 1;
    c->last = kind == TIMEOUT_LINGER;
}

static void one_that_was_adopted_waits_for_a_head(void **state)
{
    const struct conn *c = stage_conn(&stage);

    (void)state;
    assert_non_null(c);
    assert_int_equal(c->waits_for, TIMEOUT_HEADER);
    assert_int_equal(c->timer.due_ms, shard_now(&stage.shard) + after_ms[TIMEOUT_HEADER]);
    assert_int_equal(waiting(TIMEOUT_HEADER), 1);
    assert_null(c->intake);
    assert_null(c->out);
}

static void the_time_runs_from_when_the_wait_begins(void **state)
{
    struct conn *c = stage_conn(&stage);

    (void)state;
    for (int kind = 0; kind < TIMEOUT_KINDS; kind++) {
        stage_later(&stage, 100);
        make_fit(c, (enum timeout_kind)kind);
        conn_wait_for(&stage.shard, c, (enum timeout_kind)kind);
        expect(c->waits_for == kind, "%d: waits for %d", kind, c->waits_for);
        expect(c->timer.due_ms == shard_now(&stage.shard) + after_ms[kind], "%d: not in time", kind);
        expect(stage.shard.timeouts.fifo[kind].next == &c->timer.link, "%d: not in its list", kind);
        for (int other = 0; other < TIMEOUT_KINDS; other++)
            expect(waiting((enum timeout_kind)other) == (other == kind), "%d: the gauge of %d", kind, other);
    }
}

/* To wait anew for the same is to wait from now on, behind those that began before. */
static void who_waits_anew_waits_behind_the_others(void **state)
{
    struct shard *s = &stage.shard;
    struct conn *c = stage_conn(&stage);
    int other = stage_connect(&stage, "");

    (void)state;
    assert_ptr_equal(s->timeouts.fifo[TIMEOUT_HEADER].next, &c->timer.link);
    stage_later(&stage, 1);
    conn_wait_for(s, c, TIMEOUT_HEADER);
    assert_ptr_equal(s->timeouts.fifo[TIMEOUT_HEADER].prev, &c->timer.link);
    assert_int_equal(waiting(TIMEOUT_HEADER), 2);
    assert_int_equal(close(other), 0);
}

/* The drawing of conn.h; and the size that README tells of an idle one. */
static void an_idle_one_is_its_structure_and_nothing_else(void **state)
{
    struct conn *c = stage_conn(&stage);

    (void)state;
    stage_say(peer, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    (void)stage_turn(&stage);
    expect_status(stage_hear(peer), "200");
    assert_int_equal(c->waits_for, TIMEOUT_KEEPALIVE);
    assert_null(c->intake);
    assert_null(c->out);
    assert_true(sizeof *c <= 112);
}

/* What one does who asserts: in a process of its own, as assert(3) ends it. */
static bool is_asserted(enum timeout_kind before, enum timeout_kind kind, bool fit)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct conn *c = stage_conn(&stage);
        (void)signal(SIGABRT, SIG_DFL);
        (void)close(STDERR_FILENO);
        make_fit(c, fit ? kind : before);
        c->waits_for = (uint8_t)before;
        if (!fit)
            c->requests = 0;
        conn_wait_for(&stage.shard, c, kind);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void from_lingering_no_other_wait_follows(void **state)
{
    (void)state;
    if (!ASSERTS)
        skip();
    for (int before = 0; before < TIMEOUT_KINDS; before++)
        for (int kind = 0; kind < TIMEOUT_KINDS; kind++)
            expect(is_asserted((enum timeout_kind)before, (enum timeout_kind)kind, true) == (before == TIMEOUT_LINGER),
                   "%d after %d", kind, before);
}

/* A wait without what it is for. */
static void who_has_nothing_to_wait_with_is_found_out(void **state)
{
    static const struct {
        enum timeout_kind has; /* what that waits with */
        enum timeout_kind kind;
    } rows[] = {
        {TIMEOUT_SEND, TIMEOUT_HEADER},      {TIMEOUT_SEND, TIMEOUT_BODY},   {TIMEOUT_SEND, TIMEOUT_KEEPALIVE},
        {TIMEOUT_HEADER, TIMEOUT_SEND},      {TIMEOUT_HEADER, TIMEOUT_SUM},  {TIMEOUT_HEADER, TIMEOUT_LINGER},
        {TIMEOUT_SUM, TIMEOUT_LINGER},       {TIMEOUT_SEND, TIMEOUT_LINGER}, {TIMEOUT_SEND, TIMEOUT_SUM},
        {TIMEOUT_HEADER, TIMEOUT_KEEPALIVE}, /* no request was answered */
    };

    (void)state;
    if (!ASSERTS)
        skip();
    for (size_t i = 0; i < ROWS(rows); i++)
        expect(is_asserted(rows[i].has, rows[i].kind, false), "row %zu", i);
}

#define one(f) cmocka_unit_test_setup_teardown(f, open_one, close_one)

int main(void)
{
    const struct CMUnitTest tests[] = {
        one(one_that_was_adopted_waits_for_a_head),  one(the_time_runs_from_when_the_wait_begins),
        one(who_waits_anew_waits_behind_the_others), one(an_idle_one_is_its_structure_and_nothing_else),
        one(from_lingering_no_other_wait_follows),   one(who_has_nothing_to_wait_with_is_found_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
