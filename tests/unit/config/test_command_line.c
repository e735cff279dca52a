/* SPDX-License-Identifier: MIT */
/* A file and a command line together: what they come to, or what is wrong with them, to the byte. */

#include "config_case.h"

static const struct case_row good_cases[] = {
    {FILE_A, NULL, "main: 127.0.0.1:8080 4096; a: /a index.html; off"},
    {FILE_A, "/b", "main: 127.0.0.1:8080 4096; a: /b index.html; off"},
    {"", "/b/../c//d/", "main: 127.0.0.1:8080 4096; default: /b/../c/d index.html; off"},
    {NULL, "/", "main: 127.0.0.1:8080 4096; default: / index.html; stdout"},
    {NULL, "/b|-olog.access=off", "main: 127.0.0.1:8080 4096; default: /b index.html; off"},
    {NULL, "-osite.x.org.root=/x", "main: 127.0.0.1:8080 4096; x.org: /x index.html; off"},
    {TWO_LISTENS, NULL, "main: 127.0.0.1:1 7; b: 127.0.0.1:2 4096; a: /a index.html; off"},
    {TWO_LISTENS, "-l[::]:80|-lunix:/s", "main: [::]:80 unix:/s 7; a: /a index.html; off"},
    {TWO_LISTENS, "-l[::]:80|-olisten.backlog=9", "main: [::]:80 9; a: /a index.html; off"},
    {FILE_A, "-olisten.backlog=9", "main: 127.0.0.1:8080 9; a: /a index.html; off"},
    {FILE_A, "-olisten.b.backlog=9", "b: 127.0.0.1:8080 9; a: /a index.html; off"},
    {FILE_A, "-olisten.main.backlog=9|-olisten.backlog= 10 ", "main: 127.0.0.1:8080 10; a: /a index.html; off"},
    {FILE_A "index = b c\nindex = d\n", NULL, "main: 127.0.0.1:8080 4096; a: /a b c d; off"},
    {FILE_A "index = b\nindex =\nindex = c\n", NULL, "main: 127.0.0.1:8080 4096; a: /a c; off"},
    {FILE_A "index =\n", NULL, "main: 127.0.0.1:8080 4096; a: /a; off"},
    {FILE_A "index = b\n", "-osite.index=c|-osite.a.index= d ", "main: 127.0.0.1:8080 4096; a: /a c d; off"},
    {FILE_A "[listen main]\nbacklog = \" 9\t\" ; nine\n", NULL, "main: 127.0.0.1:8080 9; a: /a index.html; off"},
    /* The default site gives way to one that has another name, wherever and whenever that is set. */
    {"[site default]\nroot = /d\n" FILE_A, NULL, "main: 127.0.0.1:8080 4096; a: /a index.html; off"},
    {FILE_A "[site default]\nroot = /d\n", "/b|-osite.index=c", "main: 127.0.0.1:8080 4096; a: /b c; off"},
    {"[site default]\nroot = /d\nindex = i\n", "-osite.a.root=/a", "main: 127.0.0.1:8080 4096; a: /a index.html; off"},
    {"[site default]\nroot = /d\n", "$BATON__SITE__A__ROOT=/a|/b", "main: 127.0.0.1:8080 4096; a: /b index.html; off"},
    {"[site default]\nroot = /d\n", "-osite.index=c", "main: 127.0.0.1:8080 4096; default: /d c; off"},
    {"[site default]\nroot = /d\n" FILE_A, "-osite.default.root=/e",
     "main: 127.0.0.1:8080 4096; a: /a index.html; off"},
    {FILE_A, "-osite.root=/a ;b #c", "main: 127.0.0.1:8080 4096; a: /a ;b #c index.html; off"},
    {FILE_A, "-osite.root=/a;", "main: 127.0.0.1:8080 4096; a: /a; index.html; off"},
    {"[site a]\nroot = \"/a ;\\\"b\\\\\" # c\n", NULL, "main: 127.0.0.1:8080 4096; a: /a ;\"b\\ index.html; off"},
    {"[site a]\nroot = \"/a \"\nindex = \" b  c \" ; d\n", NULL, "main: 127.0.0.1:8080 4096; a: /a  b c; off"},
    {FILE_A "index = b\nindex = \"\" ; c\n", NULL, "main: 127.0.0.1:8080 4096; a: /a; off"},
    {FILE_A "index = index.html ; *, in order\n[server]\nworkers = 1 # one\ninclude =   ; * glob\n", NULL,
     "main: 127.0.0.1:8080 4096; a: /a index.html; off"},
    {FILE_A "[listen main]\naddress = 127.0.0.1:1 ; one\n[log]\naccess = off # no\n", NULL,
     "main: 127.0.0.1:1 4096; a: /a index.html; off"},
    {FILE_A "index = b\n", "-osite.index=", "main: 127.0.0.1:8080 4096; a: /a; off"},
    {FILE_A "[log]\n[site a]\nindex = b\n", NULL, "main: 127.0.0.1:8080 4096; a: /a b; off"},
    {"\xef\xbb\xbf[site a]\r\nroot = /a\r\nindex = b", NULL, "main: 127.0.0.1:8080 4096; a: /a b; off"},
    {FILE_A "[listen m]\naddress = 127.0.0.1:0\naddress = 127.0.0.1:0\n", NULL,
     "m: 127.0.0.1:0 127.0.0.1:0 4096; a: /a index.html; off"},
    {FILE_A "[server]\nuser = a\ngroup = b\n", NULL, "main: 127.0.0.1:8080 4096; a: /a index.html; off"},
    {FILE_A "[server]\naccept = reuseport\n", "-l[::]:80|-l127.0.0.1:80",
     "main: [::]:80 127.0.0.1:80 4096; a: /a index.html; off"},
};

static void file_and_command_line_come_to_what_they_say(void **state)
{
    (void)state;
    run_good(good_cases, ROWS(good_cases));
}

static const struct case_row bad_cases[] = {
    {FILE_A "[limits]\nheader_size = 32kb\nuri_size = 32k\n", NULL,
     "t.ini:4:17: error: unknown unit: sizes end in k, m or g\n  header_size = 32kb\n                  ^~\n"},
    {NULL, NULL,
     "batond: error: nothing to serve: add [site NAME] with root = /path, or name a directory: 'batond DIR'\n"},
    {"[log]\n", NULL,
     "t.ini: error: nothing to serve: add [site NAME] with root = /path, or name a directory: 'batond DIR'\n"},
    {NULL, "",
     "command line:1:1: error: the directory to serve is empty\n  \n  ^\n"
     "batond: error: nothing to serve: add [site NAME] with root = /path, or name a directory: 'batond DIR'\n"},
    {NULL, "a\nb", "command line:1:1: error: a control byte\n  a\\x0ab\n  ^~~~~~\n"},
    {FILE_A, "-osite.root=\"/a\"",
     "command line:1:11: error: 'root' takes an absolute path, one that starts with '/'; only in a file it may stand "
     "in "
     "quotes\n  site.root=\"/a\"\n            ^~~~\n"},
    {FILE_A, "-osite.root=~/www",
     "command line:1:11: error: 'root' takes an absolute path, one that starts with '/'; '~' stands for nothing here\n"
     "  site.root=~/www\n            ^~~~~\n"},
    {FILE_A, "-osite.\"b\".root=/b",
     "command line:1:6: error: a section's name is one word, without brackets, quotes, ',' and ';'\n  "
     "site.\"b\".root=/b\n"
     "       ^~~\n"},
    {NULL, "/a\nb", "command line:1:3: error: a control byte\n  /a\\x0ab\n    ^~~~\n"},
    {FILE_A, "-l127.0.0.1:1|-l8080",
     "command line:2:1: error: an address must come before the port: 127.0.0.1:8080 for this machine alone, "
     "[::]:8080 for every address\n  8080\n  ^~~~\n"},
    {FILE_A, "-l",
     "command line:1:1: error: -l needs an address: IPv4:port, [IPv6]:port, unix:/path or systemd:NAME\n  \n  ^\n"},
    {FILE_A, "-l127.0.0.1:1|-l127.0.0.1:1",
     "command line:2:1: error: this address is listened on already\n  127.0.0.1:1\n  ^~~~~~~~~~~\n"
     "command line:1:1: note: here\n  127.0.0.1:1\n  ^~~~~~~~~~~\n"},
    {FILE_A "[status]\naddress = 127.0.0.1:8080\n", NULL,
     "t.ini:4:11: error: this address is listened on already: it is the default of [listen NAME]\n"
     "  address = 127.0.0.1:8080\n            ^~~~~~~~~~~~~~\n"},
    {"[stie a]\nroot = /a\n", NULL,
     "t.ini:1:2: error: unknown section [stie]; did you mean [site NAME]?\n  [stie a]\n   ^~~~\n"},
    {FILE_A, "-oworkers=2",
     "command line:1:1: error: -o takes SECTION.KEY=VALUE, such as server.workers=2\n"
     "  workers=2\n  ^~~~~~~\n"},
    {FILE_A, "-oserver.workers",
     "command line:1:1: error: -o takes SECTION.KEY=VALUE, such as server.workers=2\n"
     "  server.workers\n  ^~~~~~~~~~~~~~\n"},
    {FILE_A, "-olog.level=info|-oserver.workers=0",
     "command line:2:16: error: out of range: 'workers' takes auto or 1..1024\n"
     "  server.workers=0\n                 ^\n"},
    {FILE_A, "-oserve.workers=2",
     "command line:1:1: error: unknown section [serve]; did you mean [server]?\n  serve.workers=2\n  ^~~~~\n"},
    {FILE_A, "-oqwerty.workers=2", "command line:1:1: error: unknown section [qwerty]\n  qwerty.workers=2\n  ^~~~~~\n"},
    {FILE_A, "-osite.a.rot=/",
     "command line:1:8: error: unknown key 'rot' in [site a]; did you mean 'root'?\n"
     "  site.a.rot=/\n         ^~~\n"},
    {FILE_A, "-oserver.x.workers=2",
     "command line:1:8: error: there is one [server], and it has no name\n  server.x.workers=2\n         ^\n"},
    {FILE_A, "-oserver.include=x.ini",
     "command line:1:8: error: 'include' belongs in a file\n  server.include=x.ini\n         ^~~~~~~\n"},
    {FILE_A, "-olisten.a b.backlog=2",
     "command line:1:8: error: a section's name is one word, without brackets, quotes, ',' and ';'\n  listen.a "
     "b.backlog=2\n      "
     "   ^~~\n"},
    {TWO_LISTENS, "-olisten.backlog=9",
     "command line:1:1: error: there are several [listen NAME]; say which: listen.main.backlog=...\n"
     "  listen.backlog=9\n  ^~~~~~\n"},
    {FILE_A, "-osite.b.root=/b",
     "command line:1:6: error: one [site NAME] is served, and this is another\n  site.b.root=/b\n       ^\n"
     "t.ini:1:7: note: the first is here\n  [site a]\n        ^\n"},
    {"[site default]\nroot = /d\n" FILE_A "[site b]\nroot = /b\n", NULL,
     "t.ini:5:7: error: one [site NAME] is served, and this is another\n  [site b]\n        ^\n"
     "t.ini:3:7: note: the first is here\n  [site a]\n        ^\n"},
    {"[site default]\nrot = /d\n" FILE_A, NULL,
     "t.ini:2:1: error: unknown key 'rot' in [site default]; did you mean 'root'?\n  rot = /d\n  ^~~\n"},
    {FILE_A, "-olisten.address=",
     "command line:1:8: error: no address is left in [listen main]\n  listen.address=\n         ^~~~~~~\n"},
    {FILE_A "[limits]\nheader_size = 1k\n", "-olimits.uri_size=2k",
     "command line:1:17: error: uri_size is at most header_size, which is 1k\n"
     "  limits.uri_size=2k\n                  ^~\n"
     "t.ini:4:1: note: set here\n  header_size = 1k\n  ^~~~~~~~~~~\n"},
    {FILE_A "root =\n", NULL,
     "t.ini:3:1: error: 'root' is set twice\n  root =\n  ^~~~\n"
     "t.ini:2:1: note: first set here\n  root = /a\n  ^~~~\n"},
    {"[site a]\nroot = ; no\n", NULL,
     "t.ini:2:7: error: no value: 'root' takes an absolute path\n  root = ; no\n        ^\n"},
    {"x-y = 1\n" FILE_A, NULL, "t.ini:1:1: error: 'x-y' stands before any [section]\n  x-y = 1\n  ^~~\n"},
    {FILE_A "\x1b]0;x\x07 = 1\n", NULL, "t.ini:3:1: error: a control byte\n  \\x1b]0;x\\x07 = 1\n  ^~~~\n"},
};

static void each_mistake_is_reported_with_its_place_and_what_to_do(void **state)
{
    (void)state;
    run_bad(bad_cases, ROWS(bad_cases));
}

static void what_is_set_of_a_site_that_gave_way_is_a_warning(void **state)
{
    static const struct case_row rows[] = {
        {"[site default]\nroot = /d\n", "$BATON__SITE__ETAG=off|-osite.a.root=/a",
         "environment:BATON__SITE__ETAG:1:14: warning: not used: [site default] gives way to [site a]\n"
         "  BATON__SITE__ETAG=off\n               ^~~~\n"},
        {"[site default]\nroot = /d\n" FILE_A, "-osite.default.root=/e",
         "command line:1:14: warning: not used: [site default] gives way to [site a]\n"
         "  site.default.root=/e\n               ^~~~\n"},
        {"[site default]\nroot = /d\n" FILE_A, NULL, ""},
    };
    static const char *const ways[] = {"\n; [site default] gives way to [site a]      ; t.ini:1\n[site a]\n",
                                       "\n; [site default] gives way to [site a]      ; command line\n[site a]\n",
                                       "\n; [site default] gives way to [site a]      ; t.ini:1\n[site a]\n"};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct config c;
        char *report = NULL;

        assert_int_equal(run_case(&rows[i], &c, &report), 0);
        assert_string_equal(report, rows[i].wanted);
        assert_int_equal(buf_add(&c.effective, sv_of("", 1)), 0);
        expect(strstr(c.effective.p, ways[i]) != NULL, "%s", c.effective.p);
        config_fini(&c);
        free(report);
    }
}

static void a_relative_root_of_an_option_starts_in_the_current_directory(void **state)
{
    static const char *const set[] = {"site.a.root=public/."};
    struct config_args args = {.set = set, .n_set = 1};
    struct config c;
    char *report = NULL;
    char root[4200];

    (void)state;
    assert_int_equal(load(&c, &args, &report), 0);
    (void)snprintf(root, sizeof root, "%s/public", scratch);
    assert_string_equal(c.sites[0].root, root);
    config_fini(&c);
    free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_and_command_line_come_to_what_they_say),
        cmocka_unit_test(each_mistake_is_reported_with_its_place_and_what_to_do),
        cmocka_unit_test(what_is_set_of_a_site_that_gave_way_is_a_warning),
        cmocka_unit_test(a_relative_root_of_an_option_starts_in_the_current_directory),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
