/* SPDX-License-Identifier: MIT */
/* A file, or what of it the client wants: conditions before ranges, tags that still name it, digests that are waited for. */

#include "serve/file.h"

#include "serve/lookup.h"

#include "answering.h"
#include "scarce.h"

enum { LARGE = 100000 }; /* it stays behind its descriptor, and is summed elsewhere */

static int enter(void **state)
{
    int err = answering_enter(state);

    make_file("one/a", SV("0123456789"));
    make_file("one/empty", SV(""));
    make_file("one/a.gz", SV("in gzip"));
    make_dir("one/dir");
    return err;
}

#define file_test(f) cmocka_unit_test_setup_teardown(f, enter, answering_leave)
#define DIGEST       "Want-Repr-Digest: sha-256=1\r\n"

static void what_is_no_file_is_left_to_the_next_step(void **state)
{
    static const char *const lines[] = {"GET /missing", "GET /dir", "GET /dir/"};

    (void)state;
    for (size_t i = 0; i < ROWS(lines); i++) {
        struct answer *a = answer_begin(lines[i], "If-None-Match: *\r\nRange: bytes=0-0\r\n");
        assert_false(entry_step(a));
        expect(!file_step(a), "%s", lines[i]);
        assert_int_equal(out->n, 0);
        answer_end();
    }
}

static void a_file_is_sent_whole_in_part_or_not_at_all(void **state)
{
    static const struct {
        const char *line;
        const char *fields;
        enum why why;
        const char *body;
    } rows[] = {
        {"GET /a", "", WHY_FILE, "0123456789"},
        {"HEAD /a", "", WHY_FILE, ""},
        {"GET /empty", "", WHY_FILE, ""},
        {"GET /a", "Range: bytes=2-4\r\n", WHY_RANGE, "234"},
        {"GET /a", "Range: bytes=-1\r\n", WHY_RANGE, "9"},
        {"HEAD /a", "Range: bytes=2-4\r\n", WHY_RANGE_METHOD, ""},
        {"GET /a", "Range: lines=2-4\r\n", WHY_RANGE_VOID, "0123456789"},
        {"GET /a", "Range: bytes=0-0,2-2,4-4,6-6,8-8\r\n", WHY_RANGE_VOID, "0123456789"}, /* one more than may be */
        {"GET /empty", "Range: bytes=0-0\r\n", WHY_RANGE_EMPTY, ""},
        {"GET /a", "If-None-Match: *\r\n", WHY_IF_NONE_MATCH, ""},
        {"GET /a", "If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT\r\n", WHY_IF_MODIFIED_SINCE, ""},
        {"GET /a", "If-Range: \"x\"\r\nRange: bytes=2-4\r\n", WHY_IF_RANGE, "0123456789"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        expect_body(rows[i].line, rows[i].fields, rows[i].why, rows[i].body);
    expect_why("GET /a", "Range: bytes=10-\r\n", WHY_BEYOND);
    assert_true(has_line("Content-Range: bytes */10\r\n"));
    expect_why("GET /a", "If-Match: \"x\"\r\n", WHY_IF_MATCH);
    expect_why("GET /a", "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", WHY_IF_UNMODIFIED_SINCE);
}

static const char *boundary_of(const char *fields)
{
    static char text[BOUNDARY_LEN + 1];

    expect_why("GET /a", fields, WHY_RANGE);
    const char *at = strstr(joined(), "boundary=");
    assert_non_null(at);
    memcpy(text, at + 9, BOUNDARY_LEN);
    return text;
}

static void each_answer_in_parts_has_a_boundary_of_its_own(void **state)
{
    char first[BOUNDARY_LEN + 1];

    (void)state;
    memcpy(first, boundary_of("Range: bytes=0-0,9-9\r\n"), sizeof first);
    assert_int_equal(strspn(first, "0123456789abcdef"), BOUNDARY_LEN);
    assert_memory_not_equal(first, first + BOUNDARY_LEN / 2, BOUNDARY_LEN / 2);
    assert_string_not_equal(first, boundary_of("Range: bytes=0-0,9-9\r\n"));
}

static void without_memory_for_parts_the_answer_is_503(void **state)
{
    (void)state;
    for (int n = 0; n < 2; n++) {
        struct answer *a = answer_begin("GET /a", "Range: bytes=0-0,9-9\r\n");
        assert_false(entry_step(a));
        scarce_after = n;
        bool answered = file_step(a);
        scarce_after = SCARCE_NOT;
        assert_true(answered);
        expect_status("parts", &a->served, n == 0 ? 503 : 206);
        answer_end();
    }
}

/* As it is while the file is young, and as etag = content makes it. The coding has its part in it. */
static void whoever_knows_a_file_by_its_content_is_answered_with_that_tag(void **state)
{
    uint8_t sum[SHA256_LEN];
    char tag[ENTRY_ETAG_MAX], fields[256], line[128];
    struct sha256 hash;

    (void)state;
    sha256_init(&hash);
    sha256_add(&hash, SV("0123456789"));
    sha256_end(&hash, sum);
    size_t len = entry_etag_of_sum(sum, CODING_IDENTITY, tag);
    (void)snprintf(line, sizeof line, "ETag: %.*s\r\n", (int)len, tag);
    (void)ask("GET /a", "");
    assert_true(has_line("ETag: ") && !has_line(line));

    (void)snprintf(fields, sizeof fields, "If-None-Match: \"x\", %.*s\r\n", (int)len, tag);
    expect_why("GET /a", fields, WHY_IF_NONE_MATCH);
    assert_true(has_line(line));
    (void)snprintf(fields, sizeof fields, "If-Match: %.*s\r\n", (int)len, tag);
    expect_body("GET /a", fields, WHY_FILE, "0123456789");
    (void)snprintf(fields, sizeof fields, "If-Range: %.*s\r\nRange: bytes=3-3\r\n", (int)len, tag);
    expect_body("GET /a", fields, WHY_RANGE, "3");
    assert_true(has_line(line));
    (void)snprintf(fields, sizeof fields, "Accept-Encoding: gzip\r\nIf-Match: %.*s\r\n", (int)len, tag);
    expect_why("GET /a", fields, WHY_IF_MATCH);
}

static void the_digest_of_a_small_file_is_told_at_once_to_those_who_want_it(void **state)
{
    (void)state;
    (void)ask_waiting("GET /a", DIGEST, true);
    assert_true(has_line("Repr-Digest: sha-256=:hNiYd/DUBB77a/kaFvAkjy/Vc+avBcGflr7bn4gveII=:\r\n"));
    expect_body("GET /a", DIGEST "Range: bytes=0-0\r\n", WHY_RANGE, "0");
    assert_true(has_line("Repr-Digest: "));
    expect_why("GET /a", DIGEST "If-None-Match: *\r\n", WHY_IF_NONE_MATCH);
    assert_false(has_line("Repr-Digest: "));
    expect_why("GET /a", "Want-Repr-Digest: sha-256=0\r\n", WHY_FILE);
    assert_false(has_line("Repr-Digest: "));
}

/* Until the thread that sums has news. It has a minute, which no disk takes. */
static void wait_for_news(void)
{
    static const struct timespec moment = {.tv_nsec = 1000000};

    for (int i = 0; i < 60000 && !serve_has_sums_since(&serve, serve.sums_news); i++)
        (void)nanosleep(&moment, NULL);
    assert_true(serve_has_sums_since(&serve, serve.sums_news));
}

static void a_digest_that_is_not_known_yet_is_waited_for_by_those_who_may(void **state)
{
    (void)state;
    free_pattern(make_pattern("one/large", LARGE));
    free_pattern(make_pattern("one/other", LARGE));
    assert_int_equal(sums_new(&answering_sums, (struct thread_enter){0}), 0);
    answering_again();

    struct served s = ask_waiting("GET /large", DIGEST, true);
    assert_int_equal(s.status, 0);
    assert_int_equal(out->n, 0);
    expect_references_back();
    wait_for_news();
    s = ask_waiting("GET /large", DIGEST, true);
    assert_int_equal(s.status, 200);
    assert_int_equal(s.bytes, LARGE);
    assert_true(has_line("Repr-Digest: sha-256=:"));

    s = ask_waiting("GET /other", DIGEST, false);
    assert_int_equal(s.status, 200);
    assert_int_equal(s.bytes, LARGE);
    assert_false(has_line("Repr-Digest: "));
    wait_for_news();

    answering_close(); /* the sums are borrowed */
    sums_free(&answering_sums);
    assert_int_equal(answering_open(), 0);
    s = ask_waiting("GET /large", DIGEST, true);
    assert_int_equal(s.status, 200); /* nobody sums: there is nothing to wait for */
    assert_false(has_line("Repr-Digest: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        file_test(what_is_no_file_is_left_to_the_next_step),
        file_test(a_file_is_sent_whole_in_part_or_not_at_all),
        file_test(each_answer_in_parts_has_a_boundary_of_its_own),
        file_test(without_memory_for_parts_the_answer_is_503),
        file_test(whoever_knows_a_file_by_its_content_is_answered_with_that_tag),
        file_test(the_digest_of_a_small_file_is_told_at_once_to_those_who_want_it),
        file_test(a_digest_that_is_not_known_yet_is_waited_for_by_those_who_may),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
