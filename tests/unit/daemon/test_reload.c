/* SPDX-License-Identifier: MIT */
/* Reloads: asked for in each state of life, refused, taken, dropped; and logs that are opened anew.
 *
 * Of what may come in each state of life this covers a reload that is asked for. tests/life/stop_deadline sends a real
 * daemon HUP and USR1 before and after TERM in ten states, tests/life/reload_trouble while a start, a reload and a log
 * hang, beside upgrades, and by the thousand. */

#include "daemon/reload.h"

#include "base/log.h"
#include "config/load.h"

#include "life.h"
#include "scratch.h"
#include "threads.h"

/* A reload of which nobody knows whether it may open yet. */
static const bool may_open = true;

static int enter(void **state)
{
    return scratch_enter(state) < 0 ? -1 : life_enter(state);
}

static int leave(void **state)
{
    (void)life_leave(state);
    return scratch_leave(state);
}

static bool go_on(bool may, uint64_t now)
{
    const struct reload_writers writers = {parts.present, &parts.retired.list};

    return reload_go_on(&parts.reload, &writers, may, now);
}

/* What the errand that is under way brings. */
static enum reload_news finish(struct generation **g, uint64_t now)
{
    uint64_t count;

    assert_true(readable_within(parts.reload.errand.fd, NEVER_MS));
    assert_int_equal(read(parts.reload.errand.fd, &count, sizeof count), sizeof count);
    return reload_finish(&parts.reload, g, now);
}

/* The configuration is another from now on. */
static void configure(const char *text)
{
    make_file("baton.ini", sv_cstr(text));
    parts.reload.args = (struct config_args){.file = "baton.ini"};
}

static void configure_well(void)
{
    char text[512];

    (void)snprintf(text, sizeof text,
                   "[server]\nworkers = 1\nsandbox = no\n[listen a]\naddress = unix:%s/a.sock\n"
                   "[log]\naccess = off\n[site b]\nroot = %s\n",
                   scratch_dir, scratch_dir);
    configure(text);
}

/* As the start does, before there is a thread. */
static void start(void)
{
    struct config config = {0};
    struct diagnose report;

    configure_well();
    diagnose_init(&report, false);
    assert_int_equal(config_load(&config, &parts.reload.args, &report), 0);
    diagnose_fini(&report);
    assert_int_equal(reload_start(&parts.reload, &config, LIFE_NOW), 0);
}

/* A generation that nobody was connected to. */
static void end(struct generation **g)
{
    generation_stop(*g, STOP_NOW);
    generation_free(g);
}

static void one_begins_where_nothing_else_is_under_way(void **state)
{
    static const struct {
        enum life life;
        bool may_open, begins, stays_wanted;
    } rows[LIVES] = {
        {LIFE_STARTING, true, false, true}, /* once more, after what is being opened */
        {LIFE_SERVING, true, true, false},       {LIFE_RELOADING, true, false, true},
        {LIFE_HANDING_OVER, false, false, true}, /* what a successor has read is as new */
        {LIFE_PASSING_ON, false, false, false},  {LIFE_ANNOUNCING, true, false, false},
        {LIFE_DRAINING, true, false, false},     {LIFE_EMPTYING, true, false, false},
        {LIFE_ENDING, true, false, false},
    };
    struct generation *g;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const char *name = life_name(rows[i].life);
        assert_int_equal(life_enter(NULL), 0);
        configure("");
        come_to(rows[i].life);
        expect(parts_may_reload(&parts) == rows[i].may_open, "%s: may open", name);
        bool opened = reload_is_opening(&parts.reload);
        reload_ask(&parts.reload, NULL);
        assert_true(go_on(rows[i].may_open, LIFE_NOW));
        expect(reload_is_opening(&parts.reload) == (rows[i].begins || opened), "%s: opens", name);
        expect(parts.reload.wants_opening == rows[i].stays_wanted, "%s: wanted", name);
        expect(parts.life == (rows[i].begins ? LIFE_RELOADING : rows[i].life), "%s: then %s", name,
               life_name(parts.life));
        if (rows[i].begins)
            expect(finish(&g, LIFE_NOW) == RELOAD_REFUSED, "%s: an empty configuration", name);
        assert_int_equal(life_leave(NULL), 0);
    }
}

static void one_that_is_refused_leaves_the_old_one(void **state)
{
    struct generation *g;

    (void)state;
    come_to(LIFE_SERVING);
    configure("[nonsense]\n");
    reload_ask(&parts.reload, NULL);
    assert_true(go_on(may_open, LIFE_NOW));
    assert_int_equal(finish(&g, LIFE_NOW), RELOAD_REFUSED);
    assert_null(g);
    assert_int_equal(parts.life, LIFE_SERVING);
    assert_non_null(strstr(parts.reload.refused, "baton.ini:1:"));
    assert_int_equal(told(parts.present), STOP_NOT);
}

static void one_that_is_taken_brings_a_generation_that_serves(void **state)
{
    struct generation *g;

    (void)state;
    come_to(LIFE_SERVING);
    (void)snprintf(parts.reload.refused, sizeof parts.reload.refused, "the one before");
    configure_well();
    reload_ask(&parts.reload, NULL);
    assert_true(go_on(may_open, LIFE_NOW));
    assert_int_equal(finish(&g, LIFE_NOW), RELOAD_OPENED);
    assert_non_null(g);
    assert_int_equal(g->crew.n_started, 1);
    assert_string_equal(parts.reload.refused, "");
    assert_int_equal(parts.life, LIFE_RELOADING); /* until it has the place of the old one */
    reload_end(&parts.reload);
    assert_int_equal(parts.life, LIFE_SERVING);
    end(&g);
}

static void a_start_is_the_same_without_an_old_one(void **state)
{
    struct generation *g;

    (void)state;
    start();
    assert_int_equal(parts.life, LIFE_STARTING);
    assert_int_equal(finish(&g, LIFE_NOW), RELOAD_STARTED);
    assert_int_equal(parts.reload.failed, 0);
    end(&g);
}

static void a_start_that_fails_says_with_what(void **state)
{
    struct generation *g;

    (void)state;
    make_dir("a.sock"); /* where it would listen */
    start();
    assert_int_equal(finish(&g, LIFE_NOW), RELOAD_FAILED);
    assert_null(g);
    assert_true(parts.reload.failed < 0);
}

/* A stop came while it was being opened. */
static void what_nobody_wants_any_more_is_dropped(void **state)
{
    struct generation *g;

    (void)state;
    come_to(LIFE_SERVING);
    configure_well();
    reload_ask(&parts.reload, NULL);
    assert_true(go_on(may_open, LIFE_NOW));
    stopping_ask(&parts.stopping, parts.present, LIFE_NOW);
    assert_int_equal(finish(&g, LIFE_NOW), RELOAD_DROPPED);
    assert_null(g);
    assert_int_equal(parts.life, LIFE_DRAINING);
    assert_true(reload_is_idle(&parts.reload));
}

static void those_that_are_asked_for_meanwhile_are_one(void **state)
{
    struct generation *g;

    (void)state;
    come_to(LIFE_SERVING);
    configure("");
    reload_ask(&parts.reload, NULL);
    assert_true(go_on(may_open, LIFE_NOW));
    for (int i = 0; i < 5; i++) {
        reload_ask(&parts.reload, NULL);
        assert_true(go_on(may_open, LIFE_NOW));
    }
    assert_int_equal(finish(&g, LIFE_NOW), RELOAD_REFUSED);
    /* What the one before replaced has a moment to end. */
    assert_true(go_on(may_open, LIFE_NOW));
    assert_true(reload_is_idle(&parts.reload));
    int wait = reload_wait_ms(&parts.reload, may_open, LIFE_NOW);
    assert_in_range(wait, 1, 100);
    assert_true(go_on(may_open, LIFE_NOW + (uint64_t)wait));
    assert_true(reload_is_opening(&parts.reload));
    assert_int_equal(finish(&g, LIFE_NOW), RELOAD_REFUSED);
    assert_true(go_on(may_open, LIFE_NOW + 1000));
    assert_true(reload_is_idle(&parts.reload));
}

static void one_that_takes_long_is_told_of_once(void **state)
{
    (void)state;
    come_to(LIFE_RELOADING);
    parts.reload.slow_ms = LIFE_NOW + 10;
    assert_false(reload_is_slow(&parts.reload));
    assert_int_equal(reload_wait_ms(&parts.reload, may_open, LIFE_NOW), 10);
    (void)go_on(may_open, LIFE_NOW + 10);
    assert_true(reload_is_slow(&parts.reload));
    assert_int_equal(reload_wait_ms(&parts.reload, may_open, LIFE_NOW + 10), -1);
}

/* The log of this test goes to standard error, which can always be opened anew; one that cannot is tested with the logger's. */
static void logs_are_opened_anew_in_any_state(void **state)
{
    struct generation *g;

    (void)state;
    for (int life = LIFE_STARTING; life < LIVES; life++) {
        const char *name = life_name((enum life)life);
        assert_int_equal(life_enter(NULL), 0);
        come_to((enum life)life);
        bool busy = !reload_is_idle(&parts.reload);
        reload_ask_to_reopen(&parts.reload);
        (void)go_on(parts_may_reload(&parts), LIFE_NOW);
        if (busy) {
            expect(parts.reload.wants_reopening, "%s: forgotten", name);
        } else {
            expect(parts.reload.work == RELOAD_REOPENING, "%s: not begun", name);
            expect(finish(&g, LIFE_NOW) == RELOAD_NO_NEWS, "%s: news", name);
            expect(!parts.reload.wants_reopening, "%s: again", name);
        }
        assert_int_equal(life_leave(NULL), 0);
    }
}

static void a_log_that_cannot_be_opened_is_tried_again(void **state)
{
    struct generation *g;

    (void)state;
    come_to(LIFE_SERVING);
    make_dir("logs");
    assert_int_equal(log_open("logs/error", LOG_LEVEL_NOTICE), 0);
    assert_int_equal(rename("logs", "away"), 0);
    reload_ask_to_reopen(&parts.reload);
    (void)go_on(may_open, LIFE_NOW);
    assert_int_equal(finish(&g, LIFE_NOW), RELOAD_NO_NEWS);
    assert_true(parts.reload.wants_reopening);
    assert_int_equal(reload_wait_ms(&parts.reload, may_open, LIFE_NOW), 1000);
    (void)go_on(may_open, LIFE_NOW + 999);
    assert_true(reload_is_idle(&parts.reload));
    assert_int_equal(rename("away", "logs"), 0);
    (void)go_on(may_open, LIFE_NOW + 1000);
    assert_int_equal(finish(&g, LIFE_NOW + 1000), RELOAD_NO_NEWS);
    assert_false(parts.reload.wants_reopening);
    assert_int_equal(log_open("stderr", LOG_LEVEL_NOTICE), 0);
}

#define reload_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(one_begins_where_nothing_else_is_under_way),
        reload_test(one_that_is_refused_leaves_the_old_one),
        reload_test(one_that_is_taken_brings_a_generation_that_serves),
        reload_test(a_start_is_the_same_without_an_old_one),
        reload_test(a_start_that_fails_says_with_what),
        reload_test(what_nobody_wants_any_more_is_dropped),
        reload_test(those_that_are_asked_for_meanwhile_are_one),
        reload_test(one_that_takes_long_is_told_of_once),
        scratch_test(logs_are_opened_anew_in_any_state),
        reload_test(a_log_that_cannot_be_opened_is_tried_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
