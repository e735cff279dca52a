/* SPDX-License-Identifier: MIT */
/* Files that lie there in several codings: which are found, when they are believed, and that each is an entry of its own. */

#include "files/cache.h"

#include <string.h>

#include "site.h"

static char *codings_row[] = {"br", "zst", "gz"};
enum { BR = 1 << CODING_BR, ZSTD = 1 << CODING_ZSTD, GZIP = 1 << CODING_GZIP };

static int enter(void **state)
{
    int err = scratch_enter(state);

    site_defaults();
    site.precompressed = (struct strings){codings_row, ROWS(codings_row)};
    if (err < 0 || mkdir("www", 0755) < 0)
        return -1;
    site_begin(1 << 20, 10, TTL_MS);
    codings_init(&cache.load.codings, &site);
    return 0;
}

static int leave(void **state)
{
    site_end();
    return scratch_leave(state);
}

/* A file that was changed at that second, and half a second more. */
static void make_at(const char *name, const char *text, time_t when)
{
    struct timespec times[2] = {{when, 500000000}, {when, 500000000}};

    make_file(name, sv_cstr(text));
    assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

static struct entry *get(const char *path, bool coded)
{
    struct entry *e = cache_get(&cache, sv_cstr(path), coded, &site_clock);

    assert_non_null(e);
    return e;
}

static uint8_t siblings(const char *path, bool coded)
{
    struct entry *e = get(path, coded);
    uint8_t found = e->siblings;

    assert_int_equal(e->status == 200 && memmem(e->head.p, e->head.len, "Vary: ", 6) != NULL,
                     e->status == 200 && found != 0);
    ref_put(&e->ref);
    return found;
}

/* The content in that coding; NULL where there is none. */
static const char *text_in(const char *path, enum coding coding)
{
    static char text[64];
    struct entry *e = get(path, true);
    struct entry *s = cache_get_sibling(&cache, e, coding, &site_clock);

    ref_put(&e->ref);
    if (s == NULL)
        return NULL;
    assert_int_equal(s->coding, coding);
    assert_int_equal(s->status, 200);
    assert_true(s->size < sizeof text);
    memcpy(text, s->body.p, s->size);
    text[s->size] = '\0';
    ref_put(&s->ref);
    return text;
}

static void expect_text(const char *path, enum coding coding, const char *expected)
{
    const char *got = text_in(path, coding);

    if (expected == NULL)
        assert_null(got);
    else
        assert_string_equal(got != NULL ? got : "nothing", expected);
}

static void siblings_are_seen_with_the_file(void **state)
{
    (void)state;
    make_at("www/a.css", "plain", 1000000);
    make_at("www/a.css.br", "in br", 1000000);
    make_at("www/a.css.gz", "in gzip", 1000001);
    make_at("www/b.css", "alone", 1000000);
    assert_int_equal(siblings("/a.css", false), BR | GZIP);
    assert_int_equal(siblings("/b.css", false), 0);
    expect_text("/a.css", CODING_BR, "in br");
    expect_text("/a.css", CODING_GZIP, "in gzip");
    expect_text("/a.css", CODING_ZSTD, NULL);
    assert_string_equal(site_text("/a.css"), "plain");
    assert_string_equal(site_text("/a.css.br"), "in br");
}

static void a_sibling_has_the_type_of_the_original_and_its_own_validators(void **state)
{
    (void)state;
    make_at("www/a.css", "plain", 1000000);
    make_at("www/a.css.br", "in br", 2000000);
    struct entry *e = get("/a.css", true);
    struct entry *s = cache_get_sibling(&cache, e, CODING_BR, &site_clock);
    assert_non_null(memmem(s->head.p, s->head.len, "Content-Type: text/css", 22));
    assert_non_null(memmem(s->head.p, s->head.len, "Content-Encoding: br\r\n", 22));
    assert_non_null(memmem(s->head.p, s->head.len, "Vary: Accept-Encoding\r\n", 23));
    assert_int_equal(s->modified, 2000000);
    assert_int_equal(e->modified, 1000000);
    assert_false(sv_eq(e->etag, s->etag));
    struct entry *self = get("/a.css.br", true);
    assert_null(memmem(self->head.p, self->head.len, "Content-Encoding", 16));
    assert_null(memmem(self->head.p, self->head.len, "Vary", 4));
    ref_put(&self->ref);
    ref_put(&s->ref);
    ref_put(&e->ref);
}

static void a_sibling_that_is_older_is_not_taken(void **state)
{
    static const struct age {
        int64_t original_ns;
        int64_t sibling_ns;
        bool current;
    } rows[] = {
        {1000500000000, 1000500000000, true},  {1000500000000, 1000500000001, true},
        {1000500000000, 1000499999999, false}, {1000500000000, 1000000000000, true}, /* cut down to the second */
        {1000500000000, 999000000000, false},  {1000500000000, 1001000000000, true},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct stamp original = {.modified_ns = rows[i].original_ns};
        struct stamp sibling = {.modified_ns = rows[i].sibling_ns};
        expect(sibling_is_current(&sibling, &original) == rows[i].current, "row %zu", i);
    }
    make_at("www/a.css", "plain", 1000001);
    make_at("www/a.css.br", "in br", 1000000);
    assert_int_equal(siblings("/a.css", true), 0);
    expect_text("/a.css", CODING_BR, NULL);
}

static void what_happens_to_siblings_shows_within_the_ttl(void **state)
{
    (void)state;
    make_at("www/a.css", "plain", 1000000);
    assert_int_equal(siblings("/a.css", true), 0);
    make_at("www/a.css.gz", "first", 1000000);
    assert_int_equal(siblings("/a.css", true), 0);
    site_later(TTL_MS);
    assert_int_equal(siblings("/a.css", true), GZIP);
    expect_text("/a.css", CODING_GZIP, "first");
    make_at("www/a.css.gz", "second", 1000002);
    site_later(TTL_MS);
    expect_text("/a.css", CODING_GZIP, "second");
    make_at("www/a.css", "newer", 1000003);
    site_later(TTL_MS);
    assert_int_equal(siblings("/a.css", true), 0);
    expect_text("/a.css", CODING_GZIP, NULL);
    make_at("www/a.css.gz", "third", 1000004);
    site_later(TTL_MS);
    expect_text("/a.css", CODING_GZIP, "third");
    assert_int_equal(unlink("www/a.css.gz"), 0);
    site_later(TTL_MS);
    assert_int_equal(siblings("/a.css", true), 0);
}

/* Who accepts no coding pays for no look: the head may say for a while longer that there are others. */
static void siblings_are_looked_for_by_those_who_could_use_them(void **state)
{
    (void)state;
    make_at("www/a.css", "plain", 1000000);
    assert_int_equal(siblings("/a.css", false), 0);
    make_at("www/a.css.gz", "first", 1000000);
    site_later(TTL_MS);
    assert_int_equal(siblings("/a.css", false), 0);
    assert_int_equal(siblings("/a.css", true), GZIP);
    assert_int_equal(siblings("/a.css", false), GZIP);
}

static void a_sibling_may_be_there_alone(void **state)
{
    (void)state;
    make_at("www/a.css.br", "in br", 1000000);
    assert_int_equal(site_status("/a.css"), 404);
    assert_int_equal(siblings("/a.css", true), BR);
    expect_text("/a.css", CODING_BR, "in br");
    assert_int_equal(mkdir("www/d", 0755), 0);
    make_at("www/d/index.html.gz", "index", 1000000);
    assert_int_equal(site_status("/d/"), 403);
    assert_int_equal(siblings("/d/", true), GZIP);
    expect_text("/d/", CODING_GZIP, "index");
    assert_int_equal(site_status("/d"), 301);
    assert_int_equal(siblings("/d", true), 0);
}

static void what_is_no_file_is_no_sibling(void **state)
{
    (void)state;
    make_at("www/a.css", "plain", 1000000);
    assert_int_equal(mkdir("www/a.css.br", 0755), 0);
    assert_int_equal(symlink("nowhere", "www/a.css.zst"), 0);
    make_at("outside", "secret", 2000000);
    assert_int_equal(symlink("../outside", "www/a.css.gz"), 0);
    for (int c = 0; c < CODING_COUNT; c++)
        expect_text("/a.css", (enum coding)c, NULL);
    assert_int_equal(unlink("www/a.css"), 0);
    site_later(TTL_MS);
    for (int c = 0; c < CODING_COUNT; c++)
        expect_text("/a.css", (enum coding)c, NULL);
}

/* An original that is there, and may not be served, does not become readable through a sibling. */
static void what_may_not_be_read_is_not_read_in_another_coding(void **state)
{
    (void)state;
    assert_int_equal(mkdir("www/a.css", 0755), 0);
    make_at("www/a.css.gz", "of a directory", 1000000);
    assert_int_equal(siblings("/a.css", true), 0);
    assert_int_equal(mkfifo("www/b.css", 0644), 0);
    make_at("www/b.css.gz", "of a fifo", 1000000);
    assert_int_equal(siblings("/b.css", true), 0);
    assert_int_equal(symlink("../outside", "www/c.css"), 0);
    make_at("outside", "secret", 1000000);
    make_at("www/c.css.gz", "of a link", 1000000);
    assert_int_equal(siblings("/c.css", true), 0);
}

static void only_the_codings_of_the_site_are_looked_for(void **state)
{
    (void)state;
    site.precompressed.n = 1;
    codings_init(&cache.load.codings, &site);
    make_at("www/a.css", "plain", 1000000);
    make_at("www/a.css.br", "in br", 1000000);
    make_at("www/a.css.gz", "in gzip", 1000000);
    assert_int_equal(siblings("/a.css", true), BR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(siblings_are_seen_with_the_file, enter, leave),
        cmocka_unit_test_setup_teardown(a_sibling_has_the_type_of_the_original_and_its_own_validators, enter, leave),
        cmocka_unit_test_setup_teardown(a_sibling_that_is_older_is_not_taken, enter, leave),
        cmocka_unit_test_setup_teardown(what_happens_to_siblings_shows_within_the_ttl, enter, leave),
        cmocka_unit_test_setup_teardown(siblings_are_looked_for_by_those_who_could_use_them, enter, leave),
        cmocka_unit_test_setup_teardown(a_sibling_may_be_there_alone, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_no_sibling, enter, leave),
        cmocka_unit_test_setup_teardown(what_may_not_be_read_is_not_read_in_another_coding, enter, leave),
        cmocka_unit_test_setup_teardown(only_the_codings_of_the_site_are_looked_for, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
