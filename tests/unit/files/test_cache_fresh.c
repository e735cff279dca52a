/* SPDX-License-Identifier: MIT */
/* What changes below the root is seen once an entry's time is over, and not before. */

#include "files/cache.h"

#include <string.h>

#include "files/caught.h"

#include "site.h"

static int enter(void **state)
{
    int err = scratch_enter(state);

    site_defaults();
    if (err < 0 || mkdir("www", 0755) < 0)
        return -1;
    site_begin(1 << 20, 100, TTL_MS);
    return 0;
}

static int leave(void **state)
{
    site_end();
    return scratch_leave(state);
}

/* What a path says before and after a change: first while the entry is fresh, then when its time is over. */
static void expect_change(const char *path, const char *before, const char *after)
{
    site_later(TTL_MS - 1);
    expect(strcmp(site_text(path), before) == 0, "%s changed before its time", path);
    site_later(1);
    expect(strcmp(site_text(path), after) == 0, "%s: \"%s\" instead of \"%s\"", path, site_text(path), after);
}

static void a_fresh_entry_is_given_again(void **state)
{
    (void)state;
    make_file("www/page", SV("page"));
    struct entry *first = site_get("/page");
    struct entry *second = site_get("/page");
    assert_ptr_equal(first, second);
    assert_int_equal(first->ref.count, 3);
    ref_put(&second->ref);
    site_later(TTL_MS * 3);
    second = site_get("/page"); /* checked, and still what it was */
    assert_ptr_equal(first, second);
    assert_int_equal(second->checked_ms, site_clock.now_ms);
    ref_put(&second->ref);
    ref_put(&first->ref);
    assert_int_equal(site_entries(), 1);
}

static void a_file_that_is_written_replaced_or_shrunk_is_seen(void **state)
{
    (void)state;
    make_file("www/page", SV("one"));
    assert_string_equal(site_text("/page"), "one");
    replace_file("www/page", SV("two"));
    expect_change("/page", "one", "two");
    make_file("www/page", SV("three"));
    expect_change("/page", "two", "three");
    assert_int_equal(truncate("www/page", 2), 0);
    expect_change("/page", "three", "th");
    assert_int_equal(truncate("www/page", 0), 0);
    expect_change("/page", "th", "");
    assert_int_equal(site_entries(), 1);
}

static void a_large_file_that_changes_is_seen_too(void **state)
{
    (void)state;
    free_pattern(make_pattern("www/page", BODY_MAX * 2));
    struct entry *before = site_get("/page");
    assert_true(before->fd >= 0);
    assert_int_equal(cache.stock.queue[STOCK_OPEN].n, 1);
    replace_file("www/page", SV("small"));
    site_later(TTL_MS);
    assert_string_equal(site_text("/page"), "small");
    assert_int_equal(cache.stock.queue[STOCK_OPEN].n, 0);
    assert_int_equal(before->size, BODY_MAX * 2);
    assert_int_not_equal(fcntl(before->fd, F_GETFD), -1); /* an answer still needs it */
    int fd = before->fd;
    ref_put(&before->ref);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void what_vanishes_or_appears_is_seen(void **state)
{
    (void)state;
    make_file("www/page", SV("page"));
    assert_int_equal(site_status("/page"), 200);
    assert_int_equal(site_status("/new"), 404);
    assert_int_equal(unlink("www/page"), 0);
    make_file("www/new", SV("new"));
    site_later(TTL_MS - 1);
    assert_int_equal(site_status("/page"), 200);
    assert_int_equal(site_status("/new"), 404);
    site_later(1);
    assert_int_equal(site_status("/page"), 404);
    assert_int_equal(site_status("/new"), 200);
    assert_int_equal(site_entries(), 2);
}

static void that_a_path_is_missing_is_remembered(void **state)
{
    (void)state;
    struct entry *first = site_get("/missing");
    struct entry *second = site_get("/missing");
    assert_ptr_equal(first, second);
    assert_int_equal(first->status, 404);
    assert_int_equal(site_entries(), 1);
    ref_put(&first->ref);
    ref_put(&second->ref);
}

static void a_file_may_become_a_directory_and_back(void **state)
{
    (void)state;
    make_file("www/x", SV("file"));
    assert_int_equal(site_status("/x"), 200);
    assert_int_equal(site_status("/x/"), 404);
    assert_int_equal(unlink("www/x"), 0);
    make_dir("www/x");
    make_file("www/x/index.html", SV("index"));
    site_later(TTL_MS);
    assert_int_equal(site_status("/x"), 301);
    assert_string_equal(site_text("/x/"), "index");
    assert_int_equal(unlink("www/x/index.html"), 0);
    assert_int_equal(rmdir("www/x"), 0);
    make_file("www/x", SV("file again"));
    site_later(TTL_MS);
    assert_string_equal(site_text("/x"), "file again");
    assert_int_equal(site_status("/x/"), 404);
}

static void an_earlier_index_file_that_appears_is_taken(void **state)
{
    (void)state;
    make_file("www/index.htm", SV("second"));
    assert_string_equal(site_text("/"), "second");
    make_file("www/index.html", SV("first"));
    expect_change("/", "second", "first");
    assert_int_equal(unlink("www/index.html"), 0);
    expect_change("/", "first", "second");
}

static void a_link_that_is_turned_is_followed_but_not_outside(void **state)
{
    (void)state;
    make_file("www/one", SV("one"));
    make_file("www/two", SV("two"));
    make_file("secret", SV("secret"));
    make_link("one", "www/link");
    assert_string_equal(site_text("/link"), "one");
    make_link("two", "www/link.new");
    assert_int_equal(rename("www/link.new", "www/link"), 0);
    expect_change("/link", "one", "two");
    make_link("../secret", "www/link.new");
    assert_int_equal(rename("www/link.new", "www/link"), 0);
    site_later(TTL_MS);
    assert_int_equal(site_status("/link"), 404);
}

static void rights_that_are_changed_are_seen(void **state)
{
    (void)state;
    make_file("www/page", SV("page"));
    struct entry *first = site_get("/page");
    assert_int_equal(chmod("www/page", 0600), 0);
    site_later(TTL_MS);
    struct entry *second = site_get("/page");
    assert_ptr_not_equal(first, second);
    assert_int_equal(second->stamp.mode & 0777, 0600);
    ref_put(&first->ref);
    ref_put(&second->ref);
}

/* A change that size and time of modification do not tell. */
static void a_change_that_was_dated_back_is_seen(void **state)
{
    struct timespec when[2] = {{784111777, 0}, {784111777, 0}};

    (void)state;
    make_file("www/page", SV("one"));
    assert_int_equal(utimensat(AT_FDCWD, "www/page", when, 0), 0);
    assert_string_equal(site_text("/page"), "one");
    (void)usleep(20000); /* a tick of the clock that stamps are taken from */
    make_file("www/page", SV("two"));
    assert_int_equal(utimensat(AT_FDCWD, "www/page", when, 0), 0);
    expect_change("/page", "one", "two");
}

/* Another file was seen to change and to keep this time: by another worker, say. */
static void a_time_that_was_caught_since_is_not_told_any_more(void **state)
{
    struct timespec when[2] = {{784111777, 0}, {784111777, 0}};

    (void)state;
    caught_forget();
    make_file("www/page", SV("one"));
    assert_int_equal(utimensat(AT_FDCWD, "www/page", when, 0), 0);
    struct entry *e = site_get("/page");
    assert_int_equal(e->modified, 784111777);
    ref_put(&e->ref);
    caught_add(INT64_C(784111777) * 1000000000);
    site_later(TTL_MS);
    e = site_get("/page");
    assert_int_equal(e->modified, INT64_MAX);
    assert_int_equal(e->tag_source, TAG_CONTENT);
    site_later(TTL_MS);
    struct entry *again = site_get("/page"); /* once is enough */
    assert_ptr_equal(again, e);
    ref_put(&again->ref);
    ref_put(&e->ref);
    caught_forget();
}

static void a_young_file_is_read_again_whatever_its_stamp(void **state)
{
    (void)state;
    site_clock.wall = time(NULL);
    make_file("www/page", SV("one"));
    struct entry *first = site_get("/page");
    assert_true(first->recheck_open);
    site_later(TTL_MS);
    struct entry *second = site_get("/page");
    assert_ptr_not_equal(first, second);
    ref_put(&first->ref);
    ref_put(&second->ref);
}

static void a_later_index_file_is_kept_while_the_earlier_ones_are_missing(void **state)
{
    (void)state;
    make_dir("www/d");
    make_file("www/d/other.txt", SV("third"));
    struct entry *first = site_get("/d/");
    site_later(TTL_MS);
    struct entry *second = site_get("/d/");
    assert_ptr_equal(first, second);
    assert_int_equal(second->checked_ms, site_clock.now_ms);
    ref_put(&second->ref);
    ref_put(&first->ref);
    make_dir("www/d/index.html"); /* is no file, and looked at again each time */
    expect_change("/d/", "third", "third");
    make_file("www/d/index.htm", SV("second"));
    expect_change("/d/", "third", "second");
    assert_int_equal(rmdir("www/d/index.html"), 0);
    expect_change("/d/", "second", "second");
    make_file("www/d/index.html", SV("first"));
    expect_change("/d/", "second", "first");
    assert_int_equal(unlink("www/d/index.html"), 0);
    assert_int_equal(unlink("www/d/index.htm"), 0);
    expect_change("/d/", "first", "third");
}

/* As unzip leaves files that were packed further east. */
static void a_file_of_the_future_is_read_again_once_its_time_has_come(void **state)
{
    int64_t ahead = site_clock.wall + 3600;
    struct timespec when[2] = {{ahead, 0}, {ahead, 0}};

    (void)state;
    make_file("www/page", SV("one"));
    assert_int_equal(utimensat(AT_FDCWD, "www/page", when, 0), 0);
    struct entry *first = site_get("/page");
    assert_int_equal(first->tag_source, TAG_CONTENT);
    site_later(TTL_MS);
    site_clock.wall = ahead - 1;
    struct entry *second = site_get("/page");
    assert_ptr_equal(first, second);
    ref_put(&second->ref);
    site_later(TTL_MS);
    site_clock.wall = ahead;
    second = site_get("/page");
    assert_ptr_not_equal(first, second);
    assert_true(second->recheck_open);
    assert_int_equal(second->modified, INT64_MAX);
    ref_put(&second->ref);
    site_later(TTL_MS);
    site_clock.wall = ahead + 3;
    second = site_get("/page");
    assert_int_equal(second->tag_source, TAG_STAT);
    assert_int_equal(second->modified, ahead);
    ref_put(&second->ref);
    ref_put(&first->ref);

    assert_int_equal(utimensat(AT_FDCWD, "www/page", when, 0), 0);
    site_clock.wall = time(NULL); /* its change is young, and another may bear the same stamp */
    site_later(TTL_MS);
    first = site_get("/page");
    assert_true(first->recheck_open);
    ref_put(&first->ref);
}

static void with_a_ttl_of_zero_every_look_is_a_fresh_one(void **state)
{
    (void)state;
    cache.ttl_ms = 0;
    make_file("www/page", SV("one"));
    assert_string_equal(site_text("/page"), "one");
    replace_file("www/page", SV("two"));
    assert_string_equal(site_text("/page"), "two");
    assert_int_equal(site_status("/new"), 404);
    make_file("www/new", SV("new"));
    assert_int_equal(site_status("/new"), 200);
    assert_int_equal(unlink("www/new"), 0);
    assert_int_equal(site_status("/new"), 404);
}

static void a_deploy_is_seen_on_all_paths_at_once(void **state)
{
    (void)state;
    site_end();
    assert_int_equal(rename("www", "1"), 0);
    make_dir("2");
    make_link("1", "www");
    make_file("1/a", SV("a1"));
    make_file("1/b", SV("b1"));
    make_file("2/a", SV("a2"));
    make_file("2/b", SV("b2"));
    make_file("2/c", SV("c2"));
    site_begin(1 << 20, 100, TTL_MS);
    assert_string_equal(site_text("/a"), "a1");
    site_later(TTL_MS / 2);
    assert_string_equal(site_text("/b"), "b1");
    assert_int_equal(site_status("/c"), 404);
    make_link("2", "next");
    assert_int_equal(rename("next", "www"), 0);
    site_later(TTL_MS / 2 - 1);
    assert_string_equal(site_text("/a"), "a1");
    site_later(1); /* the root's time is over; /b and /c alone would be fresh for longer */
    assert_string_equal(site_text("/b"), "b2");
    assert_string_equal(site_text("/a"), "a2");
    assert_string_equal(site_text("/c"), "c2");
}

#define fresh_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        fresh_test(a_fresh_entry_is_given_again),
        fresh_test(a_file_that_is_written_replaced_or_shrunk_is_seen),
        fresh_test(a_large_file_that_changes_is_seen_too),
        fresh_test(what_vanishes_or_appears_is_seen),
        fresh_test(that_a_path_is_missing_is_remembered),
        fresh_test(a_file_may_become_a_directory_and_back),
        fresh_test(an_earlier_index_file_that_appears_is_taken),
        fresh_test(a_later_index_file_is_kept_while_the_earlier_ones_are_missing),
        fresh_test(a_link_that_is_turned_is_followed_but_not_outside),
        fresh_test(rights_that_are_changed_are_seen),
        fresh_test(a_change_that_was_dated_back_is_seen),
        fresh_test(a_time_that_was_caught_since_is_not_told_any_more),
        fresh_test(a_young_file_is_read_again_whatever_its_stamp),
        fresh_test(a_file_of_the_future_is_read_again_once_its_time_has_come),
        fresh_test(with_a_ttl_of_zero_every_look_is_a_fresh_one),
        fresh_test(a_deploy_is_seen_on_all_paths_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
