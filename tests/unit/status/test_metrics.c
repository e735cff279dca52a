/* SPDX-License-Identifier: MIT */
/* The figures as the lines of /metrics, for figures that are known. */

#include "status/metrics.h"

#include "known_figures.h"

static int write_metrics(struct buf *to)
{
    return metrics_write(&known_figures, true, to);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_are_there_for_the_whole_and_for_each_worker),
        cmocka_unit_test(a_histogram_is_cumulative_and_ends_with_its_count),
    };

    return cmocka_run_group_tests(tests, known_figures_enter, known_figures_leave);
}
