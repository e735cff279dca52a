/* SPDX-License-Identifier: MIT */
/* -T and --defaults: both are read back as what they came from, and each line of -T says who set it. */

#include <sys/stat.h>

#include "base/log.h"
#include "base/sv.h"

#include "config_run.h"
#include "config_same.h"

static void expect_defaults(const struct config *c)
{
    assert_int_equal(c->server.workers, 0);
    assert_int_equal(c->server.accept, ACCEPT_HANDOFF);
    assert_int_equal(c->server.max_connections, 0);
    assert_null(c->server.user);
    assert_null(c->server.group);
    assert_int_equal(c->server.sandbox, SANDBOX_YES);
    assert_int_equal(c->server.sandbox_path.n, 0);
    assert_int_equal(c->server.busy_poll_ms, 0);
    assert_true(c->server.cache_memory == CONFIG_AUTO);
    assert_int_equal(c->server.cache_file_max, 64 << 10);
    assert_int_equal(c->server.cache_ttl_ms, 1000);
    assert_int_equal(c->server.drain_delay_ms, 0);
    assert_int_equal(c->server.drain_timeout_ms, 30000);
    assert_int_equal(c->server.include.n, 0);
    assert_int_equal(c->n_listens, 1);
    assert_string_equal(c->listens[0].name, "main");
    assert_int_equal(c->listens[0].address.n, 1);
    assert_string_equal(c->listens[0].address.v[0], "127.0.0.1:8080");
    assert_int_equal(c->listens[0].backlog, 4096);
    assert_true(c->listens[0].defer_accept);
    assert_false(c->listens[0].proxy_protocol);
    assert_int_equal(c->listens[0].trusted_proxy.n, 0);
    assert_int_equal(c->limits.header_timeout_ms, 10000);
    assert_int_equal(c->limits.body_timeout_ms, 10000);
    assert_int_equal(c->limits.keepalive_timeout_ms, 60000);
    assert_int_equal(c->limits.keepalive_requests, 0);
    assert_int_equal(c->limits.send_timeout_ms, 30000);
    assert_int_equal(c->limits.min_send_rate, 0);
    assert_int_equal(c->limits.header_size, 16 << 10);
    assert_int_equal(c->limits.header_count, 100);
    assert_int_equal(c->limits.uri_size, 8 << 10);
    assert_int_equal(c->limits.body_size, 1 << 20);
    assert_int_equal(c->limits.ranges, 256);
    assert_int_equal(c->limits.connections_per_ip, 0);
    assert_int_equal(c->log.format, LOG_FORMAT_COMBINED);
    assert_int_equal(c->log.full, LOG_FULL_DROP);
    assert_int_equal(c->status.address.n, 0);
    assert_string_equal(c->log.error, "stderr");
    assert_int_equal(c->log.level, LOG_LEVEL_NOTICE);
    assert_int_equal(c->n_sites, 1);
    assert_string_equal(c->sites[0].name, "default");
    assert_int_equal(c->sites[0].index.n, 1);
    assert_string_equal(c->sites[0].index.v[0], "index.html");
    assert_int_equal(c->sites[0].precompressed.n, 3);
    assert_string_equal(c->sites[0].precompressed.v[0], "br");
    assert_string_equal(c->sites[0].precompressed.v[1], "zst");
    assert_string_equal(c->sites[0].precompressed.v[2], "gz");
    assert_int_equal(c->sites[0].etag, ETAG_STAT);
    assert_int_equal(c->sites[0].cache.n, 0);
    assert_int_equal(c->sites[0].mime.n, 0);
}

static void a_directory_alone_is_served_with_the_defaults(void **state)
{
    struct config_args args = {.root = "www/./site/"};
    struct config c;
    char *report = NULL;
    char root[4200];

    (void)state;
    assert_int_equal(load(&c, &args, &report), 0);
    assert_string_equal(report, "");
    expect_defaults(&c);
    assert_string_equal(c.log.access, "stdout");
    (void)snprintf(root, sizeof root, "%s/www/site", scratch);
    assert_string_equal(c.sites[0].root, root);
    config_fini(&c);
    free(report);
}

static void the_defaults_that_are_printed_are_the_defaults(void **state)
{
    FILE *f = fopen("defaults.ini", "we");

    (void)state;
    assert_non_null(f);
    config_print_defaults(f);
    assert_int_equal(fclose(f), 0);
    struct config c = load_good("defaults.ini");
    expect_defaults(&c);
    assert_null(c.log.access);
    assert_string_equal(c.sites[0].root, "/srv/www");
    config_fini(&c);
}

static void the_file_that_is_shipped_is_what_is_printed(void **state)
{
    char path[4200];
    char *text;
    size_t len;
    FILE *f = open_memstream(&text, &len);

    (void)state;
    assert_non_null(f);
    config_print_defaults(f);
    assert_int_equal(fclose(f), 0);
    (void)snprintf(path, sizeof path, "%s/../conf/baton.ini", tests_dir);
    expect(strcmp(text, read_file(path)) == 0, "conf/baton.ini is not what --defaults prints");
    free(text);
}

static const char rich[] =
    "[server]\nworkers = 3\naccept = reuseport\nmax-connections = 5000\ncache_memory = 10m\n"
    "cache_file_max = 1000\ncache_ttl = 1500ms\ndrain_timeout = 90s\ninclude = rich.d/*.ini\n"
    "user = www-data\ngroup =\nsandbox = require\nsandbox_path = /a\nsandbox_path = \"/b ;c\"\n"
    "busy_poll = 1s\ndrain_delay = 5\n"
    "[listen a]\naddress = [::1]:8080\naddress = \"unix:/tmp/b s.sock\"\nbacklog = 16\n"
    "[listen b]\naddress = 127.0.0.1:0\ndefer_accept = no\n"
    "proxy_protocol = on\ntrusted_proxy = 10.0.0.0/8 ::1\ntrusted_proxy = 192.0.2.7\n"
    "[status]\naddress = 127.0.0.1:9090\naddress = systemd:status\n"
    "[limits]\nheader_timeout = 10\nkeepalive_requests = 1000\nmin_send_rate = 1k\n"
    "header_size = 4k\nranges = 5\nconnections_per_ip = 50\n"
    "[log]\naccess = \"/var/log/a b.log,\"\nlevel = debug\nformat = json\nfull = wait\n"
    "[site example.com]\nroot = \"/srv/a b \\\"c\\\\;\" ; d\nindex = a.html b.html\nindex = c.html\netag = off\n"
    "mime = .X  text/x\nmime = .y text/y;charset=utf-8\n"
    "mime = Name  text/x\n"
    "precompressed = gz\nprecompressed = zst  br\n"
    "cache = \" /a;b#c/*  1y \timmutable \" ; no comment before this\ncache = *.html no-cache\n"
    "cache = /p/* no-store\ncache = * 90\n";

static void what_is_in_effect_reads_back_as_the_same(void **state)
{
    (void)state;
    (void)mkdir("rich.d", 0700);
    write_file(
        "rich.d/a.ini",
        "[site example.com]\nindex = d.html\nmime = .x text/xx\ncache = /d 5000ms\n[limits]\nheader_count = 7\n");
    write_file("rich.ini", rich);
    struct config a = load_good("rich.ini");
    FILE *f = fopen("effective.ini", "we");
    assert_non_null(f);
    assert_int_equal(fwrite(a.effective.p, 1, a.effective.len, f), a.effective.len);
    assert_int_equal(fclose(f), 0);

    struct config b = load_good("effective.ini");
    const char *difference = config_difference(&a, &b);
    expect(difference == NULL, "%s", difference);
    assert_int_equal(a.limits.header_count, 7);
    assert_int_equal(a.limits.uri_size, 4096);
    assert_int_equal(a.sites[0].index.n, 4);
    assert_string_equal(a.sites[0].index.v[3], "d.html");
    assert_string_equal(a.sites[0].root, "/srv/a b \"c\\;");
    assert_int_equal(a.limits.ranges, 5);
    assert_int_equal(a.sites[0].precompressed.n, 3);
    assert_string_equal(a.sites[0].precompressed.v[2], "br");
    assert_int_equal(a.sites[0].cache.n, 5);
    assert_string_equal(a.sites[0].cache.v[0], "/a;b#c/* max-age=31536000, immutable");
    assert_string_equal(a.sites[0].cache.v[3], "* max-age=90");
    assert_string_equal(a.sites[0].cache.v[4], "/d max-age=5");
    assert_string_equal(a.server.user, "www-data");
    assert_null(a.server.group);
    assert_int_equal(a.server.sandbox, SANDBOX_REQUIRE);
    assert_int_equal(a.server.sandbox_path.n, 2);
    assert_string_equal(a.server.sandbox_path.v[1], "/b ;c");
    assert_int_equal(a.server.busy_poll_ms, 1000);
    assert_int_equal(a.server.drain_delay_ms, 5000);
    assert_true(a.listens[1].proxy_protocol);
    assert_int_equal(a.listens[1].trusted_proxy.n, 3);
    assert_string_equal(a.listens[1].trusted_proxy.v[1], "::1");
    assert_int_equal(a.limits.connections_per_ip, 50);
    assert_int_equal(a.log.format, LOG_FORMAT_JSON);
    assert_int_equal(a.log.full, LOG_FULL_WAIT);
    assert_int_equal(a.sites[0].mime.n, 3);
    assert_string_equal(a.sites[0].mime.v[1], "Name text/x");
    assert_string_equal(a.sites[0].mime.v[2], ".x text/xx");
    assert_int_equal(a.status.address.n, 2);
    assert_string_equal(a.status.address.v[1], "systemd:status");
    assert_int_equal(a.server.include.n, 1);
    assert_int_equal(b.server.include.n, 0);
    config_fini(&a);
    config_fini(&b);
}

static void each_line_in_effect_says_where_it_came_from(void **state)
{
    static const char *const set[] = {"server.workers=2"};
    static const char *const lines[] = {
        "workers = 2                                 ; command line\n",
        "cache_ttl = 1500ms                          ; rich.ini:7\n",
        "; include = rich.d/*.ini                    ; rich.ini:9\n",
        "address = \"unix:/tmp/b s.sock\"              ; rich.ini:19\n",
        "header_count = 7                            ; rich.d/a.ini:6\n",
        "user = www-data                             ; rich.ini:10\n",
        "group =                                     ; rich.ini:11\n",
        "uri_size = 4k                               ; default\n",
        "index = a.html b.html                       ; rich.ini:44\n",
        "index = c.html                              ; rich.ini:45\n",
        "index = d.html                              ; rich.d/a.ini:2\n",
        "precompressed = gz                          ; rich.ini:50\n",
        "cache = \"*.html no-cache\"                   ; rich.ini:53\n",
        "cache = \"/d 5000ms\"                         ; rich.d/a.ini:4\n",
        "root = \"/srv/a b \\\"c\\\\;\"                    ; rich.ini:43\n",
    };
    struct config_args args = {.file = "rich.ini", .set = set, .n_set = 1};
    struct config c;
    char *report = NULL;

    (void)state;
    assert_int_equal(load(&c, &args, &report), 0);
    assert_int_equal(buf_add(&c.effective, sv_of("", 1)), 0);
    for (size_t i = 0; i < ROWS(lines); i++)
        expect(strstr(c.effective.p, lines[i]) != NULL, "no line %s", lines[i]);
    config_fini(&c);
    free(report);
}

/* Whatever a root is called, what -T prints is a file that serves it. */
static void a_root_of_any_name_reads_back(void **state)
{
    static const char *const names[] = {"/srv/a #1",     "/srv/a;",          "/srv/\"a\"",        "/srv/a\\",
                                        "/srv/a {",      "/srv/ a ",         "/srv/\xc2\xa0",     "/srv/\\\"\\\\\"",
                                        "/srv/a ; b #c", "/srv/'a' = ['b']", "/srv/\xe2\x80\xaex"};

    (void)state;
    for (size_t i = 0; i < ROWS(names); i++) {
        char option[64];
        const char *const set[] = {option};
        struct config_args args = {.set = set, .n_set = 1};
        struct config c;
        char *report = NULL;

        (void)snprintf(option, sizeof option, "site.root=%s", names[i]);
        assert_int_equal(load(&c, &args, &report), 0);
        free(report);
        char *wanted = strdup(c.sites[0].root);
        assert_int_equal(buf_add(&c.effective, sv_of("", 1)), 0);
        write_file("root.ini", c.effective.p);
        config_fini(&c);
        c = load_good("root.ini");
        expect(strcmp(c.sites[0].root, wanted) == 0, "%s became %s", wanted, c.sites[0].root);
        config_fini(&c);
        free(wanted);
    }
}

/* A line has a length; where it came from then stands in front of it. */
static void a_value_as_long_as_a_line_reads_back(void **state)
{
    static char text[9000];
    size_t n = (size_t)snprintf(text, sizeof text, "[site a]\nroot = /a\nindex =");

    (void)state;
    for (int i = 0; i < 800; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, " name-%04d", i);
    (void)snprintf(text + n, sizeof text - n, "\n");
    write_file("long.ini", text);
    struct config a = load_good("long.ini");
    assert_int_equal(buf_add(&a.effective, sv_of("", 1)), 0);
    assert_non_null(strstr(a.effective.p, "\n; long.ini:3\nindex = name-0000 "));
    write_file("again.ini", a.effective.p);
    struct config b = load_good("again.ini");
    const char *difference = config_difference(&a, &b);
    expect(difference == NULL, "%s", difference);
    config_fini(&a);
    config_fini(&b);
}

static void a_root_that_no_file_can_hold_is_served_and_shown_as_a_comment(void **state)
{
    struct config_args args = {.root = "/srv/\xff"};
    struct config c;
    char *report = NULL;

    (void)state;
    assert_int_equal(load(&c, &args, &report), 0);
    assert_string_equal(c.sites[0].root, "/srv/\xff");
    assert_int_equal(buf_add(&c.effective, sv_of("", 1)), 0);
    assert_non_null(strstr(c.effective.p, "; root = /srv/\\xff "));
    config_fini(&c);
    free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_alone_is_served_with_the_defaults),
        cmocka_unit_test(the_defaults_that_are_printed_are_the_defaults),
        cmocka_unit_test(the_file_that_is_shipped_is_what_is_printed),
        cmocka_unit_test(what_is_in_effect_reads_back_as_the_same),
        cmocka_unit_test(each_line_in_effect_says_where_it_came_from),
        cmocka_unit_test(a_root_of_any_name_reads_back),
        cmocka_unit_test(a_value_as_long_as_a_line_reads_back),
        cmocka_unit_test(a_root_that_no_file_can_hold_is_served_and_shown_as_a_comment),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
