/* SPDX-License-Identifier: MIT */
/* Every kind of answer, byte for byte: to GET and to HEAD, for connections that stay and for those that end. */

#include "serve/response.h"

#include <string.h>

#include "serve/error_page.h"

#include "scratch.h"

#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

static const char *const connection[PERSIST_KINDS] = {
    [PERSIST] = "",
    [PERSIST_SAID] = "Connection: keep-alive\r\n",
    [PERSIST_NOT] = "Connection: close\r\n",
};

static struct tails tails = {.wall = -1};
static struct out *out;
static struct entry *small, *large;

/* Small: the body "0123456789". Large: as long, behind a descriptor. */
static int init(void **state)
{
    struct clock clock = {.wall = 784111777};
    struct entry_file f = {
        .path = SV("/page"),
        .name = SV("page"),
        .type = SV("text/plain"),
        .etag = SV("\"tag\""),
        .stamp = {.size = 10, .modified_ns = 0},
        .now = 784111777,
        .body_len = 10,
        .fd = -1,
    };

    (void)state;
    tails_refresh(&tails, &clock);
    out = out_new();
    small = entry_new_file(&f);
    memcpy(entry_body(small), "0123456789", 10);
    f.body_len = 0;
    f.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    large = entry_new_file(&f);
    return error_pages_init();
}

static int fini(void **state)
{
    (void)state;
    out_free(&out);
    ref_put(&small->ref);
    ref_put(&large->ref);
    error_pages_fini();
    return 0;
}

/* All pieces in memory, one behind the other. */
static const char *joined(void)
{
    static char text[65536];
    size_t len = 0;

    for (uint32_t i = 0; i < out->n; i++) {
        if (out->piece[i].iov_base == NULL)
            continue; /* a part of a file */
        memcpy(text + len, out->piece[i].iov_base, out->piece[i].iov_len);
        len += out->piece[i].iov_len;
    }
    text[len] = '\0';
    return text;
}

/* The row holds these bytes, in as few pieces as were promised; then it is cleared and all references are back. */
static void expect_row(const char *expected)
{
    assert_string_equal(joined(), expected);
    assert_in_range(out->n, 1, OUT_ANSWER_PIECES);
    out_clear(out);
    assert_int_equal(small->ref.count, 1);
    assert_int_equal(large->ref.count, 1);
}

static struct response response(int persist, bool head_only)
{
    return (struct response){out, &tails, (enum persist)persist, head_only};
}

/* What stands for %s in a format: the end of the head, then the body, unless it was HEAD. */
static const char *answer(const char *head, int persist, bool head_only, const char *body)
{
    static char text[65536];

    (void)snprintf(text, sizeof text, "%s" DATE "%s\r\n%s", head, connection[persist], head_only ? "" : body);
    return text;
}

/* Every kind of persistence, to GET (even numbers) and to HEAD. */
enum { KINDS = 2 * PERSIST_KINDS };

static void a_small_file_is_head_tail_and_body(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        int persist = kind / 2;
        bool head = kind % 2 == 1;
        struct response r = response(persist, head);
        assert_int_equal(response_file(&r, small), head ? 0 : 10);
        assert_int_equal(small->ref.count, head ? 2 : 3);
        expect_row(answer("HTTP/1.1 200 OK\r\nServer: baton\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n"
                          "Accept-Ranges: bytes\r\nLast-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\nETag: \"tag\"\r\n",
                          persist, head, "0123456789"));
    }
}

static void a_large_file_is_sent_from_its_descriptor(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        int persist = kind / 2;
        bool head = kind % 2 == 1;
        struct response r = response(persist, head);
        assert_int_equal(response_file(&r, large), head ? 0 : 10);
        assert_int_equal(out->n_parts > 0, !head);
        if (!head) {
            assert_ptr_equal(out->owner[out->n - 1], &large->ref);
            assert_int_equal(out->part[0].fd, large->fd);
            assert_int_equal(out->part[0].at, 0);
            assert_int_equal(out->part[0].left, 10);
        }
        expect_row(answer("HTTP/1.1 200 OK\r\nServer: baton\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n"
                          "Accept-Ranges: bytes\r\nLast-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\nETag: \"tag\"\r\n",
                          persist, head, ""));
    }
}

static void a_part_says_which_it_is(void **state)
{
    static const struct part {
        struct range range;
        const char *head;
        const char *body;
    } parts[] = {
        {{.first = 0, .len = 1}, "Content-Length: 1\r\nContent-Range: bytes 0-0/10\r\n", "0"},
        {{.first = 2, .len = 5}, "Content-Length: 5\r\nContent-Range: bytes 2-6/10\r\n", "23456"},
        {{.first = 9, .len = 1}, "Content-Length: 1\r\nContent-Range: bytes 9-9/10\r\n", "9"},
        {{.first = 0, .len = 10}, "Content-Length: 10\r\nContent-Range: bytes 0-9/10\r\n", "0123456789"},
    };
    char head[512];

    (void)state;
    for (size_t i = 0; i < ROWS(parts); i++) {
        (void)snprintf(head, sizeof head,
                       "HTTP/1.1 206 Partial Content\r\nServer: baton\r\n%sContent-Type: text/plain\r\n"
                       "Accept-Ranges: bytes\r\nLast-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\nETag: \"tag\"\r\n",
                       parts[i].head);
        for (int kind = 0; kind < KINDS; kind++) {
            int persist = kind / 2;
            bool no_body = kind % 2 == 1;
            struct response r = response(persist, no_body);
            assert_int_equal(response_part(&r, small, &parts[i].range), no_body ? 0 : parts[i].range.len);
            expect_row(answer(head, persist, no_body, parts[i].body));
        }
        struct response r = response(PERSIST, false);
        assert_int_equal(response_part(&r, large, &parts[i].range), parts[i].range.len);
        assert_int_equal(out->part[0].at, parts[i].range.first);
        assert_int_equal(out->part[0].left, parts[i].range.len);
        expect_row(answer(head, PERSIST, false, ""));
    }
}

/* The head of a page as it is, and then further lines. */
static const char *page_head(int status, const char *more)
{
    static char head[1024];

    (void)snprintf(head, sizeof head, "%.*s%s", SV_ARG(error_page(status)->head), more);
    return head;
}

/* The pages lie in one piece of memory, head before body, and are not terminated. */
static const char *page_body(int status)
{
    static char body[4096];

    (void)snprintf(body, sizeof body, "%.*s", SV_ARG(error_page(status)->body));
    return body;
}

static void a_part_beyond_the_end_tells_the_size(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        int persist = kind / 2;
        bool head = kind % 2 == 1;
        struct response r = response(persist, head);
        assert_int_equal(response_beyond(&r, small), head ? 0 : error_page(416)->body.len);
        expect_row(answer(page_head(416, "Content-Range: bytes */10\r\n"), persist, head, page_body(416)));
    }
}

static void what_was_not_modified_has_its_validators_and_no_length(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        int persist = kind / 2;
        bool head = kind % 2 == 1;
        struct response r = response(persist, head);
        assert_int_equal(response_not_modified(&r, small), 0);
        assert_int_equal(small->ref.count, 2);
        expect_row(answer("HTTP/1.1 304 Not Modified\r\nServer: baton\r\n"
                          "Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\nETag: \"tag\"\r\n",
                          persist, head, ""));
    }
}

static void an_error_is_its_page(void **state)
{
    static const int statuses[] = {400, 403, 404, 405, 408, 411, 413, 414, 417, 431, 500, 501, 503, 505};

    (void)state;
    for (size_t i = 0; i < ROWS(statuses); i++)
        for (int kind = 0; kind < KINDS; kind++) {
            int persist = kind / 2;
            bool head = kind % 2 == 1;
            struct response r = response(persist, head);
            assert_int_equal(response_error(&r, statuses[i]), head ? 0 : error_page(statuses[i])->body.len);
            expect_row(answer(page_head(statuses[i], ""), persist, head, page_body(statuses[i])));
        }
}

static void options_are_told_without_a_body(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        int persist = kind / 2;
        bool head = kind % 2 == 1;
        struct response r = response(persist, head);
        assert_int_equal(response_options(&r), 0);
        expect_row(
            answer("HTTP/1.1 204 No Content\r\nServer: baton\r\nAllow: GET, HEAD, OPTIONS\r\n", persist, head, ""));
    }
}

static void a_redirect_is_encoded_and_keeps_the_query(void **state)
{
    static const struct slash {
        const char *path;
        const char *query; /* NULL: no '?' */
        const char *location;
    } rows[] = {
        {"/dir", NULL, "Location: /dir/\r\n"},
        {"/dir", "", "Location: /dir/?\r\n"},
        {"/dir", "a=b&c=%20?", "Location: /dir/?a=b&c=%20?\r\n"},
        {"/a b/\xc3\xa4", NULL, "Location: /a%20b/%C3%A4/\r\n"},
        {"/a\r\nSet-Cookie: x", NULL, "Location: /a%0D%0ASet-Cookie:%20x/\r\n"},
        {"/100%/?#", "q", "Location: /100%25/%3F%23/?q\r\n"},
        {"/a\\b\"<>", NULL, "Location: /a%5Cb%22%3C%3E/\r\n"},
        {"/host:80/@x", NULL, "Location: /host:80/@x/\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        for (int kind = 0; kind < KINDS; kind++) {
            int persist = kind / 2;
            bool head = kind % 2 == 1;
            struct response r = response(persist, head);
            assert_int_equal(response_slash(&r, sv_cstr(rows[i].path), sv_cstr(rows[i].query)),
                             head ? 0 : error_page(301)->body.len);
            expect_row(answer(page_head(301, rows[i].location), persist, head, page_body(301)));
        }
}

static void an_interim_answer_has_no_date_and_no_body(void **state)
{
    (void)state;
    response_continue(out);
    expect_row("HTTP/1.1 100 Continue\r\n\r\n");
}

static void the_longest_target_fits_the_text_that_was_asked_for(void **state)
{
    enum { LONG = 8000, ROOM = OUT_ANSWER_TEXT + 3 * LONG };
    static char path[LONG / 2], query[LONG / 2];
    struct response r = response(PERSIST_SAID, false);

    (void)state;
    memset(path, '\xff', sizeof path);
    path[0] = '/';
    memset(query, '?', sizeof query);
    response_slash(&r, sv_of(path, sizeof path), sv_of(query, sizeof query));
    assert_true(out->text_len <= ROOM);
    out_clear(out);
}

static void tails_change_with_the_second_and_not_within(void **state)
{
    struct clock clock = {.wall = 784111777};
    struct tails t = {.wall = -1};

    (void)state;
    tails_refresh(&t, &clock);
    assert_string_equal(t.kind[PERSIST].text, DATE "\r\n");
    assert_string_equal(t.kind[PERSIST_SAID].text, DATE "Connection: keep-alive\r\n\r\n");
    assert_string_equal(t.kind[PERSIST_NOT].text, DATE "Connection: close\r\n\r\n");
    for (size_t i = 0; i < PERSIST_KINDS; i++)
        assert_int_equal(t.kind[i].len, strlen(t.kind[i].text));
    t.kind[PERSIST].text[0] = '#';
    tails_refresh(&t, &clock);
    assert_int_equal(t.kind[PERSIST].text[0], '#');
    clock.wall++;
    tails_refresh(&t, &clock);
    assert_string_equal(t.kind[PERSIST].text, "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n\r\n");
    clock.wall -= 10; /* somebody set the clock */
    tails_refresh(&t, &clock);
    assert_string_equal(t.kind[PERSIST].text, "Date: Sun, 06 Nov 1994 08:49:28 GMT\r\n\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_file_is_head_tail_and_body),
        cmocka_unit_test(a_large_file_is_sent_from_its_descriptor),
        cmocka_unit_test(a_part_says_which_it_is),
        cmocka_unit_test(a_part_beyond_the_end_tells_the_size),
        cmocka_unit_test(what_was_not_modified_has_its_validators_and_no_length),
        cmocka_unit_test(an_error_is_its_page),
        cmocka_unit_test(options_are_told_without_a_body),
        cmocka_unit_test(a_redirect_is_encoded_and_keeps_the_query),
        cmocka_unit_test(an_interim_answer_has_no_date_and_no_body),
        cmocka_unit_test(the_longest_target_fits_the_text_that_was_asked_for),
        cmocka_unit_test(tails_change_with_the_second_and_not_within),
    };

    return cmocka_run_group_tests(tests, init, fini);
}
