/* SPDX-License-Identifier: MIT */
/* Reports about a configuration: what the log gets of them, and what whoever asked is told. */

#include "daemon/report.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"

static struct diagnose report;
static int pipes[2];

static int enter(void **state)
{
    (void)state;
    if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK) < 0)
        return -1;
    log_init(pipes[1], LOG_LEVEL_NOTICE);
    diagnose_init(&report, false);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    diagnose_fini(&report);
    log_init(STDERR_FILENO, LOG_LEVEL_NOTICE);
    (void)close(pipes[0]);
    return close(pipes[1]);
}

/* All that the log got. */
static const char *logged(void)
{
    static char text[65536];
    ssize_t n = read(pipes[0], text, sizeof text - 1);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

static const char *first(void)
{
    static char text[256];

    report_first(&report, text, sizeof text);
    return text;
}

static void each_line_is_logged_at_its_level(void **state)
{
    (void)state;
    diagnose_warning(&report, place_nowhere(), "odd");
    diagnose_error(&report, place_nowhere(), "wrong");
    report_log(&report, LOG_LEVEL_ERROR);
    assert_string_equal(logged(), "batond: warning: odd\nbatond: error: wrong\n");
}

static void the_first_error_is_told_though_warnings_stand_before_it(void **state)
{
    (void)state;
    diagnose_warning(&report, place_nowhere(), "odd");
    diagnose_error(&report, place_nowhere(), "wrong");
    diagnose_error(&report, place_nowhere(), "also wrong");
    assert_string_equal(first(), "wrong");
}

/* To be told nothing would mean that all went well. */
static void something_is_told_in_any_case(void **state)
{
    (void)state;
    assert_string_equal(first(), "see the log");
    diagnose_warning(&report, place_nowhere(), "odd");
    assert_string_equal(first(), "odd");
    report.oom = true;
    assert_string_equal(first(), diagnose_no_memory);
}

static void what_there_was_no_room_for_is_counted(void **state)
{
    (void)state;
    for (int i = 0; i < DIAGNOSE_MAX + 3; i++)
        diagnose_error(&report, place_nowhere(), "wrong");
    report.oom = true;
    report_log(&report, LOG_LEVEL_ERROR);
    const char *text = logged();
    assert_non_null(strstr(text, diagnose_no_memory));
    assert_non_null(strstr(text, "and 3 more\n"));
}

#define report_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        report_test(each_line_is_logged_at_its_level),
        report_test(the_first_error_is_told_though_warnings_stand_before_it),
        report_test(something_is_told_in_any_case),
        report_test(what_there_was_no_room_for_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
