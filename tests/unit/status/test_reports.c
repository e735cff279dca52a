/* SPDX-License-Identifier: MIT */
/* What the [status] listener answers to each path, and that its page may do what is in it and nothing else. */

#include "status/reports.h"

#include <errno.h>
#include <string.h>

#include "base/sha256.h"
#include "http/digest.h"

#include "expect.h"

static struct figures figures;
static struct reports reports;
static struct report report;

static int open_reports(void **state)
{
    const struct figures_about about = {"1.2", NULL};

    (void)state;
    report = (struct report){.status = 200};
    figures_init(&figures, &about);
    return reports_init(&reports, &figures);
}

static int close_reports(void **state)
{
    (void)state;
    buf_fini(&report.body);
    reports_fini(&reports);
    figures_fini(&figures);
    return 0;
}

static int ask(const char *path)
{
    buf_fini(&report.body);
    report = (struct report){.status = 200};
    return reports.reporter.make(reports.reporter.context, sv_cstr(path), &report);
}

static bool says(const char *what)
{
    return memmem(report.body.p, report.body.len, what, strlen(what)) != NULL;
}

static void each_path_has_its_report(void **state)
{
    static const struct {
        const char *path, *type, *says;
    } rows[] = {
        {"/", "text/html; charset=utf-8", "<title>"},
        {"/metrics", "text/plain; version=0.0.4; charset=utf-8", "baton_build_info{version=\"1.2\"} 1\n"},
        {"/status.json", "application/json", "{\"version\":\"1.2\",\"health\":\"ok\","},
        {"/healthz", "text/plain; charset=utf-8", "ok\n"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        expect(ask(rows[i].path) == 0 && report.status == 200, "%s: status %d", rows[i].path, report.status);
        expect(sv_eq(report.type, sv_cstr(rows[i].type)), "%s: %.*s", rows[i].path, SV_ARG(report.type));
        expect(says(rows[i].says), "%s does not say %s", rows[i].path, rows[i].says);
        expect((report.policy.len > 0) == (i == 0), "%s: the policy is the page's", rows[i].path);
    }
}

static void there_is_nothing_else(void **state)
{
    static const char *const none[] = {"", "/x", "/metrics/", "/Metrics", "/healthz2", "//", "/status.jso"};

    (void)state;
    for (size_t i = 0; i < ROWS(none); i++)
        expect(ask(none[i]) == -ENOENT, "%s is there", none[i]);
}

/* A balancer and a person hear the same. */
static void who_is_not_well_says_so(void **state)
{
    (void)state;
    figures_stuck(&figures, 3);
    assert_int_equal(ask("/healthz"), 0);
    assert_int_equal(report.status, 503);
    assert_true(says("worker 3"));
    assert_int_equal(ask("/status.json"), 0);
    assert_int_equal(report.status, 200);
    assert_false(says("\"health\":\"ok\""));
    figures_stuck(&figures, -1);
    assert_int_equal(ask("/healthz"), 0);
    assert_int_equal(report.status, 200);
    figures_drain(&figures);
    assert_int_equal(ask("/healthz"), 0);
    assert_int_equal(report.status, 503);
    assert_true(says("draining"));
    assert_int_equal(ask("/metrics"), 0);
    assert_true(says("\nbaton_draining 1\n"));
}

/* The source that a policy has to allow for what stands between two tags: there is one such place. */
static void expect_source(const char *directive, const char *open, const char *close)
{
    char hash[DIGEST_LEN], source[200];
    uint8_t sum[SHA256_LEN];
    struct sha256 sha;
    const char *begin = memmem(report.body.p, report.body.len, open, strlen(open));

    assert_non_null(begin);
    begin += strlen(open);
    const char *end = memmem(begin, report.body.len - (size_t)(begin - report.body.p), close, strlen(close));
    assert_non_null(end);
    assert_null(memmem(end, report.body.len - (size_t)(end - report.body.p), open, strlen(open)));
    sha256_init(&sha);
    sha256_add(&sha, sv_of(begin, (size_t)(end - begin)));
    sha256_end(&sha, sum);
    digest_write(sum, hash);
    (void)snprintf(source, sizeof source, "; %s 'sha256-%.*s'", directive, (int)DIGEST_LEN, hash);
    expect(memmem(report.policy.p, report.policy.len, source, strlen(source)) != NULL, "%.*s lacks %s",
           SV_ARG(report.policy), source);
}

static void the_page_may_run_what_is_in_it_and_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(ask("/"), 0);
    assert_true(sv_starts(report.policy, SV("default-src 'none'; connect-src 'self'; ")));
    expect_source("style-src", "<style>", "</style>");
    expect_source("script-src", "<script>", "</script>");
    assert_null(memmem(report.policy.p, report.policy.len, "unsafe", 6));
}

#define one(f) cmocka_unit_test_setup_teardown(f, open_reports, close_reports)

int main(void)
{
    const struct CMUnitTest tests[] = {
        one(each_path_has_its_report),
        one(there_is_nothing_else),
        one(who_is_not_well_says_so),
        one(the_page_may_run_what_is_in_it_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
