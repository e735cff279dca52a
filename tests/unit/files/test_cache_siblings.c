/* SPDX-License-Identifier: MIT */
/* Files that lie there in several codings: which are found, when they are believed, and that each is an entry of its own. */

#include "files/cache.h"
#include "files/siblings.h"

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
    struct entry *e;

    (void)cache_get(&cache, &tree, sv_cstr(path), coded, &site_clock, &e);
    assert_non_null(e);
    return e;
}

static uint8_t siblings(const char *path, bool coded)
{
    struct entry *e = get(path, coded);
    uint8_t found = e->siblings;

    assert_int_equal(e->status == 200 && memmem(e->fields.p, e->fields.len, "Vary: ", 6) != NULL,
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
    make_at("www/a.css", "plain", 1000000000);
    make_at("www/a.css.br", "in br", 1100000000);
    struct entry *e = get("/a.css", true);
    struct entry *s = cache_get_sibling(&cache, e, CODING_BR, &site_clock);
    assert_non_null(memmem(s->fields.p, s->fields.len, "Content-Type: text/css", 22));
    assert_non_null(memmem(s->fields.p, s->fields.len, "Content-Encoding: br\r\n", 22));
    assert_non_null(memmem(s->fields.p, s->fields.len, "Vary: Accept-Encoding\r\n", 23));
    assert_int_equal(s->modified, 1100000000);
    assert_int_equal(e->modified, 1000000000);
    assert_false(sv_eq(e->etag, s->etag));
    struct entry *self = get("/a.css.br", true);
    assert_null(memmem(self->fields.p, self->fields.len, "Content-Encoding", 16));
    assert_null(memmem(self->fields.p, self->fields.len, "Vary", 4));
    ref_put(&self->ref);
    ref_put(&s->ref);
    ref_put(&e->ref);
}

#define SECOND INT64_C(1000000000)

static void a_sibling_may_be_older_by_the_grace_and_no_more(void **state)
{
    static const int64_t originals[] = {0, 1000 * SECOND, 1000 * SECOND + 1, 1000 * SECOND + 999999999, -5 * SECOND};
    static const struct {
        int64_t older_ns;
        bool current;
    } rows[] = {
        {0, true},
        {1, true},
        {-1, true},
        {-1000 * SECOND, true},
        {999999999, true},
        {SECOND, true},
        {2 * SECOND, true}, /* as FAT rounds */
        {10 * SECOND, true},
        {10 * SECOND + 1, false},
        {11 * SECOND, false},
        {3600 * SECOND, false},
    };
    struct stamp last = {.modified_ns = INT64_MAX};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (size_t k = 0; k < ROWS(originals); k++) {
            struct stamp original = {.modified_ns = originals[k]};
            struct stamp sibling = {.modified_ns = originals[k] - rows[i].older_ns};
            expect(sibling_is_current(&sibling, &original) == rows[i].current, "row %zu, original %zu", i, k);
        }
    }
    assert_true(sibling_is_current(&last, &last));
    make_at("www/a.css", "plain", 1000011);
    make_at("www/a.css.br", "in br", 1000000);
    assert_int_equal(siblings("/a.css", true), 0);
    expect_text("/a.css", CODING_BR, NULL);
    make_at("www/a.css", "plain", 1000010);
    site_later(TTL_MS);
    assert_int_equal(siblings("/a.css", true), BR);
    expect_text("/a.css", CODING_BR, "in br");
}

/* How compressors copy a time: to the microsecond, 100 ns, the millisecond, the second, through a double, and as FAT keeps
 * it; some of them round. */
static void a_time_that_was_copied_inexactly_is_a_copy(void **state)
{
    uint64_t seed = 20;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t ns = INT64_C(1700000000) * SECOND + (int64_t)random_below(&seed, (uint64_t)SECOND * 100000);
        double seconds = (double)ns / 1e9;
        int64_t copies[] = {ns / 1000 * 1000,
                            ns / 100 * 100,
                            ns / 1000000 * 1000000,
                            ns / SECOND * SECOND,
                            ns / (2 * SECOND) * 2 * SECOND,
                            (int64_t)(seconds * 1e9)};
        for (size_t k = 0; k < ROWS(copies); k++) {
            struct stamp original = {.modified_ns = ns};
            struct stamp sibling = {.modified_ns = copies[k]};
            expect(sibling_is_current(&sibling, &original), "%" PRId64 " copied in way %zu", ns, k);
        }
    }
}

static void make_bytes_at(const char *name, struct sv bytes, time_t when)
{
    struct timespec times[2] = {{when, 0}, {when, 0}};

    make_file(name, bytes);
    assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

/* An empty gzip file but for its length, which says `size`. */
static struct sv gzip_of(uint32_t size)
{
    static char bytes[20];

    memcpy(bytes, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0", 16);
    for (int i = 0; i < 4; i++)
        bytes[16 + i] = (char)(size >> 8 * i);
    return sv_of(bytes, sizeof bytes);
}

static bool stands(const char *path, enum coding coding)
{
    struct entry *e = get(path, true);
    struct entry *s = cache_get_sibling(&cache, e, coding, &site_clock);
    bool there = s != NULL;

    ref_put(&e->ref);
    if (there)
        ref_put(&s->ref);
    return there;
}

/* Within the grace, a sibling that says of what size its original was must be right; from memory and through a
 * descriptor, and whatever becomes of the original while the sibling is cached. */
static void an_older_sibling_of_another_size_is_not_taken(void **state)
{
    (void)state;
    for (int open = 0; open < 2; open++) {
        cache.load.body_max = open == 0 ? BODY_MAX : 0;
        make_bytes_at("www/a.css", SV("fifteen bytes.."), 1000005);
        make_bytes_at("www/a.css.gz", gzip_of(15), 1000000);
        site_later(TTL_MS);
        assert_true(stands("/a.css", CODING_GZIP));
        make_bytes_at("www/a.css", SV("sixteen bytes..."), 1000005);
        site_later(TTL_MS);
        assert_false(stands("/a.css", CODING_GZIP));
        make_bytes_at("www/a.css.gz", gzip_of(16), 1000000);
        site_later(TTL_MS);
        assert_true(stands("/a.css", CODING_GZIP));
        make_bytes_at("www/a.css.gz", gzip_of(17), 1000004); /* a copy of its time: asked nothing */
        site_later(TTL_MS);
        assert_true(stands("/a.css", CODING_GZIP));
        make_bytes_at("www/a.css.zst", SV("\x28\xb5\x2f\xfd\x20\x10\0\0\0\0\0\0\0\0\0\0\0\0"), 1000000);
        site_later(TTL_MS);
        assert_true(stands("/a.css", CODING_ZSTD));
        make_bytes_at("www/a.css.zst", SV("\x28\xb5\x2f\xfd\x20\x11\0\0\0\0\0\0\0\0\0\0\0\0"), 1000000);
        site_later(TTL_MS);
        assert_false(stands("/a.css", CODING_ZSTD));
    }
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
    make_at("www/a.css", "newer", 1000013);
    site_later(TTL_MS);
    assert_int_equal(siblings("/a.css", true), 0);
    expect_text("/a.css", CODING_GZIP, NULL);
    make_at("www/a.css.gz", "third", 1000014);
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
    assert_int_equal(site_status("/d/"), 404);
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
    site_compile();
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
        cmocka_unit_test_setup_teardown(a_sibling_may_be_older_by_the_grace_and_no_more, enter, leave),
        cmocka_unit_test_setup_teardown(a_time_that_was_copied_inexactly_is_a_copy, enter, leave),
        cmocka_unit_test_setup_teardown(an_older_sibling_of_another_size_is_not_taken, enter, leave),
        cmocka_unit_test_setup_teardown(what_happens_to_siblings_shows_within_the_ttl, enter, leave),
        cmocka_unit_test_setup_teardown(siblings_are_looked_for_by_those_who_could_use_them, enter, leave),
        cmocka_unit_test_setup_teardown(a_sibling_may_be_there_alone, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_no_sibling, enter, leave),
        cmocka_unit_test_setup_teardown(what_may_not_be_read_is_not_read_in_another_coding, enter, leave),
        cmocka_unit_test_setup_teardown(only_the_codings_of_the_site_are_looked_for, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
