/* SPDX-License-Identifier: MIT */
/* The figures: what ended workers counted stays, what they held goes, and no total ever goes back. */

#include "status/figures.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "threads.h"

static const struct figures_about about = {"1.2.3", NULL};

/* Workers that were never started: only their counters are looked at. */
static struct worker *workers_new(size_t n)
{
    struct worker *w = aligned_alloc(_Alignof(struct worker), n * sizeof *w);

    assert_non_null(w);
    memset(w, 0, n * sizeof *w);
    return w;
}

static void count(struct worker *w, unsigned which, uint64_t n)
{
    counters_add(&w->shard.counters, which, n);
}

static uint64_t total(struct figures *c, unsigned which)
{
    struct figures_view view;

    assert_int_equal(figures_take(c, &view), 0);
    uint64_t n = view.total.of[which];
    figures_view_fini(&view);
    return n;
}

static void a_generation_that_ends_leaves_its_counters_and_takes_its_gauges(void **state)
{
    struct worker *first = workers_new(2), *second = workers_new(1);
    const struct crew one = {.v = first, .n = 2}, two = {.v = second, .n = 1};
    struct figures_view view;
    struct figures c;

    (void)state;
    figures_init(&c, &about);
    assert_int_equal(figures_add(&c, &one, SV("one\n")), 0);
    count(&first[0], COUNTER_ACCEPTED, 3);
    count(&first[1], COUNTER_ACCEPTED, 4);
    count(&first[1], COUNTER_CACHE_BYTES, 100);
    counters_time(&first[1].shard.counters, COUNTER_DURATION, 50, 2);
    assert_int_equal(figures_add(&c, &two, SV("two\n")), 0);
    count(&second[0], COUNTER_ACCEPTED, 5);
    count(&second[0], COUNTER_CACHE_BYTES, 7);
    assert_int_equal(total(&c, COUNTER_ACCEPTED), 12);
    assert_int_equal(total(&c, COUNTER_CACHE_BYTES), 107);
    figures_end(&c, &one);
    free(first);
    assert_int_equal(figures_take(&c, &view), 0);
    assert_int_equal(view.n_workers, 2);
    assert_int_equal(view.worker[0].of[COUNTER_ACCEPTED], 8);
    assert_int_equal(view.worker[1].of[COUNTER_ACCEPTED], 4);
    assert_int_equal(view.total.of[COUNTER_CACHE_BYTES], 7);
    assert_int_equal(view.total.of[COUNTER_DURATION + HISTOGRAM_SUM], 100);
    assert_int_equal(view.master.generation, 2);
    assert_true(sv_eq(buf_sv(&view.listeners), SV("two\n")));
    figures_view_fini(&view);
    figures_end(&c, &two);
    figures_end(&c, &two); /* it is gone already */
    free(second);
    assert_int_equal(total(&c, COUNTER_ACCEPTED), 12);
    figures_fini(&c);
}

static void reloads_and_upgrades_are_counted(void **state)
{
    struct figures_view view;
    struct figures c;

    (void)state;
    figures_init(&c, &about);
    figures_reloaded(&c);
    figures_reloaded(&c);
    figures_refused(&c, "/etc/baton.ini:3: unknown key");
    figures_upgraded(&c);
    assert_int_equal(figures_take(&c, &view), 0);
    assert_int_equal(view.master.reloads, 2);
    assert_int_equal(view.master.refused, 1);
    assert_int_equal(view.master.upgrades, 1);
    assert_false(view.master.last_reload_ok);
    assert_string_equal(view.master.refused_why, "/etc/baton.ini:3: unknown key");
    assert_int_equal(view.n_workers, 0);
    figures_view_fini(&view);
    figures_fini(&c);
}

static void health_names_the_worker_that_is_stuck_and_then_the_drain(void **state)
{
    char room[FIGURES_ILL_MAX];
    struct figures c;

    (void)state;
    figures_init(&c, &about);
    assert_null(figures_illness(&c, room));
    figures_stuck(&c, 12);
    assert_string_equal(figures_illness(&c, room), "worker 12 is stuck");
    figures_stuck(&c, -1);
    figures_drain(&c);
    assert_string_equal(figures_illness(&c, room), "draining");
    figures_fini(&c);
}

enum { ROUNDS = 300 };

static void *reload_often(void *arg)
{
    for (int i = 0; i < ROUNDS / SLOWER; i++) {
        const struct crew crew = {.v = workers_new(1 + (size_t)i % 3), .n = 1 + (size_t)i % 3};
        if (figures_add(arg, &crew, (struct sv){0}) == 0)
            count(&crew.v[0], COUNTER_TURNS, 1);
        figures_end(arg, &crew);
        free(crew.v);
    }
    return NULL;
}

static void a_total_never_goes_back_while_generations_come_and_go(void **state)
{
    pthread_t master;
    uint64_t last = 0, now = 0;
    struct figures c;

    (void)state;
    figures_init(&c, &about);
    assert_int_equal(pthread_create(&master, NULL, reload_often, &c), 0);
    for (bool over = false; !over && now >= last;) {
        over = pthread_tryjoin_np(master, NULL) == 0;
        last = now;
        now = total(&c, COUNTER_TURNS);
    }
    assert_true(now >= last);
    assert_int_equal(now, ROUNDS / SLOWER);
    figures_fini(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_generation_that_ends_leaves_its_counters_and_takes_its_gauges),
        cmocka_unit_test(reloads_and_upgrades_are_counted),
        cmocka_unit_test(health_names_the_worker_that_is_stuck_and_then_the_drain),
        cmocka_unit_test(a_total_never_goes_back_while_generations_come_and_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
