/* SPDX-License-Identifier: MIT */
/* The lines of --explain: a column of labels, and no byte that could steer a terminal. */

#include "explain/say.h"

#include <stdlib.h>

#include "expect.h"

/* What is printed by `say` where there is a label, and else by say_bytes. */
static void expect_line(const char *label, struct sv bytes, const char *wanted)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    assert_non_null(to);
    if (label != NULL)
        say(to, label, "%.*s", SV_ARG(bytes));
    else
        say_bytes(to, bytes);
    assert_int_equal(fclose(to), 0);
    expect(sv_eq(sv_of(text, len), sv_cstr(wanted)), "%s", text);
    free(text);
}

static void what_is_said_stands_behind_its_label(void **state)
{
    (void)state;
    expect_line("path", SV("/a b"), "path      /a b\n");
    expect_line("", SV("and more"), "          and more\n");
    expect_line("listener", SV(""), "listener  \n");
    expect_line("validators", SV("x"), "validatorsx\n");
}

static void bytes_that_could_steer_a_terminal_are_escaped(void **state)
{
    (void)state;
    expect_line("path", SV("/\x1b[2J\n"), "path      /\\x1b[2J\\x0a\n");
    expect_line(NULL, SV("\x1b]0;x\x07"), "\\x1b]0;x\\x07\n");
    expect_line(NULL, SV("\xff"), "\\xff\n");
    expect_line(NULL, SV("\xe2\x80\xae"), "\\u202e\n");
    expect_line(NULL, SV("A: \xc3\xa4"), "A: \xc3\xa4\n");
    expect_line(NULL, SV(""), "\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_stands_behind_its_label),
        cmocka_unit_test(bytes_that_could_steer_a_terminal_are_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
