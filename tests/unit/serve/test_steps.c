/* SPDX-License-Identifier: MIT */
/* From a request to its answer: which step answers one that several could, whose site it is, and that all that was taken on
 * the way is given back. */

#include "serve/steps.h"

#include <errno.h>

#include "serve/report.h"

#include "answering.h"
#include "scarce.h"

static int enter(void **state)
{
    int err = answering_enter(state);

    make_file("one/a", SV("0123456789"));
    make_file("one/page", SV("page"));
    make_file("one/page.gz", SV("page in gzip"));
    make_dir("one/dir");
    make_file("two/a", SV("of two"));
    return err;
}

#define steps_test(f) cmocka_unit_test_setup_teardown(f, enter, answering_leave)
#define NOT_ANY       "Accept-Encoding: identity;q=0, *;q=0\r\n"
#define NONE_OF_IT    "If-None-Match: *\r\n"
#define OTHER_TAG     "If-Match: \"other\"\r\n"
#define BEYOND_END    "Range: bytes=99-\r\n"

/* Each request is one that a later step would answer in its own way. */
static const struct {
    const char *line;
    const char *fields;
    enum why why;
} order[] = {
    {"BREW /%zz", "", WHY_METHOD_UNKNOWN},
    {"POST /../x", "", WHY_METHOD_REFUSED},
    {"OPTIONS /../x", "", WHY_PATH_CLIMB},
    {"OPTIONS /.git", "", WHY_PATH_HIDDEN},
    {"GET /.git", OTHER_TAG, WHY_PATH_HIDDEN},
    {"OPTIONS /missing", "", WHY_OPTIONS},
    {"OPTIONS /dir", "", WHY_OPTIONS},
    {"OPTIONS /page", NOT_ANY, WHY_OPTIONS},
    {"OPTIONS *", "", WHY_OPTIONS},
    {"GET /page", NOT_ANY NONE_OF_IT, WHY_NOT_ACCEPTABLE},
    {"GET /page", NOT_ANY OTHER_TAG, WHY_NOT_ACCEPTABLE},
    {"GET /page", NOT_ANY BEYOND_END, WHY_NOT_ACCEPTABLE},
    {"GET /a", NOT_ANY, WHY_FILE}, /* it is there in no coding, and 406 helps nobody */
    {"GET /a", OTHER_TAG BEYOND_END, WHY_IF_MATCH},
    {"GET /a", OTHER_TAG NONE_OF_IT, WHY_IF_MATCH},
    {"GET /a", NONE_OF_IT BEYOND_END, WHY_IF_NONE_MATCH},
    {"GET /a", "If-Range: \"other\"\r\n" BEYOND_END, WHY_IF_RANGE},
    {"HEAD /a", BEYOND_END, WHY_RANGE_METHOD},
    {"GET /a", BEYOND_END, WHY_BEYOND},
    {"GET /a", "", WHY_FILE},
    {"GET /dir", NONE_OF_IT BEYOND_END, WHY_SLASH},
    {"GET /dir", NOT_ANY, WHY_SLASH},
    {"GET /missing", OTHER_TAG BEYOND_END, WHY_MISSING},
    {"GET /missing", NOT_ANY, WHY_MISSING},
    {"GET /dir/", NONE_OF_IT, WHY_NO_INDEX},
};

static void the_first_step_that_can_answers(void **state)
{
    (void)state;
    for (int twice = 0; twice < 2; twice++) /* from the disk, and from the cache */
        for (size_t i = 0; i < ROWS(order); i++) {
            expect_why(order[i].line, order[i].fields, order[i].why);
            expect(has_line("Location: ") == (order[i].why == WHY_SLASH), "%s", order[i].line);
        }
}

static int report(void *context, struct sv path, struct report *report)
{
    (void)context;
    report->type = SV("text/plain");
    return sv_eq(path, SV("/nothing")) ? -ENOENT : buf_add(&report->body, path);
}

static void a_reporter_answers_before_files_and_after_the_method_and_the_path(void **state)
{
    static const struct reporter reporter = {report, NULL};
    static const struct {
        const char *line;
        const char *fields;
        int status;
    } rows[] = {
        {"GET /a", NONE_OF_IT BEYOND_END, 200},
        {"GET /page", NOT_ANY, 200},
        {"GET /dir", "", 200},
        {"GET /missing", OTHER_TAG, 200},
        {"GET /nothing", "", 404},
        {"OPTIONS /nothing", "", 204},
        {"GET /../a", "", 400},
        {"BREW /a", "", 501},
    };

    (void)state;
    answering_reporter = &reporter;
    answering_again();
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct served s = ask(rows[i].line, rows[i].fields);
        expect_status(rows[i].line, &s, rows[i].status);
    }
    assert_int_equal(serve.cache.stock.n, 0);
}

/* Nothing of one is at the other, though the names and the cache are the same. */
static void the_host_says_which_site_is_asked(void **state)
{
    static const char to_two[] = "Host: www.two.example\r\n";

    (void)state;
    make_file("two/only", SV("only in two"));
    make_dir("two/page");
    for (int i = 0; i < 2; i++) {
        expect_body("GET /a", "Host: one.example\r\n", WHY_FILE, "0123456789");
        expect_body("GET /a", to_two, WHY_FILE, "of two");
        expect_body("GET /a", "Host: TWO.example:80\r\n", WHY_FILE, "0123456789"); /* the wildcard is not itself */
        expect_body("GET /a", "Host: unknown.example\r\n", WHY_FILE, "0123456789");
        expect_body("GET http://b.two.example/a", "Host: one.example\r\n", WHY_FILE, "of two");
        expect_body("GET /only", to_two, WHY_FILE, "only in two");
        expect_why("GET /only", "", WHY_MISSING);
        expect_why("GET /page", to_two, WHY_SLASH);
        expect_why("GET /page", "", WHY_FILE);
        expect_why("GET /dir", to_two, WHY_MISSING);
    }
}

static void the_coding_that_was_sent_is_told(void **state)
{
    struct served s;

    (void)state;
    expect_body("GET /page", "Accept-Encoding: gzip\r\n", WHY_FILE, "page in gzip");
    assert_int_equal(ask("GET /page", "Accept-Encoding: gzip\r\n").coding, CODING_GZIP);
    s = ask("GET /page", "Accept-Encoding: gzip\r\n" NONE_OF_IT);
    expect_status("not modified", &s, 304);
    assert_int_equal(s.coding, CODING_GZIP);
    assert_int_equal(ask("GET /page", "Accept-Encoding: br\r\n").coding, CODING_IDENTITY);
    assert_int_equal(ask("GET /page", "").coding, CODING_IDENTITY);
    assert_int_equal(ask("GET /page", NOT_ANY).coding, CODING_IDENTITY);
    assert_int_equal(ask("OPTIONS /page", "Accept-Encoding: gzip\r\n").coding, CODING_IDENTITY);
}

static void what_rules_say_of_a_path_stands_on_its_errors_and_redirects_too(void **state)
{
    static const char policy[] = "X-Said: of all\r\n";
    static const struct {
        const char *line;
        const char *fields;
        enum why why;
    } rows[] = {
        {"GET /missing", "", WHY_MISSING},
        {"GET /dir", "", WHY_SLASH},
        {"GET /page", NOT_ANY, WHY_NOT_ACCEPTABLE},
        {"GET /page", OTHER_TAG, WHY_IF_MATCH},
        {"HEAD /page", OTHER_TAG, WHY_IF_MATCH},
        {"GET /page", BEYOND_END, WHY_BEYOND},
        {"GET /page", "Accept-Encoding: gzip\r\n" OTHER_TAG, WHY_IF_MATCH},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        (void)ask(rows[i].line, rows[i].fields);
        expect(!has_line("X-Said:"), "%s", rows[i].line);
    }
    out_clear(out);
    say_of_all("/missing", CODING_IDENTITY, policy);
    say_of_all("/dir", CODING_IDENTITY, policy);
    say_of_all("/page", CODING_IDENTITY, policy);
    say_of_all("/page", CODING_GZIP, policy);
    for (size_t i = 0; i < ROWS(rows); i++) {
        expect_why(rows[i].line, rows[i].fields, rows[i].why);
        expect(has_line(policy), "%s", rows[i].line);
    }
    expect_why("OPTIONS /page", "", WHY_OPTIONS); /* before any path was looked at */
    assert_false(has_line("X-Said:"));
}

static void an_error_that_depends_on_the_coding_varies(void **state)
{
    (void)state;
    expect_why("GET /page", NOT_ANY, WHY_NOT_ACCEPTABLE);
    assert_true(has_line("Vary: Accept-Encoding\r\n"));
    expect_why("GET /page", OTHER_TAG, WHY_IF_MATCH);
    assert_true(has_line("Vary: Accept-Encoding\r\n"));
    expect_why("GET /a", OTHER_TAG, WHY_IF_MATCH);
    assert_false(has_line("Vary:"));
}

/* Each allocation of the way fails once. What was answered for want of memory is not remembered. */
static void without_memory_the_answer_is_503_or_as_it_would_be(void **state)
{
    static const struct {
        const char *line;
        const char *fields;
        enum why why;
    } rows[] = {
        {"GET /a", "", WHY_FILE},
        {"GET /a", "Range: bytes=0-0,2-2\r\n", WHY_RANGE},
        {"GET /page", "Accept-Encoding: gzip\r\n", WHY_FILE},
        {"GET /missing", "", WHY_MISSING},
        {"GET /dir", "", WHY_SLASH},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        bool failed = true;
        for (int n = 0; failed && n < 100; n++) {
            answering_again(); /* an empty cache */
            scarce_after = n;
            struct served s = ask(rows[i].line, rows[i].fields);
            failed = scarce_after == 0;
            scarce_after = SCARCE_NOT;
            expect_status(rows[i].line, &s, s.why == WHY_SHORTAGE ? 503 : why_status(rows[i].why));
            expect(n > 0 || s.why == WHY_SHORTAGE, "%s: %s", rows[i].line, why_text((enum why)s.why));
            expect_why(rows[i].line, rows[i].fields, rows[i].why);
        }
        assert_false(failed);
    }
}

static void what_is_no_request_is_refused_and_the_connection_ends(void **state)
{
    (void)state;
    (void)ask("GET /a", "");
    out_clear(out);
    struct served s = steps_refuse(&serve, WHY_FIELD_NAME, false, out);
    expect_status("refused", &s, 400);
    assert_int_equal(s.why, WHY_FIELD_NAME);
    assert_true(s.bytes > 0);
    assert_true(has_line("Connection: close\r\n"));
    assert_int_equal(serve_verdict(&serve).len, 0);
    out_clear(out);
    s = steps_refuse(&serve, WHY_LATE, true, out);
    expect_status("refused", &s, 408);
    assert_int_equal(s.bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        steps_test(the_first_step_that_can_answers),
        steps_test(a_reporter_answers_before_files_and_after_the_method_and_the_path),
        steps_test(the_host_says_which_site_is_asked),
        steps_test(the_coding_that_was_sent_is_told),
        steps_test(what_rules_say_of_a_path_stands_on_its_errors_and_redirects_too),
        steps_test(an_error_that_depends_on_the_coding_varies),
        steps_test(without_memory_the_answer_is_503_or_as_it_would_be),
        steps_test(what_is_no_request_is_refused_and_the_connection_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
