/* SPDX-License-Identifier: MIT */
/* The environment: it wins over the files and loses to the command line, finds the sections that the files name, and what
 * is wrong with a variable is told like what is wrong in a file. */

#include "config_case.h"

#define TWO_NAMES FILE_A "[listen a-b]\naddress = 127.0.0.1:1\n[listen a.b]\naddress = 127.0.0.1:2\n"

static const struct case_row good_cases[] = {
    {FILE_A, "$BATON__LISTEN__BACKLOG=9", "main: 127.0.0.1:8080 9; a: /a index.html; off"},
    {FILE_A "[listen main]\nbacklog = 7\n", "$BATON__LISTEN__BACKLOG=9|-olisten.backlog=11",
     "main: 127.0.0.1:8080 11; a: /a index.html; off"},
    {FILE_A "[listen main]\nbacklog = 7\n", "$BATON__LISTEN__BACKLOG= 9 ",
     "main: 127.0.0.1:8080 9; a: /a index.html; off"},
    {FILE_A, "$baton__listen__backlog=9|$BATON_LISTEN__BACKLOG=10|$XBATON__A__B=1|$BATON=1|$BATON_=2",
     "main: 127.0.0.1:8080 4096; a: /a index.html; off"},
    {FILE_A, "$BATON__listen__Main__backLog=9", "main: 127.0.0.1:8080 9; a: /a index.html; off"},
    {FILE_A, "$BATON__LISTEN__B2__ADDRESS=127.0.0.1:2", "b2: 127.0.0.1:2 4096; a: /a index.html; off"},
    {TWO_LISTENS, "$BATON__LISTEN__B__BACKLOG=9", "main: 127.0.0.1:1 7; b: 127.0.0.1:2 9; a: /a index.html; off"},
    {TWO_LISTENS, "$BATON__LISTEN__B__ADDRESS=127.0.0.1:3|-l[::1]:4", "main: [::1]:4 7; a: /a index.html; off"},
    {"[site my-www.example.com]\nroot = /a\n", "$BATON__SITE__MY_WWW_EXAMPLE_COM__ROOT=/b",
     "main: 127.0.0.1:8080 4096; my-www.example.com: /b index.html; off"},
    {"[site Example.COM]\nroot = /a\n", "$BATON__SITE__EXAMPLE_COM__ROOT=/b",
     "main: 127.0.0.1:8080 4096; Example.COM: /b index.html; off"},
    {"[site a__b]\nroot = /a\n", "$BATON__SITE__A__B__ROOT=/b", "main: 127.0.0.1:8080 4096; a__b: /b index.html; off"},
    {"[site a_]\nroot = /a\n", "$BATON__SITE__A___ROOT=/b", "main: 127.0.0.1:8080 4096; a_: /b index.html; off"},
    {NULL, "$BATON__SITE__x.org__ROOT=/b", "main: 127.0.0.1:8080 4096; x.org: /b index.html; off"},
    {NULL, "$BATON__SITE__ROOT=/b", "main: 127.0.0.1:8080 4096; default: /b index.html; off"},
    {NULL, "/c|$BATON__SITE__ROOT=/b", "main: 127.0.0.1:8080 4096; default: /c index.html; stdout"},
    {NULL, "/c|$BATON__LOG__ACCESS=off", "main: 127.0.0.1:8080 4096; default: /c index.html; off"},
    {NULL, "/c|$BATON__LOG__ACCESS=/b", "main: 127.0.0.1:8080 4096; default: /c index.html; /b"},
    {TWO_NAMES, "$BATON__LISTEN__a.b__BACKLOG=9", "a-b: 127.0.0.1:1 4096; a.b: 127.0.0.1:2 9; a: /a index.html; off"},
    {FILE_A "[listen a-b]\naddress = 127.0.0.1:1\n[listen a_b]\naddress = 127.0.0.1:2\n",
     "$BATON__LISTEN__a_b__BACKLOG=9", "a-b: 127.0.0.1:1 4096; a_b: 127.0.0.1:2 9; a: /a index.html; off"},
    {"[site A.org]\nroot = /a\n", "$BATON__SITE__A.org__ROOT=/b",
     "main: 127.0.0.1:8080 4096; A.org: /b index.html; off"},
    {FILE_A, "$BATON__SITE__ROOT=/a ;b #c", "main: 127.0.0.1:8080 4096; a: /a ;b #c index.html; off"},
    {FILE_A "index = b\n", "$BATON__SITE__INDEX=c d", "main: 127.0.0.1:8080 4096; a: /a c d; off"},
    {FILE_A "index = b\n", "$BATON__SITE__INDEX=c\n\n d \n", "main: 127.0.0.1:8080 4096; a: /a c d; off"},
    {FILE_A "index = b\n", "$BATON__SITE__INDEX=", "main: 127.0.0.1:8080 4096; a: /a; off"},
    {FILE_A "index = b\n", "$BATON__SITE__INDEX= \n ", "main: 127.0.0.1:8080 4096; a: /a; off"},
    {FILE_A "index = b\n", "$BATON__SITE__INDEX=c|-osite.index=d|-osite.index=e",
     "main: 127.0.0.1:8080 4096; a: /a d e; off"},
    {FILE_A "index = b\n", "$BATON__SITE__INDEX=|-osite.index=d", "main: 127.0.0.1:8080 4096; a: /a d; off"},
    {FILE_A "index = b\n", "-osite.index=d\ne", "main: 127.0.0.1:8080 4096; a: /a d e; off"},
    {FILE_A, "$BATON__LISTEN__ADDRESS=127.0.0.1:1\nunix:/a b",
     "main: 127.0.0.1:1 unix:/a b 4096; a: /a index.html; off"},
    /* The order of the variables means nothing. */
    {FILE_A, "$BATON__LISTEN__B__ADDRESS=127.0.0.1:2|$BATON__LISTEN__A__ADDRESS=127.0.0.1:1",
     "a: 127.0.0.1:1 4096; b: 127.0.0.1:2 4096; a: /a index.html; off"},
};

static void the_environment_comes_to_what_it_says(void **state)
{
    (void)state;
    run_good(good_cases, ROWS(good_cases));
}

static const struct case_row bad_cases[] = {
    {FILE_A, "$BATON__SERVER__WRKERS=2",
     "environment:BATON__SERVER__WRKERS:1:16: error: unknown key 'wrkers' in [server]; did you mean 'workers'?\n"
     "  BATON__SERVER__WRKERS=2\n                 ^~~~~~\n"},
    {FILE_A, "$BATON__SERVE__WORKERS=2",
     "environment:BATON__SERVE__WORKERS:1:8: error: unknown section [serve]; did you mean [server]?\n"
     "  BATON__SERVE__WORKERS=2\n         ^~~~~\n"},
    {FILE_A, "$BATON__SERVER__WORKERS= 0",
     "environment:BATON__SERVER__WORKERS:1:25: error: out of range: 'workers' takes auto or 1..1024\n"
     "  BATON__SERVER__WORKERS= 0\n                          ^\n"},
    {FILE_A, "$BATON__LOG__ACCESS=",
     "environment:BATON__LOG__ACCESS:1:20: error: no value: 'access' takes off, stdout or /path\n"
     "  BATON__LOG__ACCESS=\n                     ^\n"},
    {FILE_A, "$BATON__LOG__ACCESS",
     "environment:BATON__LOG__ACCESS:1:19: error: no value: 'access' takes off, stdout or /path\n"
     "  BATON__LOG__ACCESS\n                    ^\n"},
    {FILE_A, "$BATON__SERVER_CACHE_TTL=1s",
     "environment:BATON__SERVER_CACHE_TTL:1:8: error: a variable is BATON__SECTION__KEY; did you mean '__' before "
     "'cache_ttl'?\n  BATON__SERVER_CACHE_TTL=1s\n         ^~~~~~~~~~~~~~~~\n"},
    {FILE_A, "$BATON__=1",
     "environment:BATON__:1:8: error: a variable is BATON__SECTION__KEY, such as BATON__SERVER__WORKERS\n"
     "  BATON__=1\n         ^\n"},
    {FILE_A, "$BATON__SERVER",
     "environment:BATON__SERVER:1:8: error: a variable is BATON__SECTION__KEY, such as BATON__SERVER__WORKERS\n"
     "  BATON__SERVER\n         ^~~~~~\n"},
    {FILE_A, "$BATON__SERVER__=1",
     "environment:BATON__SERVER__:1:16: error: unknown key '' in [server]\n  BATON__SERVER__=1\n                 ^\n"},
    {FILE_A, "$BATON____WORKERS=1",
     "environment:BATON____WORKERS:1:8: error: unknown section []\n  BATON____WORKERS=1\n         ^\n"},
    {FILE_A, "$BATON__SERVER__CACHE__TTL=1s",
     "environment:BATON__SERVER__CACHE__TTL:1:16: error: there is one [server], and it has no name\n"
     "  BATON__SERVER__CACHE__TTL=1s\n                 ^~~~~\n"},
    {FILE_A, "$BATON__SERVER__INCLUDE=/a",
     "environment:BATON__SERVER__INCLUDE:1:16: error: 'include' belongs in a file\n"
     "  BATON__SERVER__INCLUDE=/a\n                 ^~~~~~~\n"},
    {TWO_LISTENS, "$BATON__LISTEN__BACKLOG=9",
     "environment:BATON__LISTEN__BACKLOG:1:8: error: there are several [listen NAME]; say which: "
     "BATON__LISTEN__NAME__BACKLOG\n  BATON__LISTEN__BACKLOG=9\n         ^~~~~~\n"},
    {TWO_NAMES, "$BATON__LISTEN__A_B__BACKLOG=9",
     "environment:BATON__LISTEN__A_B__BACKLOG:1:16: error: this could be [listen a-b] or [listen a.b]\n"
     "  BATON__LISTEN__A_B__BACKLOG=9\n                 ^~~\n"},
    {"[site example.com]\nroot = /a\n", "$BATON__SITE__EXAMPEL_COM__ROOT=/b",
     "environment:BATON__SITE__EXAMPEL_COM__ROOT:1:14: error: no file has a [site NAME] that 'exampel_com' could be; "
     "did "
     "you mean [site example.com]?\n  BATON__SITE__EXAMPEL_COM__ROOT=/b\n               ^~~~~~~~~~~\n"},
    {FILE_A, "$BATON__LISTEN__MY_SOCKET__BACKLOG=9",
     "environment:BATON__LISTEN__MY_SOCKET__BACKLOG:1:16: error: no file has a [listen NAME] that 'my_socket' could "
     "be, "
     "and a new one takes letters and digits\n  BATON__LISTEN__MY_SOCKET__BACKLOG=9\n                 ^~~~~~~~~\n"},
    {FILE_A, "$BATON__LISTEN__A B__BACKLOG=9",
     "environment:BATON__LISTEN__A B__BACKLOG:1:16: error: a section's name is one word, without brackets, quotes, ',' "
     "and ';'\n"
     "  BATON__LISTEN__A B__BACKLOG=9\n                 ^~~\n"},
    {FILE_A, "$BATON__LISTEN__BACKLOG=9|$BATON__Listen__BACKLOG=8",
     "environment:BATON__Listen__BACKLOG:1:16: error: 'backlog' is set twice\n"
     "  BATON__Listen__BACKLOG=8\n                 ^~~~~~~\n"
     "environment:BATON__LISTEN__BACKLOG:1:16: note: first set here\n"
     "  BATON__LISTEN__BACKLOG=9\n                 ^~~~~~~\n"},
    {FILE_A, "$BATON__SITE__A__INDEX=c|$BATON__SITE__INDEX=b",
     "environment:BATON__SITE__INDEX:1:14: error: 'index' is set twice\n"
     "  BATON__SITE__INDEX=b\n               ^~~~~\n"
     "environment:BATON__SITE__A__INDEX:1:17: note: first set here\n"
     "  BATON__SITE__A__INDEX=c\n                  ^~~~~\n"},
    {FILE_A, "$BATON__LISTEN__ADDRESS=127.0.0.1:1\n 8080\n",
     "environment:BATON__LISTEN__ADDRESS:1:37: error: an address must come before the port: 127.0.0.1:8080 for this "
     "machine alone, [::]:8080 for every address\n  BATON__LISTEN__ADDRESS=127.0.0.1:1\\x0a 8080\\x0a\n"
     "                                         ^~~~\n"},
    {FILE_A, "$BATON__SERVER__WORKERS=1\n2",
     "environment:BATON__SERVER__WORKERS:1:25: error: a control byte\n"
     "  BATON__SERVER__WORKERS=1\\x0a2\n                          ^~~~\n"},
    {FILE_A, "$BATON__\x1b[2J__X=1",
     "environment:BATON__\\x1b[2J__X:1:8: error: unknown section [\\x1b[2j]\n  BATON__\\x1b[2J__X=1\n"
     "         ^~~~~~~\n"},
    /* Every one is reported, in the order of their names, behind what is wrong with the file. */
    {FILE_A "etag = of\n", "$BATON__SITE__ETAG=on|$BATON__LOG__LEVEL=warn|-olog.level=x",
     "t.ini:3:8: error: 'etag' takes stat, content or off; did you mean 'off'?\n  etag = of\n         ^~\n"
     "environment:BATON__LOG__LEVEL:1:19: error: 'level' takes error, warning, notice, info or debug; did you mean "
     "'warning'?\n  BATON__LOG__LEVEL=warn\n                    ^~~~\n"
     "environment:BATON__SITE__ETAG:1:19: error: 'etag' takes stat, content or off\n"
     "  BATON__SITE__ETAG=on\n                    ^~\n"
     "command line:1:11: error: 'level' takes error, warning, notice, info or debug\n  log.level=x\n"
     "            ^\n"},
};

static void each_mistake_names_its_variable_and_what_to_do(void **state)
{
    (void)state;
    run_bad(bad_cases, ROWS(bad_cases));
}

/* Nothing of its value is shown: it may be another program's. */
static void a_variable_that_is_nearly_ours_is_a_warning(void **state)
{
    static const struct {
        const char *variable;
        const char *report;
    } rows[] = {
        {"BATON_SERVER_WORKERS=2",
         "environment:BATON_SERVER_WORKERS: warning: this variable sets nothing; did you mean "
         "'BATON__SERVER__WORKERS'?\n"},
        {"BATON_LOG__LEVEL=info",
         "environment:BATON_LOG__LEVEL: warning: this variable sets nothing: one that does is BATON__SECTION__KEY\n"},
        {"BATON_TOKEN=secret",
         "environment:BATON_TOKEN: warning: this variable sets nothing: one that does is BATON__SECTION__KEY\n"},
        {"BATON_", "environment:BATON_: warning: this variable sets nothing: one that does is BATON__SECTION__KEY\n"},
        {"BATON=1", ""},
        {"BATONX_SERVER_WORKERS=1", ""},
        {"baton_server_workers=1", ""},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const char *const environment[] = {rows[i].variable, NULL};
        struct config_args args = {.root = "/a", .environment = environment};
        struct config c;
        char *report = NULL;

        assert_int_equal(load(&c, &args, &report), 0);
        assert_string_equal(report, rows[i].report);
        config_fini(&c);
        free(report);
    }
}

static void what_is_in_effect_names_the_variable(void **state)
{
    static const char *const environment[] = {"HOME=/root", "BATON__SITE__ROOT=www/./a", "BATON__SITE__INDEX=a\nb",
                                              "BATON__SERVER__SANDBOX_PATH=share", NULL};
    struct config_args args = {.environment = environment};
    struct config c;
    char *report = NULL;
    char wanted[4200];

    (void)state;
    assert_int_equal(load(&c, &args, &report), 0);
    assert_int_equal(buf_add(&c.effective, sv_of("", 1)), 0);
    (void)snprintf(wanted, sizeof wanted, "%s/www/a", scratch);
    assert_string_equal(c.sites[0].root, wanted);
    (void)snprintf(wanted, sizeof wanted, "%s/share", scratch);
    assert_int_equal(c.server.sandbox_path.n, 1);
    assert_string_equal(c.server.sandbox_path.v[0], wanted);
    assert_non_null(strstr(c.effective.p,
                           "index = a                                   ; environment:BATON__SITE__INDEX\n"
                           "index = b                                   ; environment:BATON__SITE__INDEX\n"));
    assert_non_null(strstr(c.effective.p, " ; environment:BATON__SITE__ROOT\n"));
    config_fini(&c);
    free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_comes_to_what_it_says),
        cmocka_unit_test(each_mistake_names_its_variable_and_what_to_do),
        cmocka_unit_test(a_variable_that_is_nearly_ours_is_a_warning),
        cmocka_unit_test(what_is_in_effect_names_the_variable),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
