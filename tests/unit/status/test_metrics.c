/* SPDX-License-Identifier: MIT */
/* The figures as text: the lines of /metrics and the members of /status.json, for figures that are known. */

#include "status/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "status/family.h"
#include "status/json.h"
#include "status/text.h"

#include "expect.h"

static struct tally worker[2];
static struct figures_view view;

static void add(unsigned w, unsigned which, uint64_t n)
{
    worker[w].of[which] += n;
    view.total.of[which] += n;
}

static int enter(void **state)
{
    (void)state;
    memset(worker, 0, sizeof worker);
    view = (struct figures_view){
        .master = {.about = {"1.2", "/etc/a\"b\\c.ini"},
                   .generation = 3,
                   .reloads = 2,
                   .last_reload_ok = true,
                   .started_wall = 1000,
                   .configured_wall = 2000},
        .uptime_us = 1500000,
        .worker = worker,
        .n_workers = 2,
    };
    add(0, COUNTER_REQUESTS, 5);
    add(1, COUNTER_REQUESTS + COUNT_HEAD * COUNT_CLASSES + 2, 1);
    add(1, COUNTER_CACHE_BYTES, 77);
    for (unsigned i = 0; i < 4; i++)
        add(i % 2, COUNTER_DURATION + histogram_bucket(100U << i), 1);
    add(0, COUNTER_DURATION + HISTOGRAM_SUM, 1500);
    return buf_addf(&view.listeners, "http://a\nunix:/b\n");
}

static int leave(void **state)
{
    (void)state;
    buf_fini(&view.listeners);
    return 0;
}

static char *text_of(int (*write)(struct buf *to))
{
    static struct buf text;

    buf_fini(&text);
    assert_int_equal(write(&text), 0);
    assert_int_equal(buf_add(&text, sv_of("", 1)), 0);
    return text.p;
}

static int write_metrics(struct buf *to)
{
    return metrics_write(&view, true, to);
}

static int write_json(struct buf *to)
{
    return status_json_write(&view, "draining", to);
}

static void expect_lines(const char *text, const char *const *line, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *at = strstr(text, line[i]);
        expect(at != NULL, "missing: %s", line[i]);
        text = at;
    }
}

static void metrics_are_there_for_the_whole_and_for_each_worker(void **state)
{
    static const char *const lines[] = {
        "baton_build_info{version=\"1.2\"} 1\n",
        "\nbaton_start_time_seconds 1000\n",
        "\nbaton_generation 3\n",
        "\nbaton_draining 1\n",
        "\nbaton_reloads_total{result=\"ok\"} 2\nbaton_reloads_total{result=\"refused\"} 0\n",
        "\nbaton_config_last_reload_success_timestamp_seconds 2000\n",
        "\n# TYPE baton_requests_total counter\nbaton_requests_total{method=\"GET\",code=\"2xx\"} 5\n",
        "\nbaton_requests_total{method=\"HEAD\",code=\"4xx\"} 1\n",
        ("\n# TYPE baton_worker_requests_total counter\n"
         "baton_worker_requests_total{worker=\"0\",method=\"GET\",code=\"2xx\"} 5\n"),
        "\nbaton_worker_requests_total{worker=\"1\",method=\"HEAD\",code=\"4xx\"} 1\n",
        "\n# TYPE baton_request_duration_seconds histogram\n",
        "\nbaton_closed_connections_total{reason=\"peer_midway\"} 0\n",
        "\n# TYPE baton_cache_bytes gauge\nbaton_cache_bytes 77\n",
        "\nbaton_worker_cache_bytes{worker=\"0\"} 0\nbaton_worker_cache_bytes{worker=\"1\"} 77\n",
    };

    (void)state;
    expect_lines(text_of(write_metrics), lines, ROWS(lines));
}

static void a_histogram_is_cumulative_and_ends_with_its_count(void **state)
{
    static const char *const lines[] = {
        "\nbaton_request_duration_seconds_bucket{le=\"0.000064\"} 0\n",
        "baton_request_duration_seconds_bucket{le=\"0.000128\"} 1\n",
        "baton_request_duration_seconds_bucket{le=\"0.000256\"} 2\n",
        "baton_request_duration_seconds_bucket{le=\"0.000512\"} 3\n",
        "baton_request_duration_seconds_bucket{le=\"0.001024\"} 4\n",
        ("baton_request_duration_seconds_bucket{le=\"33.554432\"} 4\n"
         "baton_request_duration_seconds_bucket{le=\"+Inf\"} 4\n"
         "baton_request_duration_seconds_sum 0.001500\n"
         "baton_request_duration_seconds_count 4\n"),
        "\nbaton_worker_request_duration_seconds_bucket{worker=\"0\",le=\"0.000004\"} 0\n",
        ("\nbaton_worker_request_duration_seconds_sum{worker=\"0\"} 0.001500\n"
         "baton_worker_request_duration_seconds_count{worker=\"0\"} 2\n"),
    };

    (void)state;
    expect_lines(text_of(write_metrics), lines, ROWS(lines));
}

static void json_has_the_same_figures_and_quotes_what_needs_it(void **state)
{
    static const char *const members[] = {
        ("{\"version\":\"1.2\",\"health\":\"draining\",\"config\":\"/etc/a\\\"b\\\\c.ini\",\"start_time_seconds\":1000,"
         "\"uptime_seconds\":1.500000,\"generation\":3,\"configured_seconds\":2000,"
         "\"reloads\":{\"ok\":2,\"refused\":0,\"last_ok\":true,\"reason\":null},\"upgrades\":0,\"listeners\":[\"http://"
         "a\",\"unix:/"
         "b\"],"
         "\"total\":{\"requests\":{\"GET\":{\"2xx\":5,\"3xx\":0,\"4xx\":0,\"5xx\":0},\"HEAD\":{\"2xx\":0,\"3xx\":0,"
         "\"4xx\":1,"),
        "\"request_duration_seconds\":{\"count\":4,\"sum\":0.001500,\"p50\":0.000224,",
        "\"buckets\":[[112,1],[224,1],[448,1],[896,1]]}",
        "\"cache_bytes\":77,",
        "\"workers\":[{\"requests\":{\"GET\":{\"2xx\":5,",
        "\"cache_bytes\":77,",
    };

    (void)state;
    expect_lines(text_of(write_json), members, ROWS(members));
}

static int write_hostile(struct buf *to)
{
    struct text t = {to, 0};

    text_add_json(&t, SV("a\"\\\n\x01\xff\x7f}"));
    return t.err;
}

static void no_byte_ends_a_quoted_text_early(void **state)
{
    (void)state;
    assert_string_equal(text_of(write_hostile), "\"a\\\"\\\\\\u000a\\u0001\\u00ff\\u007f}\"");
}

static void each_family_has_a_word_for_each_number_that_it_shows(void **state)
{
    char room[FAMILY_WORD_MAX];

    (void)state;
    for (unsigned i = 0; i < FAMILIES; i++) {
        const struct family *f = &families[i];
        assert_true(f->kind == FAMILY_TIMES ? f->slots == HISTOGRAM_SLOTS : family_size(f) <= f->slots);
        for (unsigned k = 0; f->label[0].name != NULL && k < family_size(f); k++)
            expect(family_word(f, k, 0, room) != NULL, "%s: number %u has no word", f->name, k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_are_there_for_the_whole_and_for_each_worker),
        cmocka_unit_test(a_histogram_is_cumulative_and_ends_with_its_count),
        cmocka_unit_test(json_has_the_same_figures_and_quotes_what_needs_it),
        cmocka_unit_test(no_byte_ends_a_quoted_text_early),
        cmocka_unit_test(each_family_has_a_word_for_each_number_that_it_shows),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
