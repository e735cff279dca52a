/* SPDX-License-Identifier: MIT */
/* Answers that are made when they are asked for: head and body, nothing for what is not there, and the memory goes with
 * the last piece. */

#include "serve/report.h"

#include <errno.h>

#include "answers.h"

static int makes; /* calls */

static int make(void *context, struct sv path, struct report *report)
{
    assert_ptr_equal(context, &makes);
    makes++;
    if (sv_eq(path, SV("/nothing")))
        return -ENOENT;
    report->type = SV("text/plain");
    report->policy = SV("default-src 'none'");
    if (sv_eq(path, SV("/ill")))
        report->status = 503;
    int err = sv_eq(path, SV("/empty")) ? 0 : buf_add(&report->body, SV("0123456789"));
    return sv_eq(path, SV("/memory")) ? -ENOMEM : err;
}

static const struct reporter reporter = {make, &makes};

static const char *head(const char *status, size_t len)
{
    static char text[512];

    (void)snprintf(text, sizeof text,
                   "HTTP/1.1 %s\r\nServer: baton\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
                   "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                   "Content-Security-Policy: default-src 'none'\r\nReferrer-Policy: no-referrer\r\n",
                   status, len);
    return text;
}

static void a_report_is_head_tail_and_body(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        int persist = kind / 2, status;
        bool head_only = kind % 2 == 1;
        struct response r = response(persist, head_only);
        assert_int_equal(report_answer(&reporter, &r, SV("/page"), &status), head_only ? 0 : 10);
        assert_int_equal(status, 200);
        expect_row(answer(head("200 OK", 10), persist, head_only, "0123456789"));
    }
}

static void a_report_may_say_that_all_is_not_well(void **state)
{
    struct response r = response(PERSIST, false);
    int status;

    (void)state;
    assert_int_equal(report_answer(&reporter, &r, SV("/ill"), &status), 10);
    assert_int_equal(status, 503);
    expect_row(answer(head("503 Service Unavailable", 10), PERSIST, false, "0123456789"));
}

static void a_report_may_be_empty(void **state)
{
    struct response r = response(PERSIST, false);
    int status;

    (void)state;
    assert_int_equal(report_answer(&reporter, &r, SV("/empty"), &status), 0);
    expect_row(answer(head("200 OK", 0), PERSIST, false, ""));
}

static void what_is_not_there_is_404_and_what_has_no_memory_503(void **state)
{
    struct response r = response(PERSIST, true);
    int status;

    (void)state;
    assert_int_equal(report_answer(&reporter, &r, SV("/nothing"), &status), 0);
    assert_int_equal(status, 404);
    out_clear(out);
    assert_int_equal(report_answer(&reporter, &r, SV("/memory"), &status), 0);
    assert_int_equal(status, 503);
    out_clear(out);
}

/* A row that is saved keeps the report; AddressSanitizer sees to the rest. */
static void a_report_outlives_the_turn_in_which_it_was_made(void **state)
{
    struct response r = response(PERSIST, false);
    int status;

    (void)state;
    (void)report_answer(&reporter, &r, SV("/page"), &status);
    struct out *kept = out_save(out);
    assert_non_null(kept);
    assert_memory_equal(kept->piece[kept->n - 1].iov_base, "0123456789", 10);
    out_free(&kept);
}

/* What a worker is, as far as the step looks at it. */
static void the_step_answers_where_there_is_a_reporter(void **state)
{
    static const struct {
        struct sv path;
        int status;
        uint64_t bytes;
    } rows[] = {{{"/page", 5}, 200, 10}, {{"/ill", 4}, 503, 10}, {{"/empty", 6}, 200, 0}};
    struct serve serve = {.reporter = &reporter};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct answer a = {.serve = &serve, .to = response(PERSIST, false), .path = rows[i].path};
        memset(&a.served, 0xa5, sizeof a.served);
        assert_true(report_step(&a));
        assert_int_equal(a.served.status, rows[i].status);
        assert_int_equal(a.served.bytes, rows[i].bytes);
        assert_int_equal(a.served.why, WHY_NONE);
        assert_int_equal(a.served.coding, CODING_IDENTITY);
        out_clear(out);
    }
}

static void without_a_reporter_all_is_left_to_the_next_step(void **state)
{
    struct serve serve = {0};
    struct answer a = {.serve = &serve, .to = response(PERSIST, false), .path = SV("/page")};
    int before = makes;

    (void)state;
    assert_false(report_step(&a));
    assert_int_equal(out->n, 0);
    assert_int_equal(makes, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_head_tail_and_body),
        cmocka_unit_test(a_report_may_say_that_all_is_not_well),
        cmocka_unit_test(a_report_may_be_empty),
        cmocka_unit_test(what_is_not_there_is_404_and_what_has_no_memory_503),
        cmocka_unit_test(a_report_outlives_the_turn_in_which_it_was_made),
        cmocka_unit_test(the_step_answers_where_there_is_a_reporter),
        cmocka_unit_test(without_a_reporter_all_is_left_to_the_next_step),
    };

    return cmocka_run_group_tests(tests, answers_init, answers_fini);
}
