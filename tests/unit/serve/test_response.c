/* SPDX-License-Identifier: MIT */
/* Every kind of answer, byte for byte: to GET and to HEAD, for connections that stay and for those that end. */

#include "serve/response.h"

#include "answers.h"
#include "http/path.h"

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
        assert_int_equal(out->n_parts, head ? 0 : 1);
        if (!head) {
            assert_ptr_equal(out->owner[out->n - 1], &large->ref);
            expect_part(0, 0, 10);
        }
        expect_row(answer("HTTP/1.1 200 OK\r\nServer: baton\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n"
                          "Accept-Ranges: bytes\r\nLast-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\nETag: \"tag\"\r\n",
                          persist, head, ""));
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
                          "ETag: \"tag\"\r\n",
                          persist, head, ""));
    }
}

static void an_error_is_its_page(void **state)
{
    static const int statuses[] = {400, 403, 404, 405, 406, 408, 411, 412, 413, 414, 417, 421, 431, 500, 501, 503, 505};

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

static void an_error_says_on_what_it_depends(void **state)
{
    struct response r = response(PERSIST, false);

    (void)state;
    r.varies = true;
    (void)response_error(&r, 412);
    expect_row(answer(page_head(412, "Vary: Accept-Encoding\r\n"), PERSIST, false, page_body(412)));
    (void)response_beyond(&r, small);
    expect_row(answer(page_head(416, "Content-Range: bytes */10\r\nVary: Accept-Encoding\r\n"), PERSIST, false,
                      page_body(416)));
}

/* The lines lie in the policy, which stays as long as the row has them. */
static void an_error_has_the_lines_that_rules_give_all_answers(void **state)
{
    struct policy policy = {.ref = {.count = 1}, .all = SV("X-A: b\r\n"), .file = SV("X-A: b\r\nX-C: d\r\n")};
    struct response r = response(PERSIST, false);

    (void)state;
    r.policy = &policy;
    (void)response_error(&r, 404);
    assert_int_equal(policy.ref.count, 2);
    expect_row(answer(page_head(404, "X-A: b\r\n"), PERSIST, false, page_body(404)));
    assert_int_equal(policy.ref.count, 1);
    policy.all = SV("");
    (void)response_error(&r, 404);
    assert_int_equal(policy.ref.count, 1);
    expect_row(answer(page_head(404, ""), PERSIST, false, page_body(404)));
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

static void a_redirect_is_relative_and_keeps_the_query(void **state)
{
    static const struct slash {
        const char *raw;
        const char *query; /* NULL: no '?' */
        const char *location;
    } rows[] = {
        {"/dir", NULL, "Location: dir/\r\n"},
        {"/dir", "", "Location: dir/?\r\n"},
        {"/a/b/dir", "a=b&c=%20?", "Location: dir/?a=b&c=%20?\r\n"},
        {"/a/d%2Fe", "/x", "Location: d%2Fe/?/x\r\n"},
        {"/a%0D%0ASet-Cookie:%20x", NULL, "Location: ./a%0D%0ASet-Cookie:%20x/\r\n"},
        {"/x//../dir", "q", "Location: /dir/?q\r\n"},
        {"/host/a:80", "q", "Location: ./a:80/?q\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        for (int kind = 0; kind < KINDS; kind++) {
            int persist = kind / 2;
            bool head = kind % 2 == 1;
            struct response r = response(persist, head);
            char room[128];
            struct sv path;
            assert_int_equal(path_read(sv_cstr(rows[i].raw), room, &path), WHY_NONE);
            assert_int_equal(response_slash(&r, sv_cstr(rows[i].raw), path, sv_cstr(rows[i].query)),
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
    response_slash(&r, sv_of(path, sizeof path), sv_of(path, sizeof path), sv_of(query, sizeof query));
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
        expect_part(0, parts[i].range.first, parts[i].range.len);
        expect_row(answer(head, PERSIST, false, ""));
    }
}

static void who_knows_it_by_another_tag_is_told_that_one(void **state)
{
    static const struct range one = {2, 3};
    struct response r = response(PERSIST, false);

    (void)state;
    r.etag = SV("\"the other tag\"");
    (void)response_part(&r, small, &one);
    expect_row(answer("HTTP/1.1 206 Partial Content\r\nServer: baton\r\nContent-Length: 3\r\n"
                      "Content-Range: bytes 2-4/10\r\nContent-Type: text/plain\r\nAccept-Ranges: bytes\r\n"
                      "Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\nETag: \"the other tag\"\r\n",
                      PERSIST, false, "234"));
    (void)response_not_modified(&r, small);
    expect_row(answer("HTTP/1.1 304 Not Modified\r\nServer: baton\r\nETag: \"the other tag\"\r\n", PERSIST, false, ""));
    r.etag = small->etag;
    (void)response_not_modified(&r, small);
    expect_row(answer("HTTP/1.1 304 Not Modified\r\nServer: baton\r\nETag: \"tag\"\r\n", PERSIST, false, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_file_is_head_tail_and_body),
        cmocka_unit_test(a_large_file_is_sent_from_its_descriptor),
        cmocka_unit_test(an_error_says_on_what_it_depends),
        cmocka_unit_test(an_error_has_the_lines_that_rules_give_all_answers),
        cmocka_unit_test(a_part_beyond_the_end_tells_the_size),
        cmocka_unit_test(what_was_not_modified_has_its_validators_and_no_length),
        cmocka_unit_test(an_error_is_its_page),
        cmocka_unit_test(options_are_told_without_a_body),
        cmocka_unit_test(a_redirect_is_relative_and_keeps_the_query),
        cmocka_unit_test(an_interim_answer_has_no_date_and_no_body),
        cmocka_unit_test(the_longest_target_fits_the_text_that_was_asked_for),
        cmocka_unit_test(tails_change_with_the_second_and_not_within),
        cmocka_unit_test(a_part_says_which_it_is),
        cmocka_unit_test(who_knows_it_by_another_tag_is_told_that_one),
    };

    return cmocka_run_group_tests(tests, answers_init, answers_fini);
}
