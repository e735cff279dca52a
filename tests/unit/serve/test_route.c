/* SPDX-License-Identifier: MIT */
/* Which path of the site a request is about, and which requests are none of ours. */

#include "serve/route.h"

#include "make_request.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_request_has_its_path_or_its_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
