/* SPDX-License-Identifier: MIT */
/* What the head of a file says of it: its type and its tag. */

#include "files/load.h"

#include <string.h>

#include "loading.h"

static void the_type_follows_the_name_and_the_site_s_own_rows(void **state)
{
    static char *rows[] = {".xyz application/x-own", ".css text/x-own", ".gz text/first", ".gz text/second"};

    (void)state;
    make_file("www/a.html", SV(""));
    make_file("www/a.CSS", SV(""));
    make_file("www/a.xyz", SV(""));
    make_file("www/a.tar.gz", SV(""));
    make_file("www/noend", SV(""));
    expect_head("/a.xyz", "Content-Type: application/octet-stream\r\n", true);
    expect_head("/a.CSS", "Content-Type: text/css; charset=utf-8\r\n", true);
    site.mime = (struct strings){rows, ROWS(rows)};
    site_compile();
    expect_head("/a.xyz", "Content-Type: application/x-own\r\n", true);
    expect_head("/a.CSS", "Content-Type: text/x-own\r\n", true);
    expect_head("/a.html", "Content-Type: text/html; charset=utf-8\r\n", true);
    expect_head("/a.tar.gz", "Content-Type: text/first\r\n", true);
    expect_head("/noend", "Content-Type: application/octet-stream\r\n", true);
}

static void the_tag_is_of_the_stamp_the_content_or_none(void **state)
{
    struct timespec when[2] = {{784111777, 5}, {784111777, 5}};

    (void)state;
    make_file("www/page", SV("hello"));
    assert_int_equal(utimensat(AT_FDCWD, "www/page", when, 0), 0);
    free_pattern(make_pattern("www/large", BODY_MAX + 1));
    assert_int_equal(utimensat(AT_FDCWD, "www/large", when, 0), 0);
    site.etag = ETAG_STAT;
    site_compile();
    expect_head("/page", "ETag: \"ae1b981bc490a05-5\"\r\n", true);
    expect_head("/large", "ETag: \"ae1b981bc490a05-3e9\"\r\n", true);
    expect_head("/page", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", true);
    site.etag = ETAG_CONTENT;
    site_compile();
    expect_head("/page", "ETag: \"2cf24dba5fb0a30e26e83b2ac5b9e29e\"\r\n", true);
    expect_head("/large", "ETag:", false); /* nobody sums it here */
    site.etag = ETAG_OFF;
    site_compile();
    expect_head("/page", "ETag:", false);
    expect_head("/large", "ETag:", false);
    site_clock.wall = 784111776;
    expect_head("/page", "Last-Modified:", false);
}

/* The stamps of file systems are coarse: a second change in the same moment need not show in them. */
static void a_young_file_s_stamp_is_not_trusted(void **state)
{
    (void)state;
    make_file("www/page", SV("page"));
    for (int age = 0; age < 6; age++) {
        site_clock.wall = time(NULL) + age;
        struct entry *e = load("/page");
        expect(age >= 1 || e->recheck_open, "trusted at an age of %d s", age);
        expect(age <= 3 || !e->recheck_open, "not trusted at an age of %d s", age);
        ref_put(&e->ref);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        load_test(the_type_follows_the_name_and_the_site_s_own_rows),
        load_test(the_tag_is_of_the_stamp_the_content_or_none),
        load_test(a_young_file_s_stamp_is_not_trusted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
