/* SPDX-License-Identifier: MIT */
/* -T and --defaults: both are read back as what they came from, and each line of -T says who set it. */

#include <sys/stat.h>

#include "base/log.h"
#include "base/sv.h"

#include "config_run.h"

static void expect_same_strings(const struct strings *a, const struct strings *b)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++)
        assert_string_equal(a->v[i], b->v[i]);
}

static void expect_same_text(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a != NULL && b != NULL)
        assert_string_equal(a, b);
}

/* All but the includes, which -T has no need of. */
static void expect_same(const struct config *a, const struct config *b)
{
    assert_memory_equal(&a->limits, &b->limits, sizeof a->limits);
    assert_memory_equal(&a->server, &b->server, offsetof(struct config_server, include));
    expect_same_text(a->log.access, b->log.access);
    expect_same_text(a->log.error, b->log.error);
    assert_int_equal(a->log.level, b->log.level);
    assert_int_equal(a->n_listens, b->n_listens);
    for (size_t i = 0; i < a->n_listens; i++) {
        assert_string_equal(a->listens[i].name, b->listens[i].name);
        expect_same_strings(&a->listens[i].address, &b->listens[i].address);
        assert_int_equal(a->listens[i].backlog, b->listens[i].backlog);
        assert_int_equal(a->listens[i].defer_accept, b->listens[i].defer_accept);
    }
    assert_int_equal(a->n_sites, b->n_sites);
    for (size_t i = 0; i < a->n_sites; i++) {
        assert_string_equal(a->sites[i].name, b->sites[i].name);
        assert_string_equal(a->sites[i].root, b->sites[i].root);
        expect_same_strings(&a->sites[i].index, &b->sites[i].index);
        expect_same_strings(&a->sites[i].precompressed, &b->sites[i].precompressed);
        assert_int_equal(a->sites[i].etag, b->sites[i].etag);
        expect_same_strings(&a->sites[i].cache, &b->sites[i].cache);
        expect_same_strings(&a->sites[i].mime, &b->sites[i].mime);
    }
}

static void expect_defaults(const struct config *c)
{
    assert_int_equal(c->server.workers, 0);
    assert_int_equal(c->server.accept, ACCEPT_HANDOFF);
    assert_int_equal(c->server.max_connections, 0);
    assert_int_equal(c->server.cache_memory, 64 << 20);
    assert_int_equal(c->server.cache_file_max, 64 << 10);
    assert_int_equal(c->server.cache_ttl_ms, 1000);
    assert_int_equal(c->server.drain_timeout_ms, 30000);
    assert_int_equal(c->server.include.n, 0);
    assert_int_equal(c->n_listens, 1);
    assert_string_equal(c->listens[0].name, "main");
    assert_int_equal(c->listens[0].address.n, 1);
    assert_string_equal(c->listens[0].address.v[0], "127.0.0.1:8080");
    assert_int_equal(c->listens[0].backlog, 4096);
    assert_true(c->listens[0].defer_accept);
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
    assert_int_equal(c->limits.ranges, 16);
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

static const char rich[] = "[server]\nworkers = 3\naccept = reuseport\nmax-connections = 5000\ncache_memory = 10m\n"
                           "cache_file_max = 1000\ncache_ttl = 1500ms\ndrain_timeout = 90s\ninclude = rich.d/*.ini\n"
                           "[listen a]\naddress = [::1]:8080\naddress = unix:/tmp/b s.sock\nbacklog = 16\n"
                           "[listen b]\naddress = 127.0.0.1:0\ndefer_accept = no\n"
                           "[limits]\nheader_timeout = 10\nkeepalive_requests = 1000\nmin_send_rate = 1k\n"
                           "header_size = 4k\nranges = 5\n"
                           "[log]\naccess = /var/log/a.log\nlevel = debug\n"
                           "[site example.com]\nroot = /srv/a b;c\nindex = a.html b.html\nindex = c.html\netag = off\n"
                           "mime = .X  text/x\nmime = .y text/y;charset=utf-8\nmime = .x text/xx\n"
                           "precompressed = gz\nprecompressed = zst  br\n"
                           "cache = /a;b#c/*  1y \timmutable ; no comment before this\ncache = *.html no-cache\n"
                           "cache = /p/* no-store\ncache = * 90\n";

static void what_is_in_effect_reads_back_as_the_same(void **state)
{
    (void)state;
    (void)mkdir("rich.d", 0700);
    write_file("rich.d/a.ini", "[site example.com]\nindex = d.html\ncache = /d 5000ms\n[limits]\nheader_count = 7\n");
    write_file("rich.ini", rich);
    struct config a = load_good("rich.ini");
    FILE *f = fopen("effective.ini", "we");
    assert_non_null(f);
    assert_int_equal(fwrite(a.effective.p, 1, a.effective.len, f), a.effective.len);
    assert_int_equal(fclose(f), 0);

    struct config b = load_good("effective.ini");
    expect_same(&a, &b);
    assert_int_equal(a.limits.header_count, 7);
    assert_int_equal(a.limits.uri_size, 4096);
    assert_int_equal(a.sites[0].index.n, 4);
    assert_string_equal(a.sites[0].index.v[3], "d.html");
    assert_string_equal(a.sites[0].root, "/srv/a b;c");
    assert_int_equal(a.limits.ranges, 5);
    assert_int_equal(a.sites[0].precompressed.n, 3);
    assert_string_equal(a.sites[0].precompressed.v[2], "br");
    assert_int_equal(a.sites[0].cache.n, 5);
    assert_string_equal(a.sites[0].cache.v[0], "/a;b#c/* max-age=31536000, immutable");
    assert_string_equal(a.sites[0].cache.v[3], "* max-age=90");
    assert_string_equal(a.sites[0].cache.v[4], "/d max-age=5");
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
        "address = unix:/tmp/b s.sock                ; rich.ini:12\n",
        "header_count = 7                            ; rich.d/a.ini:5\n",
        "uri_size = 4k                               ; default\n",
        "index = a.html b.html                       ; rich.ini:28\n",
        "index = c.html                              ; rich.ini:29\n",
        "index = d.html                              ; rich.d/a.ini:2\n",
        "precompressed = gz                          ; rich.ini:34\n",
        "cache = *.html no-cache                     ; rich.ini:37\n",
        "cache = /d 5000ms                           ; rich.d/a.ini:3\n",
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

static void a_root_that_no_file_can_hold_is_served_and_shown_as_a_comment(void **state)
{
    struct config_args args = {.root = "/srv/a #1"};
    struct config c;
    char *report = NULL;

    (void)state;
    assert_int_equal(load(&c, &args, &report), 0);
    assert_string_equal(c.sites[0].root, "/srv/a #1");
    assert_int_equal(buf_add(&c.effective, sv_of("", 1)), 0);
    assert_non_null(strstr(c.effective.p, "; root = /srv/a #1 "));
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
        cmocka_unit_test(a_root_that_no_file_can_hold_is_served_and_shown_as_a_comment),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
