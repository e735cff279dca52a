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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_head_tail_and_body),
        cmocka_unit_test(a_report_may_say_that_all_is_not_well),
        cmocka_unit_test(a_report_may_be_empty),
        cmocka_unit_test(what_is_not_there_is_404_and_what_has_no_memory_503),
        cmocka_unit_test(a_report_outlives_the_turn_in_which_it_was_made),
    };

    return cmocka_run_group_tests(tests, answers_init, answers_fini);
}
