/* SPDX-License-Identifier: MIT */
/* Compressed files beside a file: which names they have, and when they may stand in for it. */

#include "files/siblings.h"

#include <limits.h>
#include <string.h>

#include "http/coded_size.h"

#include "scratch.h"

enum { SECOND = 1000000000 };

static char *all[] = {"br", "zst", "gz"};
static char *gzip_only[] = {"gz"};
enum { BR = 1 << CODING_BR, ZSTD = 1 << CODING_ZSTD, GZIP = 1 << CODING_GZIP };

static void the_name_has_the_suffix_of_the_coding(void **state)
{
    static char name[PATH_MAX];
    static char room[PATH_MAX];

    (void)state;
    assert_true(sibling_name(SV("a/app.js"), CODING_BR, room));
    assert_string_equal(room, "a/app.js.br");
    assert_true(sibling_name(SV("a.gz"), CODING_GZIP, room));
    assert_string_equal(room, "a.gz.gz");
    assert_true(sibling_name(SV("x"), CODING_ZSTD, room));
    assert_string_equal(room, "x.zst");
    memset(name, 'a', sizeof name);
    assert_true(sibling_name(sv_of(name, PATH_MAX - 1 - 3), CODING_BR, room));
    assert_int_equal(strlen(room), PATH_MAX - 1);
    assert_false(sibling_name(sv_of(name, PATH_MAX - 3), CODING_BR, room));
}

/* A deploy writes them in any order, within a while. */
static void it_may_be_older_by_a_while(void **state)
{
    static const struct {
        int64_t sibling_ns, original_ns;
        bool current;
    } rows[] = {
        {100, 100, true},
        {101, 100, true},
        {0, INT64_C(10) * SECOND, true},
        {0, INT64_C(10) * SECOND + 1, false},
        {INT64_C(90) * SECOND, INT64_C(100) * SECOND, true},
        {INT64_C(89) * SECOND, INT64_C(100) * SECOND, false},
        {INT64_C(-5) * SECOND, INT64_C(5) * SECOND, true},
        {INT64_MAX, INT64_MAX, true}, /* no time runs over */
        {INT64_MAX - 1, INT64_MAX, true},
        {INT64_MIN, INT64_MAX, false},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct stamp sibling = {.modified_ns = rows[i].sibling_ns};
        const struct stamp original = {.modified_ns = rows[i].original_ns};
        expect(sibling_is_current(&sibling, &original) == rows[i].current, "row %zu", i);
    }
}

/* Older by a second or more, its bytes must not say that its original was of another size. */
static void what_its_bytes_tell_must_be_right(void **state)
{
    static const struct {
        int64_t older_ns;
        uint64_t tells, size;
        uint16_t status; /* of the original */
        bool stands;
    } rows[] = {
        {0, 70, 77, 200, true},
        {SECOND, 70, 77, 200, true},
        {SECOND + 1, 77, 77, 200, true},
        {SECOND + 1, 70, 77, 200, false},
        {SECOND + 1, CODED_SIZE_UNKNOWN, 77, 200, true},
        {INT64_C(10) * SECOND + 1, 77, 77, 200, false},
        {INT64_C(100) * SECOND, 70, 77, 404, true}, /* there is no original */
        {INT64_C(-100) * SECOND, 70, 77, 200, true},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct entry original = {
            .status = rows[i].status, .size = rows[i].size, .stamp = {.modified_ns = INT64_C(1000) * SECOND}};
        const struct entry sibling = {.status = 200,
                                      .coding = CODING_GZIP,
                                      .content_size = rows[i].tells,
                                      .stamp = {.modified_ns = INT64_C(1000) * SECOND - rows[i].older_ns}};
        expect(sibling_stands_for(&sibling, &original) == rows[i].stands, "row %zu", i);
    }
}

static void make_at(const char *name, time_t when)
{
    const struct timespec times[2] = {{when, 0}, {when, 0}};

    make_file(name, SV("x"));
    assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

static uint8_t look(char **codings, size_t n, const char *name, bool without_original)
{
    struct config_site keys = {.root = (char *)(uintptr_t) "www", .precompressed = {codings, n}};
    struct stamp original;
    struct site site;
    struct root root;

    assert_int_equal(site_init(&site, &keys, 0), 0);
    assert_int_equal(root_init(&root, "www", NULL), 0);
    bool is_there = root_stamp_at(&root, name, &original) == 0 && !without_original;
    uint8_t found = siblings_look(&site, &root, sv_cstr(name), is_there ? &original : NULL);
    root_fini(&root);
    site_fini(&site);
    return found;
}

static void those_that_lie_there_are_found(void **state)
{
    (void)state;
    make_dir("www");
    make_at("www/a.js", 1000);
    make_at("www/a.js.br", 1000);
    make_at("www/a.js.gz", 2000);
    make_at("www/a.js.zst", 900); /* too old */
    make_at("www/only.js.gz", 1);
    make_at("www/b.js", 1000);
    make_dir("www/b.js.gz");
    make_link("none", "www/b.js.br");
    make_at("www/c.svgz", 1000);
    make_at("www/c.svgz.br", 1000);
    assert_int_equal(look(all, 3, "a.js", false), BR | GZIP);
    assert_int_equal(look(all, 3, "a.js", true), BR | GZIP | ZSTD); /* none is too old where there is no original */
    assert_int_equal(look(gzip_only, 1, "a.js", false), GZIP);
    assert_int_equal(look(NULL, 0, "a.js", false), 0);
    assert_int_equal(look(all, 3, "only.js", false), GZIP);
    assert_int_equal(look(all, 3, "b.js", false), 0);   /* neither a directory nor what is not there */
    assert_int_equal(look(all, 3, "c.svgz", false), 0); /* it is in a coding itself */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_has_the_suffix_of_the_coding),
        cmocka_unit_test(it_may_be_older_by_a_while),
        cmocka_unit_test(what_its_bytes_tell_must_be_right),
        scratch_test(those_that_lie_there_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
