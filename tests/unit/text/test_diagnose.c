/* SPDX-License-Identifier: MIT */
/* The error report: what it says, to the byte; the caret is under the wrong part whatever stands before it; and nothing
 * in a configuration can steer the terminal that it is shown on. */

#include "text/diagnose.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"

static char name[] = "a.ini";

/* What the report says about one line, with the caret at a place in it. */
static void check_report(const char *line, size_t col, size_t len, bool colour, const char *wanted)
{
    char *text = strdup(line);
    struct source s = {.name = name, .text = text, .len = strlen(line), .first_line = 1};
    struct place at = {&s, 1, 0, col, len};
    struct diagnose d;

    diagnose_init(&d, colour);
    diagnose_error(&d, at, "wrong");
    expect(sv_eq(buf_sv(&d.text), sv_cstr(wanted)), "gave\n%.*swanted\n%s", (int)d.text.len, d.text.p, wanted);
    assert_int_equal(d.errors, 1);
    assert_false(d.oom);
    diagnose_fini(&d);
    free(text);
}

#define FIFTY "01234567890123456789012345678901234567890123456789"
#define FORTY "0123456789012345678901234567890123456789"
#define SIXTY "012345678901234567890123456789012345678901234567890123456789"

static const struct {
    const char *line;
    size_t col;
    size_t len;
    const char *report;
} rows[] = {
    {"cahce = 1", 0, 5, "a.ini:1:1: error: wrong\n  cahce = 1\n  ^~~~~\n"},
    {"k = v\r\nnext", 4, 1, "a.ini:1:5: error: wrong\n  k = v\n      ^\n"},
    {"[log", 4, 0, "a.ini:1:5: error: wrong\n  [log\n      ^\n"},
    {"", 0, 0, "a.ini:1:1: error: wrong\n  \n  ^\n"},
    {"\tk = v", 5, 1, "a.ini:1:6: error: wrong\n          k = v\n              ^\n"},
    {"ab\tk", 3, 1, "a.ini:1:4: error: wrong\n  ab      k\n          ^\n"},
    {"\xc3\xa9 = v", 5, 1, "a.ini:1:6: error: wrong\n  \xc3\xa9 = v\n      ^\n"},
    {"\xe6\xbc\xa2 = v", 6, 1, "a.ini:1:7: error: wrong\n  \xe6\xbc\xa2 = v\n       ^\n"},
    {"e\xcc\x81 = v", 6, 1, "a.ini:1:7: error: wrong\n  e\xcc\x81 = v\n      ^\n"},
    {"\xe6\xbc\xa2\xe5\xad\x97", 0, 6, "a.ini:1:1: error: wrong\n  \xe6\xbc\xa2\xe5\xad\x97\n  ^~~~\n"},
    {"\x1b[2Jk = v", 8, 1, "a.ini:1:9: error: wrong\n  \\x1b[2Jk = v\n             ^\n"},
    {"\xff = v", 0, 1, "a.ini:1:1: error: wrong\n  \\xff = v\n  ^~~~\n"},
    {"\xe2\x80\xae = v", 0, 3, "a.ini:1:1: error: wrong\n  \\u202e = v\n  ^~~~~~\n"},
    {"\xc2\x9b"
     "31m",
     5, 0, "a.ini:1:6: error: wrong\n  \\u009b31m\n           ^\n"},
    {FIFTY FIFTY, 99, 1,
     "a.ini:1:100: error: wrong\n  " FIFTY FIFTY "\n  " /* 99 spaces */
     "                                                                                                   ^\n"},
    {FIFTY FIFTY "tail", 2, 1, "a.ini:1:3: error: wrong\n  " FIFTY FIFTY "...\n    ^\n"},
    {FIFTY "!" FIFTY FIFTY, 50, 1,
     "a.ini:1:51: error: wrong\n  ..." FORTY "!" FIFTY "012345678...\n"
     "                                             ^\n"},
    {FIFTY FIFTY "!", 100, 200,
     "a.ini:1:101: error: wrong\n  ..." FORTY "!\n                                             ^\n"},
};

static void each_line_is_quoted_with_the_caret_under_the_wrong_part(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        check_report(rows[i].line, rows[i].col, rows[i].len, false, rows[i].report);
}

static void a_mark_longer_than_the_window_ends_with_it(void **state)
{
    char line[401];
    char wanted[700];
    char tail[101];

    (void)state;
    memset(line, 'x', 400);
    line[400] = '\0';
    memset(tail, '~', 100);
    tail[99] = '\0';
    (void)snprintf(wanted, sizeof wanted, "a.ini:1:1: error: wrong\n  %.100s...\n  ^%s\n", line, tail);
    check_report(line, 0, 400, false, wanted);
}

static void colours_are_there_when_asked_for_and_only_then(void **state)
{
    (void)state;
    check_report("k = v", 4, 1, true,
                 "\x1b[1ma.ini:1:5: \x1b[1;31merror:\x1b[0m wrong\n  k = v\n  \x1b[1;31m    ^\x1b[0m\n");
}

static void messages_and_names_are_escaped_too(void **state)
{
    char evil[] = "a\n\x1b.ini";
    char text[] = "";
    struct source s = {.name = evil, .text = text, .first_line = 1};
    struct diagnose d;

    (void)state;
    diagnose_init(&d, false);
    diagnose_error(&d, place_whole(&s), "unknown key '%s'", "\x1b]0;title\x07");
    diagnose_warning(&d, (struct place){0}, "and\tmore");
    diagnose_note(&d, (struct place){0}, "a note about nowhere is none");
    expect(sv_eq(buf_sv(&d.text), SV("a\\x0a\\x1b.ini: error: unknown key '\\x1b]0;title\\x07'\n"
                                     "batond: warning: and\\x09more\n")),
           "%.*s", (int)d.text.len, d.text.p);
    assert_int_equal(d.warnings, 1);
    diagnose_fini(&d);
}

static void an_argument_is_one_line_whatever_it_holds(void **state)
{
    char text[] = "a\nb";
    char cmd[] = "command line";
    struct source s = {.name = cmd, .text = text, .len = 3, .first_line = 2, .tier = SOURCE_COMMAND_LINE};
    struct diagnose d;

    (void)state;
    diagnose_init(&d, false);
    diagnose_error(&d, (struct place){&s, 2, 0, 2, 1}, "wrong");
    expect(sv_eq(buf_sv(&d.text), SV("command line:2:3: error: wrong\n  a\\x0ab\n       ^\n")), "%.*s", (int)d.text.len,
           d.text.p);
    diagnose_fini(&d);
}

static void after_a_hundred_errors_the_rest_is_counted(void **state)
{
    struct diagnose d;
    char *out = NULL;
    size_t len = 0;
    size_t lines = 0;

    (void)state;
    diagnose_init(&d, false);
    for (int i = 1; i <= 117; i++) {
        diagnose_error(&d, (struct place){0}, "number %d", i);
        diagnose_note(&d, (struct place){0}, "nowhere");
    }
    FILE *f = open_memstream(&out, &len);
    diagnose_print(&d, f);
    (void)fclose(f);
    for (size_t i = 0; i < len; i++)
        lines += out[i] == '\n';
    assert_int_equal(lines, 101);
    assert_non_null(strstr(out, "batond: error: number 100\nand 17 more\n"));
    assert_null(strstr(out, "number 101"));
    free(out);
    diagnose_fini(&d);
}

static void colours_are_for_terminals_without_no_color(void **state)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    FILE *file = tmpfile();

    (void)state;
    (void)setenv("TERM", "xterm", 1);
    (void)unsetenv("NO_COLOR");
    assert_non_null(file);
    assert_false(diagnose_wants_colour(file));
    (void)fclose(file);
    if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0) {
        print_message("no pseudo terminal here\n");
        skip();
    }
    FILE *tty = fdopen(open(ptsname(fd), O_RDWR | O_NOCTTY), "w");
    assert_non_null(tty);
    assert_true(diagnose_wants_colour(tty));
    (void)setenv("NO_COLOR", "", 1);
    assert_true(diagnose_wants_colour(tty));
    (void)setenv("NO_COLOR", "1", 1);
    assert_false(diagnose_wants_colour(tty));
    (void)unsetenv("NO_COLOR");
    (void)setenv("TERM", "dumb", 1);
    assert_false(diagnose_wants_colour(tty));
    (void)fclose(tty);
    (void)close(fd);
}

static void a_long_word_is_cut_between_characters(void **state)
{
    char word[64];

    (void)state;
    memset(word, 'a', sizeof word);
    assert_int_equal(diagnose_cut(sv_of(word, 60)).len, 60);
    assert_int_equal(diagnose_cut(sv_of(word, 61)).len, 60);
    memcpy(word + 59, "\xc3\xa9", 2);
    assert_int_equal(diagnose_cut(sv_of(word, 64)).len, 59);
    memset(word, 0xff, sizeof word);
    assert_int_equal(diagnose_cut(sv_of(word, 64)).len, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_quoted_with_the_caret_under_the_wrong_part),
        cmocka_unit_test(a_mark_longer_than_the_window_ends_with_it),
        cmocka_unit_test(colours_are_there_when_asked_for_and_only_then),
        cmocka_unit_test(messages_and_names_are_escaped_too),
        cmocka_unit_test(an_argument_is_one_line_whatever_it_holds),
        cmocka_unit_test(after_a_hundred_errors_the_rest_is_counted),
        cmocka_unit_test(colours_are_for_terminals_without_no_color),
        cmocka_unit_test(a_long_word_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
