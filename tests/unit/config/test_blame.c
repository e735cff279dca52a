/* SPDX-License-Identifier: MIT */
/* Values that turn out to be wrong after the configuration was loaded: each is shown where it was written, whoever
 * wrote it and whatever was made of it. */

#include "config/blame.h"

#include <errno.h>

#include "config_run.h"

static const char file[] = "[server]\n"
                           "include = more.ini\n"
                           "sandbox_path = /a\n"
                           "sandbox_path = /b\n"
                           "user = nobody-here   ; a comment\n"
                           "group = nor-here\n"
                           "[listen one]\n"
                           "address = 127.0.0.1:1\n"
                           "[listen two]\n"
                           "address = \"unix:/a b.sock\"\n"
                           "address = systemd:http\n"
                           "trusted_proxy = 10.0.0.0/8  ::1\n"
                           "[log]\n"
                           "access = /var/log/a.log\n"
                           "\terror = $LOGS_DIRECTORY/e.log\n"
                           "[status]\n"
                           "address =  127.0.0.1:9\n"
                           "[site a]\n"
                           "root=/srv/a\n"
                           "index = a.html  b.html\n"
                           "mime = .a text/a\n"
                           "mime = .B  text/b\n"
                           "cache = /a  1h   immutable\n";

/* Here a list goes on, and a row of mime takes the place of another. */
static const char more[] = "[site a]\nindex = c.html\nmime = .A text/c\n[limits]\nheader_size = 4k\n";

struct row {
    struct config_at at;
    const char *report;
    const char *origin;
};

static const struct row rows[] = {
    {{KEY_server_user, 0, 0},
     "t.ini:5:8: error: no\n  user = nobody-here   ; a comment\n         ^~~~~~~~~~~\n",
     "t.ini:5"},
    {{KEY_server_group, 0, 0}, "t.ini:6:9: error: no\n  group = nor-here\n          ^~~~~~~~\n", "t.ini:6"},
    {{KEY_server_sandbox_path, 0, 1}, "t.ini:4:16: error: no\n  sandbox_path = /b\n                 ^~\n", "t.ini:4"},
    {{KEY_listen_address, 0, 0},
     "t.ini:8:11: error: no\n  address = 127.0.0.1:1\n            ^~~~~~~~~~~\n",
     "t.ini:8"},
    {{KEY_listen_address, 1, 0},
     "t.ini:10:12: error: no\n  address = \"unix:/a b.sock\"\n             ^~~~~~~~~~~~~~\n",
     "t.ini:10"},
    {{KEY_listen_address, 1, 1},
     "t.ini:11:11: error: no\n  address = systemd:http\n            ^~~~~~~~~~~~\n",
     "t.ini:11"},
    {{KEY_listen_trusted_proxy, 1, 1},
     "t.ini:12:29: error: no\n  trusted_proxy = 10.0.0.0/8  ::1\n                              ^~~\n",
     "t.ini:12"},
    {{KEY_log_access, 0, 0},
     "t.ini:14:10: error: no\n  access = /var/log/a.log\n           ^~~~~~~~~~~~~~\n",
     "t.ini:14"},
    {{KEY_log_error, 0, 0},
     "t.ini:15:10: error: no\n          error = $LOGS_DIRECTORY/e.log\n                  ^~~~~~~~~~~~~~~~~~~~~\n",
     "t.ini:15"},
    {{KEY_status_address, 0, 0},
     "t.ini:17:12: error: no\n  address =  127.0.0.1:9\n             ^~~~~~~~~~~\n",
     "t.ini:17"},
    {{KEY_site_root, 0, 0}, "t.ini:19:6: error: no\n  root=/srv/a\n       ^~~~~~\n", "t.ini:19"},
    {{KEY_site_index, 0, 1},
     "t.ini:20:17: error: no\n  index = a.html  b.html\n                  ^~~~~~\n",
     "t.ini:20"},
    {{KEY_site_index, 0, 2}, "more.ini:2:9: error: no\n  index = c.html\n          ^~~~~~\n", "more.ini:2"},
    {{KEY_site_mime, 0, 1}, "more.ini:3:8: error: no\n  mime = .A text/c\n         ^~~~~~~~~\n", "more.ini:3"},
    {{KEY_site_mime, 0, 0}, "t.ini:22:8: error: no\n  mime = .B  text/b\n         ^~~~~~~~~~\n", "t.ini:22"},
    {{KEY_site_cache, 0, 0},
     "t.ini:23:9: error: no\n  cache = /a  1h   immutable\n          ^~~~~~~~~~~~~~~~~~\n",
     "t.ini:23"},
    {{KEY_limits_header_size, 0, 0},
     "more.ini:5:15: error: no\n  header_size = 4k\n                ^~\n",
     "more.ini:5"},
    /* What nobody wrote is shown as the line that says so. */
    {{KEY_limits_uri_size, 0, 0}, "default:1:12: error: no\n  uri_size = 8k\n             ^~\n", "default"},
    {{KEY_site_precompressed, 0, 1},
     "default:1:20: error: no\n  precompressed = br zst gz\n                     ^~~\n",
     "default"},
    {{KEY_server_max_connections, 0, 0},
     "default:1:19: error: no\n  max_connections = auto\n                    ^~~~\n",
     "default"},
    /* No such value. */
    {{KEY_site_mime, 0, 9}, "default:1:8: error: no\n  mime = \n         ^\n", "default"},
};

static void expect_row(const struct config *c, const struct row *row)
{
    struct diagnose report;
    struct buf origin = {0};

    diagnose_init(&report, false);
    config_blame(c, &report, row->at, "%s", "no");
    expect(report.errors == 1 && report.warnings == 0, "%zu errors", report.errors);
    expect(sv_eq(buf_sv(&report.text), sv_cstr(row->report)), "%s gave\n%.*s", row->origin,
           SV_ARG(buf_sv(&report.text)));
    diagnose_fini(&report);
    assert_int_equal(config_origin(c, row->at, &origin), 0);
    expect(sv_eq(buf_sv(&origin), sv_cstr(row->origin)), "%s gave %.*s", row->origin, SV_ARG(buf_sv(&origin)));
    buf_fini(&origin);
}

static void each_value_of_a_file_keeps_its_place(void **state)
{
    (void)state;
    assert_int_equal(setenv("LOGS_DIRECTORY", "/var/log/baton", 1), 0);
    write_file("t.ini", file);
    write_file("more.ini", more);
    struct config c = load_good("t.ini");
    assert_string_equal(c.log.error, "/var/log/baton/e.log");
    assert_string_equal(c.sites[0].mime.v[0], ".b text/b");
    assert_string_equal(c.sites[0].mime.v[1], ".a text/c");
    assert_string_equal(c.sites[0].cache.v[0], "/a max-age=3600, immutable");
    for (size_t i = 0; i < ROWS(rows); i++)
        expect_row(&c, &rows[i]);
    assert_true(sv_eq(config_text(&c, (struct config_at){KEY_site_cache, 0, 0}), SV("/a  1h   immutable")));
    assert_true(sv_eq(config_text(&c, (struct config_at){KEY_site_index, 0, 1}), SV("b.html")));
    assert_true(sv_eq(config_text(&c, (struct config_at){KEY_site_precompressed, 0, 2}), SV("gz")));
    config_fini(&c);
}

static void so_does_each_of_the_command_line_and_the_environment(void **state)
{
    static const struct row others[] = {
        {{KEY_site_root, 0, 0}, "command line:1:1: error: no\n  www/./a\n  ^~~~~~~\n", "command line"},
        {{KEY_listen_address, 0, 0}, "command line:1:1: error: no\n  127.0.0.1:1\n  ^~~~~~~~~~~\n", "command line"},
        {{KEY_listen_address, 0, 1}, "command line:2:1: error: no\n  127.0.0.1:2\n  ^~~~~~~~~~~\n", "command line"},
        {{KEY_server_sandbox_path, 0, 0},
         "environment:BATON__SERVER__SANDBOX_PATH:1:29: error: no\n  BATON__SERVER__SANDBOX_PATH=share\n"
         "                              ^~~~~\n",
         "environment:BATON__SERVER__SANDBOX_PATH"},
        {{KEY_site_index, 0, 2},
         "environment:BATON__SITE__INDEX:1:24: error: no\n  BATON__SITE__INDEX=a b\\x0ac\n"
         "                            ^\n",
         "environment:BATON__SITE__INDEX"},
        {{KEY_server_user, 0, 0},
         "command line:2:14: error: no\n  server.user= me\n               ^~\n",
         "command line"},
        {{KEY_log_access, 0, 0}, "command line:1:1: error: no\n  www/./a\n  ^~~~~~~\n", "command line"},
    };
    static const char *const listen[] = {"127.0.0.1:1", "127.0.0.1:2"};
    static const char *const set[] = {"log.level=info", "server.user= me"};
    static const char *const environment[] = {"BATON__SITE__INDEX=a b\nc", "BATON__SERVER__SANDBOX_PATH=share", NULL};
    struct config_args args = {.root = "www/./a",
                               .listen = listen,
                               .n_listen = ROWS(listen),
                               .set = set,
                               .n_set = ROWS(set),
                               .environment = environment};
    struct config c;
    char *report = NULL;

    (void)state;
    assert_int_equal(load(&c, &args, &report), 0);
    for (size_t i = 0; i < ROWS(others); i++)
        expect_row(&c, &others[i]);
    config_fini(&c);
    free(report);
}

/* Warnings of loading, and what is found afterwards, are one report. */
static void a_report_goes_on_after_loading(void **state)
{
    struct config_args args = {.file = "t.ini"};
    struct diagnose report;
    struct config c;

    (void)state;
    write_file("t.ini", "[site a]\nroot = /a\nmime = wasm text/x\n");
    diagnose_init(&report, false);
    assert_int_equal(config_load(&c, &args, &report), 0);
    config_warn(&c, &report, (struct config_at){KEY_log_level, 0, 0}, "noted");
    config_blame(&c, &report, (struct config_at){KEY_site_root, 0, 0}, "cannot open the root %s: %s", c.sites[0].root,
                 "there is no such directory");
    config_fini(&c);
    assert_int_equal(report.errors, 1);
    assert_int_equal(report.warnings, 2);
    expect(sv_eq(buf_sv(&report.text),
                 SV("t.ini:3:8: warning: this is a file with the name 'wasm'; the extension is '.wasm'\n"
                    "  mime = wasm text/x\n         ^~~~\n"
                    "default:1:9: warning: noted\n  level = notice\n          ^~~~~~\n"
                    "t.ini:2:8: error: cannot open the root /a: there is no such directory\n"
                    "  root = /a\n         ^~\n")),
           "%.*s", SV_ARG(buf_sv(&report.text)));
    /* What is there already is nobody else's mistake. */
    assert_int_equal(config_load(&c, &args, &report), 0);
    config_fini(&c);
    write_file("t.ini", "[site a]\nrot = /a\n");
    assert_int_equal(config_load(&c, &args, &report), -EINVAL);
    assert_int_equal(report.errors, 2);
    diagnose_fini(&report);
}

static void a_configuration_that_was_not_loaded_can_be_blamed(void **state)
{
    static const struct row row = {
        {KEY_site_root, 0, 0}, "default:1:8: error: no\n  root = /srv/www\n         ^~~~~~~~\n", "default"};
    struct config c = {0};

    (void)state;
    expect_row(&c, &row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_of_a_file_keeps_its_place),
        cmocka_unit_test(so_does_each_of_the_command_line_and_the_environment),
        cmocka_unit_test(a_report_goes_on_after_loading),
        cmocka_unit_test(a_configuration_that_was_not_loaded_can_be_blamed),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
