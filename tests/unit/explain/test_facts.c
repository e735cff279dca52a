/* SPDX-License-Identifier: MIT */
/* What is said of the file behind an answer: it is the file that answers, and the rules that made its head. */

#include "explain/facts.h"

#include "answering.h"

static char *cache_rows[] = {"*.css max-age=60"};
static char *mime_rows[] = {".css text/x-own"};

static int enter(void **state)
{
    int err = answering_enter(state);

    answering_keys[0].cache = (struct strings){cache_rows, 1};
    answering_keys[0].mime = (struct strings){mime_rows, 1};
    answering_again();
    make_file("one/a.css", SV("0123456789"));
    make_file("one/a.css.gz", SV("gzip"));
    make_file("one/plain.txt", SV("plain"));
    make_file("one/pic.svgz", SV("z"));
    make_dir("one/dir");
    make_file("one/dir/index.html", SV("index"));
    return err;
}

#define facts_test(f) cmocka_unit_test_setup_teardown(f, enter, answering_leave)

static char *said;

/* All that is said of what answers a request for the path, in that coding. */
static void say_of(const char *path, enum coding coding, bool coded)
{
    struct facts f = {
        .config = &answering_config,
        .site = &answering_sites.v[0],
        .serve = &serve,
        .path = sv_cstr(path),
        .coded = coded,
    };
    struct entry *plain = NULL, *sent = NULL;
    size_t len;

    free(said);
    said = NULL;
    assert_int_equal(cache_get(&serve.cache, &serve.trees[0], f.path, coded, &answering_clock, &plain), CACHE_HIT);
    if (coding != CODING_IDENTITY) {
        sent = cache_get_sibling(&serve.cache, plain, coding, &answering_clock);
        assert_non_null(sent);
    }
    f.plain = plain;
    f.sent = sent != NULL ? sent : plain;
    FILE *to = open_memstream(&said, &len);
    assert_non_null(to);
    facts_say(&f, to);
    assert_int_equal(fclose(to), 0);
    ref_put(&plain->ref);
    if (sent != NULL)
        ref_put(&sent->ref);
}

static void expect_said(const char *line)
{
    expect(strstr(said, line) != NULL, "it does not say '%s':\n%s", line, said);
}

static void expect_unsaid(const char *part)
{
    expect(strstr(said, part) == NULL, "it says '%s':\n%s", part, said);
}

static void a_file_is_told_with_the_rules_that_match_it(void **state)
{
    (void)state;
    say_of("/a.css", CODING_IDENTITY, false);
    expect_said("root      one (default)\n");
    expect_said("file      one/a.css\n");
    expect_said("10 bytes, kept in memory\n");
    expect_said("coding    none, as the request has no Accept-Encoding; there is gzip\n");
    expect_said("type      text/x-own (");
    expect_said("etag      made of the file's time and size (");
    expect_unsaid("index ");
    expect_unsaid("no rule");
    expect_unsaid("modified");
    say_of("/plain.txt", CODING_IDENTITY, false);
    expect_said("type      text/plain");
    expect_said(" (built in)\n");
    expect_said("cache     no rule matches\n");
    expect_unsaid("coding ");
    say_of("/pic.svgz", CODING_IDENTITY, false);
    expect_said("type      image/svg+xml, always in gzip (built in)\n");
}

static void the_coding_that_answers_is_told(void **state)
{
    (void)state;
    say_of("/a.css", CODING_GZIP, true);
    expect_said("coding    gzip; there is gzip\n");
    expect_said("4 bytes, kept in memory\n");
    expect_said("type      text/x-own (");
    say_of("/a.css", CODING_IDENTITY, true);
    expect_said("coding    none, by Accept-Encoding; there is gzip\n");
}

/* By more than is overlooked. */
static void a_sibling_that_is_not_used_is_told_with_the_reason(void **state)
{
    struct timespec old[2] = {{1000, 0}, {1000, 0}};

    (void)state;
    assert_int_equal(utimensat(AT_FDCWD, "one/a.css.gz", old, 0), 0);
    say_of("/a.css", CODING_IDENTITY, true);
    expect_said("sibling   a.css.gz is not used: it is ");
    expect_said(" s older than the file, and 10 s are overlooked\n");
    expect_unsaid("coding ");
}

static void the_index_that_stands_for_a_directory_is_told(void **state)
{
    (void)state;
    say_of("/dir/", CODING_IDENTITY, false);
    expect_said("file      one/dir/index.html\n");
    expect_said("index     index.html (");
}

static void of_what_is_not_there_only_the_place_is_told(void **state)
{
    (void)state;
    say_of("/missing.css", CODING_IDENTITY, false);
    expect_said("file      one/missing.css\n");
    expect_unsaid("bytes");
    expect_unsaid("type ");
    expect_unsaid("etag ");
}

static void a_file_that_stays_on_the_disk_is_told_as_one(void **state)
{
    (void)state;
    free_pattern(make_pattern("one/large", ANSWERING_BODY_MAX + 1));
    say_of("/large", CODING_IDENTITY, false);
    expect_said("4097 bytes, sent from the disk's cache (server.cache_file_max)\n");
}

static int forget(void **state)
{
    (void)state;
    free(said);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        facts_test(a_file_is_told_with_the_rules_that_match_it),
        facts_test(the_coding_that_answers_is_told),
        facts_test(a_sibling_that_is_not_used_is_told_with_the_reason),
        facts_test(the_index_that_stands_for_a_directory_is_told),
        facts_test(of_what_is_not_there_only_the_place_is_told),
        facts_test(a_file_that_stays_on_the_disk_is_told_as_one),
    };

    return cmocka_run_group_tests(tests, NULL, forget);
}
