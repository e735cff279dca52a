/* SPDX-License-Identifier: MIT */
/* The figures as the members of /status.json, for figures that are known. */

#include "status/json.h"

#include "known_figures.h"

static int write_json(struct buf *to)
{
    return status_json_write(&known_figures, "draining", to);
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

static int write_refused(struct buf *to)
{
    return status_json_write(&known_figures, NULL, to);
}

static void what_is_not_known_is_null_and_why_a_reload_was_refused_is_told(void **state)
{
    (void)state;
    known_figures.master.about.config = NULL;
    known_figures.master.last_reload_ok = false;
    known_figures.master.refused = 1;
    (void)snprintf(known_figures.master.refused_why, FIGURES_WHY_MAX, "a \"quoted\" reason");
    known_figures.n_workers = 0;
    known_figures.listeners.len = 0;
    static const char *const members[] = {
        "\"health\":\"ok\",\"config\":null,",
        "\"reloads\":{\"ok\":2,\"refused\":1,\"last_ok\":false,\"reason\":\"a \\\"quoted\\\" reason\"}",
        "\"listeners\":[],\"total\":{",
        "\"workers\":[]}\n",
    };
    expect_lines(text_of(write_refused), members, ROWS(members));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(json_has_the_same_figures_and_quotes_what_needs_it, known_figures_enter,
                                        known_figures_leave),
        cmocka_unit_test_setup_teardown(what_is_not_known_is_null_and_why_a_reload_was_refused_is_told,
                                        known_figures_enter, known_figures_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
