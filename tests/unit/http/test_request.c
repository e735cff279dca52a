/* SPDX-License-Identifier: MIT */
/* What a head means, framing aside (test_request_framing): version, Host, the forms of a target, names of fields and
 * methods. */

#include "http/request.h"

#include "make_request.h"

static int status_of(const char *head)
{
    struct made_request m;

    return make_request(&m, sv_cstr(head));
}

static void versions_1_0_and_1_1_are_read_and_later_ones_are_refused(void **state)
{
    static const struct {
        const char *head;
        int status;
        bool http11;
    } rows[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, true},
        {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", 0, false},
        {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 0, true},
        {"GET / HTTP/1.9\r\nHost: a\r\n\r\n", 0, true},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, true},
        {"GET / HTTP/3.0\r\n\r\n", 505, true},
        {"GET / HTTP/9.9\r\n\r\n", 505, true},
        {"PRI * HTTP/2.0\r\n\r\n", 505, true},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct made_request m;
        int status = make_request(&m, sv_cstr(rows[i].head));
        expect(status == rows[i].status, "%s: status %d", rows[i].head, status);
        if (status == 0)
            expect(m.rq.http11 == rows[i].http11, "%s: http11 %d", rows[i].head, m.rq.http11);
    }
    expect(status_of("GET / HTTP/0.9\r\n\r\n") >= 400, "0.9 has no fields and is not what we speak");
}

static void host_is_there_once_and_is_a_host(void **state)
{
    static const struct {
        const char *version, *fields;
        int status;
        const char *host;
    } rows[] = {
        {"1.1", "Host: a\r\n", 0, "a"},
        {"1.1", "hOST:a.b:80\r\n", 0, "a.b:80"},
        {"1.1", "Host: [::1]:80\r\n", 0, "[::1]:80"},
        {"1.1", "Host:\r\n", 0, ""},
        {"1.1", "", 400, NULL},
        {"1.1", "Hostt: a\r\n", 400, NULL},
        {"1.1", "Hos: a\r\n", 400, NULL},
        {"1.1", "Hosu: a\r\n", 400, NULL},
        {"1.1", "X-Host: a\r\n", 400, NULL},
        {"1.1", "Host: a\r\nHost: a\r\n", 400, NULL},
        {"1.1", "Host: a\r\nX: y\r\nHOST: b\r\n", 400, NULL},
        {"1.1", "Host:\r\nHost:\r\n", 400, NULL},
        {"1.1", "Host: a, b\r\n", 400, NULL},
        {"1.1", "Host: a b\r\n", 400, NULL},
        {"1.1", "Host: a/b\r\n", 400, NULL},
        {"1.1", "Host: u@a\r\n", 400, NULL},
        {"1.1", "Host: a:80:80\r\n", 400, NULL},
        {"1.1", "Host: http://a\r\n", 400, NULL},
        {"1.1", "Host: a\xc3\xa9\r\n", 400, NULL},
        {"1.0", "", 0, ""},
        {"1.0", "Host: a\r\n", 0, "a"},
        {"1.0", "Host: a\r\nHost: b\r\n", 400, NULL},
        {"1.0", "Host: a/b\r\n", 400, NULL},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char head[256];
        struct made_request m;
        (void)snprintf(head, sizeof head, "GET / HTTP/%s\r\n%s\r\n", rows[i].version, rows[i].fields);
        int status = make_request(&m, sv_cstr(head));
        expect(status == rows[i].status, "%s: status %d", head, status);
        if (status == 0)
            expect(sv_eq(m.rq.host, sv_cstr(rows[i].host)), "%s: host \"%.*s\"", head, SV_ARG(m.rq.host));
    }
}

static void a_target_is_taken_apart_in_each_of_its_forms(void **state)
{
    static const struct {
        const char *line, *host, *path, *query; /* a query of NULL: no '?' */
    } rows[] = {
        {"GET /", "h", "/", NULL},
        {"GET /a/b.html", "h", "/a/b.html", NULL},
        {"GET /a?", "h", "/a", ""},
        {"GET /a?b=c", "h", "/a", "b=c"},
        {"GET /a?b?c", "h", "/a", "b?c"},
        {"GET /?", "h", "/", ""},
        {"GET //a//b", "h", "//a//b", NULL},
        {"GET //evil/..%2f", "h", "//evil/..%2f", NULL},
        {"GET /%3fa", "h", "/%3fa", NULL},
        {"GET /http://x/", "h", "/http://x/", NULL},
        {"GET /*", "h", "/*", NULL},
        {"GET http://x", "x", "/", NULL},
        {"GET http://x/", "x", "/", NULL},
        {"GET http://x/a", "x", "/a", NULL},
        {"GET http://x:81/a?b", "x:81", "/a", "b"},
        {"GET http://x?b", "x", "/", "b"},
        {"GET http://x?b/c", "x", "/", "b/c"},
        {"GET http://x/?", "x", "/", ""},
        {"GET http://[::1]:81/a", "[::1]:81", "/a", NULL},
        {"GET HTTP://X/a", "X", "/a", NULL},
        {"OPTIONS http://x/a", "x", "/a", NULL},
        {"OPTIONS /a", "h", "/a", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char head[256];
        struct made_request m;
        (void)snprintf(head, sizeof head, "%s HTTP/1.1\r\nHost: h\r\n\r\n", rows[i].line);
        int status = make_request(&m, sv_cstr(head));
        expect(status == 0, "%s: status %d", rows[i].line, status);
        expect(sv_eq(m.rq.host, sv_cstr(rows[i].host)), "%s: host %.*s", rows[i].line, SV_ARG(m.rq.host));
        expect(sv_eq(m.rq.path, sv_cstr(rows[i].path)), "%s: path %.*s", rows[i].line, SV_ARG(m.rq.path));
        expect(sv_eq(m.rq.query, sv_cstr(rows[i].query)), "%s: query %.*s", rows[i].line, SV_ARG(m.rq.query));
        expect((m.rq.query.p == NULL) == (rows[i].query == NULL), "%s: there is a query, or not", rows[i].line);
        expect(!m.rq.asterisk, "%s: no asterisk", rows[i].line);
    }
}

static void a_target_that_asks_for_tls_was_meant_for_another(void **state)
{
    static const char *const rows[] = {"GET https://x/a", "GET hTTps://x", "HEAD https://x:443/", "OPTIONS https://x"};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct made_request m;
        char head[256];
        (void)snprintf(head, sizeof head, "%s HTTP/1.1\r\nHost: x\r\n\r\n", rows[i]);
        expect(make_request(&m, sv_cstr(head)) == 421, "%s", rows[i]);
    }
}

static void a_target_of_no_form_is_refused(void **state)
{
    static const char *const rows[] = {
        "GET *",           "POST *",       "HEAD *",         "OPTIONS **",  "OPTIONS *a",     "OPTIONS *?a",
        "GET a",           "GET a/b",      "GET ?a",         "GET .",       "GET ../a",       "GET \\a",
        "GET http:",       "GET http:/",   "GET http:/x",    "GET http://", "GET http:///",   "GET http:///a",
        "GET http://?a",   "GET https://", "GET https:///a", "GET http//x", "GET http://u@x", "GET http://u:p@x/",
        "GET ftp://x/",    "GET file:///", "GET xhttp://x/", "GET x:80",    "GET http://x:y", "GET http://x:65536/",
        "GET http://x\\a",
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char head[256];
        (void)snprintf(head, sizeof head, "%s HTTP/1.1\r\nHost: h\r\n\r\n", rows[i]);
        expect(status_of(head) == 400, "%s: status %d", rows[i], status_of(head));
    }
}

static void an_absolute_target_does_not_excuse_a_missing_or_bad_host(void **state)
{
    (void)state;
    assert_int_equal(status_of("GET http://x/ HTTP/1.1\r\n\r\n"), 400);
    assert_int_equal(status_of("GET http://x/ HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
    assert_int_equal(status_of("GET http://x/ HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"), 400);
    assert_int_equal(status_of("GET http://x/ HTTP/1.0\r\n\r\n"), 0);
}

static void options_asterisk_asks_about_the_server(void **state)
{
    struct made_request m;

    (void)state;
    assert_int_equal(make_request(&m, SV("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")), 0);
    assert_true(m.rq.asterisk);
    assert_int_equal(m.rq.method, METHOD_OPTIONS);
    assert_null(m.rq.query.p);
}

/* The header promises it of every request, whatever its target. */
static void a_path_always_begins_with_a_slash(void **state)
{
    static const char *const lines[] = {"GET /a", "GET http://x", "GET http://x?a", "CONNECT x:443", "OPTIONS *"};

    (void)state;
    for (size_t i = 0; i < ROWS(lines); i++) {
        char head[256];
        struct made_request m;
        (void)snprintf(head, sizeof head, "%s HTTP/1.1\r\nHost: h\r\n\r\n", lines[i]);
        assert_int_equal(make_request(&m, sv_cstr(head)), 0);
        expect(m.rq.path.len > 0 && m.rq.path.p[0] == '/', "%s: path \"%.*s\"", lines[i], SV_ARG(m.rq.path));
    }
}

static void connect_takes_an_authority(void **state)
{
    struct made_request m;

    (void)state;
    assert_int_equal(make_request(&m, SV("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n")), 0);
    assert_int_equal(m.rq.method, METHOD_CONNECT);
    assert_null(m.rq.query.p);
    assert_false(method_is_served(m.rq.method));
    assert_int_equal(status_of("CONNECT [::1]:443 HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
    assert_int_equal(status_of("CONNECT a:b HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(status_of("CONNECT http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
}

static void methods_are_known_by_their_exact_names(void **state)
{
    static const struct {
        const char *name;
        enum method method;
        bool served;
    } rows[] = {
        {"GET", METHOD_GET, true},          {"HEAD", METHOD_HEAD, true},         {"OPTIONS", METHOD_OPTIONS, true},
        {"POST", METHOD_POST, false},       {"PUT", METHOD_PUT, false},          {"DELETE", METHOD_DELETE, false},
        {"PATCH", METHOD_PATCH, false},     {"TRACE", METHOD_TRACE, false},      {"get", METHOD_UNKNOWN, false},
        {"Get", METHOD_UNKNOWN, false},     {"GE", METHOD_UNKNOWN, false},       {"GETT", METHOD_UNKNOWN, false},
        {"HEAT", METHOD_UNKNOWN, false},    {"PROPFIND", METHOD_UNKNOWN, false}, {"M-SEARCH", METHOD_UNKNOWN, false},
        {"OPTIONs", METHOD_UNKNOWN, false},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char head[256];
        struct made_request m;
        (void)snprintf(head, sizeof head, "%s / HTTP/1.1\r\nHost: h\r\n\r\n", rows[i].name);
        expect(make_request(&m, sv_cstr(head)) == 0, "%s: refused", rows[i].name);
        expect(m.rq.method == rows[i].method, "%s: %d", rows[i].name, m.rq.method);
        expect(method_is_served(m.rq.method) == rows[i].served, "%s: served", rows[i].name);
    }
}

static void the_request_line_is_kept_without_its_end(void **state)
{
    struct made_request m;

    (void)state;
    assert_int_equal(make_request(&m, SV("GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n")), 0);
    assert_true(sv_eq(m.rq.line, SV("GET /a?b HTTP/1.1")));
    /* Also of a request that is refused: it is logged. */
    assert_int_equal(make_request(&m, SV("GET /a HTTP/1.1\r\n\r\n")), 400);
    assert_true(sv_eq(m.rq.line, SV("GET /a HTTP/1.1")));
    assert_false(m.rq.keep_alive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_1_0_and_1_1_are_read_and_later_ones_are_refused),
        cmocka_unit_test(host_is_there_once_and_is_a_host),
        cmocka_unit_test(a_target_is_taken_apart_in_each_of_its_forms),
        cmocka_unit_test(a_target_that_asks_for_tls_was_meant_for_another),
        cmocka_unit_test(a_target_of_no_form_is_refused),
        cmocka_unit_test(an_absolute_target_does_not_excuse_a_missing_or_bad_host),
        cmocka_unit_test(options_asterisk_asks_about_the_server),
        cmocka_unit_test(a_path_always_begins_with_a_slash),
        cmocka_unit_test(connect_takes_an_authority),
        cmocka_unit_test(methods_are_known_by_their_exact_names),
        cmocka_unit_test(the_request_line_is_kept_without_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
