/* SPDX-License-Identifier: MIT */
/* Questions: the head that a client would send for a URL, and the listener it would come in by. */

#include "explain/question.h"

#include "expect.h"

static const struct {
    const char *url;
    const char *method;
    const char *field;
    const char *head;
} heads[] = {
    {"/", NULL, NULL, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"/a?b#c", NULL, NULL, "GET /a?b HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"#c", NULL, NULL, "GET  HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"*", "OPTIONS", NULL, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"http://h", NULL, NULL, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"http://h#c", NULL, NULL, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"hTTp://h:81?q", NULL, NULL, "GET /?q HTTP/1.1\r\nHost: h:81\r\n\r\n"},
    {"http://h:81/a/b", NULL, NULL, "GET /a/b HTTP/1.1\r\nHost: h:81\r\n\r\n"},
    {"http:///a", NULL, NULL, "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"http:/a", NULL, NULL, "GET http:/a HTTP/1.1\r\nHost: localhost\r\n\r\n"},
    {"https://h/a", NULL, NULL, "GET https://h/a HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"/", NULL, "A: b", "GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n\r\n"},
    {"http://h/", NULL, "hOSt:other", "GET / HTTP/1.1\r\nhOSt:other\r\n\r\n"},
    {"/", NULL, "Hosts: a", "GET / HTTP/1.1\r\nHost: localhost\r\nHosts: a\r\n\r\n"},
    {"/", NULL, "", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n\r\n"},
};

static void each_url_has_the_head_that_a_client_would_send(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(heads); i++) {
        struct question q = {heads[i].url, heads[i].method, &heads[i].field, heads[i].field != NULL ? 1 : 0};
        struct buf head = {0};
        assert_int_equal(question_write(&q, &head), 0);
        expect(sv_eq(buf_sv(&head), sv_cstr(heads[i].head)), "%s: %.*s", heads[i].url, SV_ARG(buf_sv(&head)));
        buf_fini(&head);
    }
}

static const struct {
    const char *authority;
    const char *address;
    bool leads;
} ways[] = {
    {"127.0.0.1:80", "127.0.0.1:80", true},
    {"127.0.0.1", "127.0.0.1:80", true},
    {"127.0.0.1:", "127.0.0.1:80", true},
    {"127.0.0.1:81", "127.0.0.1:80", false},
    {"127.0.0.2:80", "127.0.0.1:80", false},
    {"192.0.2.1", "0.0.0.0:80", true},
    {"[::1]", "0.0.0.0:80", false},
    {"[::1]", "[::]:80", true},
    {"192.0.2.1", "[::]:80", true},
    {"[::1]:80", "[0:0::1]:80", true},
    {"[::2]:80", "[::1]:80", false},
    {"[::1]:80", "127.0.0.1:80", false},
    {"example.com", "192.0.2.1:80", true},
    {"example.com:81", "192.0.2.1:80", false},
    {"localhost", "192.0.2.1:80", false},
    {"LocalHost", "127.0.0.1:80", true},
    {"localhost", "[::1]:80", true},
    {"localhost", "[2001:db8::1]:80", false},
    {"localhost", "[::]:80", true},
    {"example.com", "unix:/run/http.sock", false},
    {"example.com", "systemd:http", false},
    {"127.0.0.1:00080", "127.0.0.1:80", true},
    {"127.0.0.1:0000000000000000000080", "127.0.0.1:80", true},
    {"[::1]:", "[::1]:80", true},
    {"[::ffff:127.0.0.1]", "127.0.0.1:80", false},
    {"[127.0.0.1]", "127.0.0.1:80", true}, /* a name to us, as any host that is no address */
    {"[::1%lo]", "[::1]:80", true},
    {"h:+80", "127.0.0.1:80", false},
    {"h:65535", "127.0.0.1:65535", true},
    {"h:655359", "127.0.0.1:65535", false},
    {"h:x", "127.0.0.1:80", false},
    {"h:65616", "127.0.0.1:80", false}, /* 80 more than there are ports */
    {"h:99999999999999999999", "127.0.0.1:80", false},
    {"[::1", "[::1]:80", false},
};

static void a_url_leads_to_the_listener_at_its_host_and_port(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(ways); i++) {
        char url[64];
        char *address = (char *)(uintptr_t)ways[i].address;
        struct config_listen listen = {.name = NULL, .address = {&address, 1}};
        struct config config = {.listens = &listen, .n_listens = 1};
        (void)snprintf(url, sizeof url, "http://%s/", ways[i].authority);
        struct question q = {.url = url};
        struct entrance in = question_entrance(&q, &config);
        assert_ptr_equal(in.listen, &listen);
        expect(in.fits == ways[i].leads, "%s, %s", url, address);
    }
}

static void a_path_comes_in_by_the_first_listener(void **state)
{
    char *address[] = {"unix:/a", "127.0.0.1:80"};
    struct config_listen listen = {.name = NULL, .address = {address, 2}};
    struct config config = {.listens = &listen, .n_listens = 1};
    struct question q = {.url = "/a"};
    struct entrance in = question_entrance(&q, &config);

    (void)state;
    assert_ptr_equal(in.listen, &listen);
    assert_int_equal(in.address, 0);
    assert_true(in.fits);
}

static void a_listener_goes_before_the_status_listener(void **state)
{
    char *address = "127.0.0.1:80";
    char *other = "127.0.0.1:81";
    struct config_listen listen = {.name = NULL, .address = {&address, 1}};
    struct config config = {.listens = &listen, .n_listens = 1, .status = {.address = {&other, 1}}};
    struct question q = {.url = "http://127.0.0.1/"};

    (void)state;
    assert_ptr_equal(question_entrance(&q, &config).listen, &listen);
    q.url = "http://127.0.0.1:81/";
    assert_null(question_entrance(&q, &config).listen);
    q.url = "/metrics";
    assert_ptr_equal(question_entrance(&q, &config).listen, &listen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_url_has_the_head_that_a_client_would_send),
        cmocka_unit_test(a_url_leads_to_the_listener_at_its_host_and_port),
        cmocka_unit_test(a_path_comes_in_by_the_first_listener),
        cmocka_unit_test(a_listener_goes_before_the_status_listener),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
