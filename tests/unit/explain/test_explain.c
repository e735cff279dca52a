/* SPDX-License-Identifier: MIT */
/* A request is told about from its first line to the head of its answer, and all that it goes through on the way. */

#include "explain/explain.h"

#include <errno.h>

#include "scratch.h"

enum { LARGE = 100000 };

static char *index_row[] = {"index.html"};
static char *codings_row[] = {"gz"};
static char *listen_row[] = {"127.0.0.1:80"};
static char *status_row[] = {"127.0.0.1:81"};
static struct config_site site;
static struct config_listen listener;
static struct config config;
static char *said;

static int enter(void **state)
{
    int err = scratch_enter(state);

    make_dir("www");
    make_dir("www/dir");
    make_file("www/a", SV("0123456789"));
    make_file("www/a.gz", SV("gzip"));
    free_pattern(make_pattern("www/large", LARGE));
    site = (struct config_site){
        .name = (char *)(uintptr_t) "example.com",
        .root = (char *)(uintptr_t) "www",
        .index = {index_row, 1},
        .precompressed = {codings_row, 1},
    };
    listener = (struct config_listen){.name = (char *)(uintptr_t) "main", .address = {listen_row, 1}};
    config = (struct config){
        .server = {.workers = 1, .cache_memory = 1 << 20, .cache_file_max = 4096},
        .limits = {.header_size = 4096, .header_count = 8, .uri_size = 256, .body_size = 10, .ranges = 2},
        .status = {.address = {status_row, 1}},
        .listens = &listener,
        .n_listens = 1,
        .sites = &site,
        .n_sites = 1,
    };
    return err;
}

static int leave(void **state)
{
    free(said);
    said = NULL;
    return scratch_leave(state);
}

#define explain_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

static int explain_request(const char *method, const char *url, const char *field)
{
    const struct question q = {url, method, &field, field != NULL ? 1 : 0};
    size_t len;

    free(said);
    said = NULL;
    FILE *to = open_memstream(&said, &len);
    assert_non_null(to);
    int err = explain(&config, &q, to);
    assert_int_equal(fclose(to), 0);
    return err;
}

static void expect_said(const char *line)
{
    expect(strstr(said, line) != NULL, "it does not say '%s':\n%s", line, said);
}

static void each_request_is_told_with_its_answer_and_the_reason(void **state)
{
    static const struct {
        const char *method, *url, *field;
        const char *answer;
        const char *head; /* a part of it */
    } rows[] = {
        {NULL, "/a", NULL, "200 OK: the file\n", "\n\nHTTP/1.1 200 OK\n"},
        {NULL, "/a", "Accept-Encoding: gzip", "200 OK: the file\n", "\nContent-Encoding: gzip\n"},
        {NULL, "/a", "Range: bytes=2-3", "206 Partial Content: what Range asks for\n",
         "\nContent-Range: bytes 2-3/10\n"},
        {NULL, "/dir", NULL, "301 Moved Permanently: ", "\nLocation: dir/\n"},
        {NULL, "/missing", NULL, "404 Not Found: no such file\n", "\n\nHTTP/1.1 404 Not Found\n"},
        {NULL, "/.git", NULL, "404 Not Found: dotfiles ", "\n\nHTTP/1.1 404 Not Found\n"},
        {"BREW", "/a", NULL, "501 Not Implemented: ", "\n\nHTTP/1.1 501 Not Implemented\n"},
        {"OPTIONS", "*", NULL, "204 No Content: ", "\nAllow: GET, HEAD, OPTIONS\n"},
        {NULL, "/a b", NULL, "400 Bad Request: ", "\nConnection: close\n"},
        {NULL, "/a", "Content-Length: 11", "413 Content Too Large: ", "\nConnection: close\n"},
        {NULL, "/a", "Expect: more", "417 Expectation Failed: ", "\nConnection: close\n"},
    };
    char answer[128];
    size_t fds = count_fds();

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_int_equal(explain_request(rows[i].method, rows[i].url, rows[i].field), 0);
        (void)snprintf(answer, sizeof answer, "answer    %s", rows[i].answer);
        expect_said(answer);
        expect_said(rows[i].head);
        expect_said("listener  [listen main] 127.0.0.1:80 (default)\n");
    }
    assert_true(fds_come_to(fds));
}

static void what_was_asked_and_what_lies_there_stand_before_it(void **state)
{
    (void)state;
    assert_int_equal(explain_request(NULL, "http://h/%61", "Accept-Encoding: gzip"), 0);
    expect_said("request   GET /%61 HTTP/1.1\n          Host: h\n          Accept-Encoding: gzip\n");
    expect_said("site      [site example.com]");
    expect_said("path      /a\n");
    expect_said("file      www/a.gz\n");
    expect_said("coding    gzip; there is gzip\n");
    assert_int_equal(explain_request(NULL, "/a b", NULL), 0);
    expect_said("          refused at byte 8\n");
    expect(strstr(said, "path  ") == NULL, "%s", said);
}

/* As a client is answered once the file is summed. */
static void a_digest_is_waited_for(void **state)
{
    (void)state;
    assert_int_equal(explain_request(NULL, "/large", "Want-Repr-Digest: sha-256=1"), 0);
    expect_said("answer    200 OK: the file\n");
    expect_said("\nRepr-Digest: sha-256=:");
}

static void the_status_listener_has_no_files(void **state)
{
    (void)state;
    assert_int_equal(explain_request(NULL, "http://127.0.0.1:81/a", NULL), 0);
    expect_said("listener  [status] 127.0.0.1:81\n");
    expect_said("answer    metrics and health, and no files\n");
}

static void a_root_that_cannot_be_opened_is_an_error(void **state)
{
    (void)state;
    size_t fds = count_fds();
    site.root = (char *)(uintptr_t) "nowhere";
    assert_int_equal(explain_request(NULL, "/a", NULL), -ENOENT);
    assert_int_equal(strlen(said), 0);
    assert_true(fds_come_to(fds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        explain_test(each_request_is_told_with_its_answer_and_the_reason),
        explain_test(what_was_asked_and_what_lies_there_stand_before_it),
        explain_test(a_digest_is_waited_for),
        explain_test(the_status_listener_has_no_files),
        explain_test(a_root_that_cannot_be_opened_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
