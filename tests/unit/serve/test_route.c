/* SPDX-License-Identifier: MIT */
/* Which site and which path of it a request is about, and which requests are none of ours. */

#include "serve/route.h"

#include "answering.h"

static const struct row {
    const char *line;
    int status;
    const char *path; /* NULL where there is none */
} rows[] = {
    {"GET / HTTP/1.1", 0, "/"},
    {"HEAD /a/b.html HTTP/1.1", 0, "/a/b.html"},
    {"OPTIONS /a HTTP/1.1", 0, "/a"},
    {"OPTIONS * HTTP/1.1", 0, "/"},
    {"GET /a?b=../../c HTTP/1.1", 0, "/a"},
    {"GET http://other/x/../y HTTP/1.1", 0, "/y"},
    {"GET /%61%2f%2e%2e/b HTTP/1.1", 0, "/b"},
    {"GET //evil.example/..%2f HTTP/1.1", 0, "/"},
    {"GET //evil.example HTTP/1.1", 0, "/evil.example"},
    {"GET /%2fevil.example/dir HTTP/1.1", 0, "/evil.example/dir"},
    {"GET /.well-known/x HTTP/1.1", 0, "/.well-known/x"},
    {"GET /a/.. HTTP/1.1", 0, "/"},
    {"POST / HTTP/1.1", 405, NULL},
    {"PUT /a HTTP/1.1", 405, NULL},
    {"PATCH /a HTTP/1.1", 405, NULL},
    {"DELETE /.git HTTP/1.1", 405, NULL},
    {"TRACE / HTTP/1.1", 405, NULL},
    {"BREW /pot HTTP/1.1", 501, NULL},
    {"get / HTTP/1.1", 501, NULL},
    {"GET /.git/config HTTP/1.1", 404, NULL},
    {"GET /a/.htaccess HTTP/1.1", 404, NULL},
    {"GET /a/%2ehtaccess HTTP/1.1", 404, NULL},
    {"GET /.well-known/.secret HTTP/1.1", 404, NULL},
    {"GET /.well-knownx HTTP/1.1", 404, NULL},
    {"GET /a/.well-known/x HTTP/1.1", 404, NULL},
    {"GET /../etc/passwd HTTP/1.1", 400, NULL},
    {"GET /a/%2e%2e/%2e%2e/x HTTP/1.1", 400, NULL},
    {"GET /%zz HTTP/1.1", 400, NULL},
    {"GET /a%00b HTTP/1.1", 400, NULL},
    {"GET /a% HTTP/1.1", 400, NULL},
    {"OPTIONS /.git HTTP/1.1", 404, NULL},
};

static void each_request_has_its_path_or_its_status(void **state)
{
    static struct made_request m;
    char head[256], room[256];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sv path = SV("untouched");
        (void)snprintf(head, sizeof head, "%s\r\nHost: h\r\n\r\n", rows[i].line);
        expect(make_request(&m, sv_cstr(head)) == 0, "%s: refused", rows[i].line);
        memset(room, '#', sizeof room);
        int status = why_status(route_request(&m.rq, room, &path));
        expect(status == rows[i].status, "%s: %d", rows[i].line, status);
        expect(rows[i].path == NULL || sv_eq(path, sv_cstr(rows[i].path)), "%s: %.*s", rows[i].line, SV_ARG(path));
    }
}

static void a_request_that_waits_for_leave_is_refused_only_for_its_method(void **state)
{
    static const char expects[] = "Expect: 100-continue\r\nContent-Length: 1\r\n";

    (void)state;
    assert_int_equal(route_refuses_100(request_of("GET /.git", expects)), WHY_NONE);
    assert_int_equal(route_refuses_100(request_of("POST /", expects)), WHY_METHOD_REFUSED);
    assert_int_equal(route_refuses_100(request_of("BREW /", expects)), WHY_METHOD_UNKNOWN);
    assert_int_equal(route_refuses_100(request_of("POST /", "Content-Length: 1\r\n")), WHY_NONE);
}

static void the_step_finds_the_tree_and_the_path(void **state)
{
    static const struct {
        const char *line;
        const char *fields;
        size_t site;
        const char *path;
    } asked[] = {
        {"GET /a/%62", "Host: one.example\r\n", 0, "/a/b"},
        {"GET /a", "Host: x.two.example\r\n", 1, "/a"},
        {"GET http://x.two.example/a/../b", "Host: one.example\r\n", 1, "/b"},
        {"GET /a", "Host: other.example\r\n", 0, "/a"},
        {"GET /a", "Host: \r\n", 0, "/a"},
        {"OPTIONS *", "Host: x.two.example\r\n", 1, "/"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(asked); i++) {
        struct answer *a = answer_begin(asked[i].line, asked[i].fields);
        a->tree = NULL;
        expect(!route_step(a), "%s", asked[i].line);
        expect(a->tree == &serve.trees[asked[i].site], "%s, %s", asked[i].line, asked[i].fields);
        expect(sv_eq(a->path, sv_cstr(asked[i].path)), "%s: %.*s", asked[i].line, SV_ARG(a->path));
        assert_int_equal(out->n, 0);
    }
}

static void the_step_answers_what_is_refused(void **state)
{
    static const struct {
        const char *line;
        enum why why;
    } refused[] = {
        {"GET /../a", WHY_PATH_CLIMB},
        {"GET /.git", WHY_PATH_HIDDEN},
        {"PUT /.git", WHY_METHOD_REFUSED},
        {"HEAD /%zz", WHY_PATH_ESCAPE},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(refused); i++) {
        struct answer *a = answer_begin(refused[i].line, "Content-Length: 0\r\n");
        a->tree = NULL;
        expect(route_step(a), "%s", refused[i].line);
        expect_status(refused[i].line, &a->served, why_status(refused[i].why));
        assert_int_equal(a->served.why, refused[i].why);
        assert_null(a->tree);
    }
}

static void without_sites_there_is_no_tree(void **state)
{
    const struct serve none = {0};

    (void)state;
    assert_null(route_tree(&none, request_of("GET /", "")));
}

static void options_are_answered_and_all_else_is_left_to_the_next_step(void **state)
{
    struct answer *a = answer_begin("OPTIONS /missing", "");

    (void)state;
    assert_true(options_step(a));
    expect_status("OPTIONS", &a->served, 204);
    assert_int_equal(a->served.why, WHY_OPTIONS);
    assert_true(has_line("Allow: GET, HEAD, OPTIONS\r\n"));
    assert_false(options_step(answer_begin("GET /", "")));
    assert_false(options_step(answer_begin("HEAD /", "")));
    assert_int_equal(out->n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_request_has_its_path_or_its_status),
        answering_test(a_request_that_waits_for_leave_is_refused_only_for_its_method),
        answering_test(the_step_finds_the_tree_and_the_path),
        answering_test(the_step_answers_what_is_refused),
        answering_test(without_sites_there_is_no_tree),
        answering_test(options_are_answered_and_all_else_is_left_to_the_next_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
