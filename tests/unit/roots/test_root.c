/* SPDX-License-Identifier: MIT */
/* The wall around a document root, and the root itself when its path is turned to another directory. */

#include "roots/root.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "scratch.h"

/* What the file says, in its first bytes; "" where it cannot be opened. */
static const char *text_at(const struct root *r, const char *name)
{
    static char text[64];
    int fd = root_open_at(r, name, O_RDONLY);

    text[0] = '\0';
    if (fd < 0)
        return text;
    ssize_t n = read(fd, text, sizeof text - 1);
    (void)close(fd);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* A tree with every kind of link, beside a file that nobody may reach. */
static void make_tree(void)
{
    char absolute[128];

    make_file("secret", SV("secret"));
    make_dir("outside");
    make_file("outside/secret", SV("secret"));
    make_dir("www");
    make_dir("www/sub");
    make_dir("www/sub/deep");
    make_file("www/page", SV("page"));
    make_file("www/sub/page", SV("subpage"));
    make_link("page", "www/link");
    make_link("link", "www/link-to-link");
    make_link("sub", "www/dirlink");
    make_link("../page", "www/sub/up");
    make_link("../../page", "www/sub/deep/up2");
    make_link("deep/../../page", "www/sub/zigzag");
    (void)snprintf(absolute, sizeof absolute, "%s/www/page", scratch_dir);
    make_link(absolute, "www/absolute");
    make_link("/", "www/slash");
    make_link("../secret", "www/out");
    make_link("../../secret", "www/sub/out");
    make_link("../outside", "www/outdir");
    make_link("../www/page", "www/out-and-in");
    make_link("/proc/self/root", "www/magic");
    make_link("/proc/self/cwd", "www/magic-cwd");
    make_link("loop", "www/loop");
    make_link("nowhere", "www/dangling");
}

static void links_that_stay_beneath_are_followed(void **state)
{
    static const char *const pages[] = {
        "page",         "link",       "link-to-link",    "sub/up",
        "sub/deep/up2", "sub/zigzag", "dirlink/../page", "sub/deep/../../page",
    };
    struct root r;

    (void)state;
    make_tree();
    assert_int_equal(root_init(&r, "www", NULL), 0);
    for (int way = r.by_kernel; way >= 0; way--) {
        r.by_kernel = way;
        for (size_t i = 0; i < ROWS(pages); i++)
            expect(strcmp(text_at(&r, pages[i]), "page") == 0, "%s: \"%s\"", pages[i], text_at(&r, pages[i]));
        assert_string_equal(text_at(&r, "dirlink/page"), "subpage");
    }
    root_fini(&r);
}

/* Every way out that was thought of, and what must come of it. */
static const struct way {
    const char *name;
    int error;
} ways[] = {
    {"absolute", EXDEV},
    {"slash", EXDEV},
    {"slash/etc/passwd", EXDEV},
    {"out", EXDEV},
    {"sub/out", EXDEV},
    {"outdir", EXDEV},
    {"outdir/secret", EXDEV},
    {"out-and-in", EXDEV},
    {"..", EXDEV},
    {"../secret", EXDEV},
    {"../www/page", EXDEV},
    {"sub/../../secret", EXDEV},
    {"sub/../../www/page", EXDEV},
    {"dirlink/../../secret", EXDEV},
    {"magic", EXDEV},
    {"magic/etc/passwd", EXDEV},
    {"magic-cwd/secret", EXDEV},
    {"loop", ELOOP},
    {"dangling", ENOENT},
    {"missing", ENOENT},
    {"page/", ENOTDIR},
    {"page/more", ENOTDIR},
};

static void nothing_outside_is_reached_by_any_name(void **state)
{
    static const uint64_t flags[] = {O_RDONLY, O_PATH, O_RDONLY | O_DIRECTORY};
    struct root r;

    (void)state;
    make_tree();
    assert_int_equal(root_init(&r, "www", NULL), 0);
    size_t before = count_fds();
    for (int way = r.by_kernel; way >= 0; way--)
        for (size_t i = 0; i < ROWS(ways) * ROWS(flags); i++) {
            const struct way *w = &ways[i / ROWS(flags)];
            r.by_kernel = way;
            int fd = root_open_at(&r, w->name, flags[i % ROWS(flags)]);
            expect(fd == -w->error, "%s: %s", w->name, fd < 0 ? strerror(-fd) : "opened");
        }
    assert_int_equal(count_fds(), before);
    root_fini(&r);
}

/* The links below /proc/self lead anywhere, and are no symbolic links in truth. */
static void magic_links_are_refused(void **state)
{
    static const char *const names[] = {"exe", "root", "cwd", "root/etc/passwd", "cwd/.", "fd/2", "self/exe"};
    struct root r;

    (void)state;
    assert_int_equal(root_init(&r, "/proc/self", NULL), 0);
    for (int way = r.by_kernel; way >= 0; way--)
        for (size_t i = 0; i < ROWS(names); i++) {
            r.by_kernel = way;
            int fd = root_open_at(&r, names[i], O_RDONLY);
            expect(fd < 0, "%s was opened", names[i]);
        }
    root_fini(&r);
}

/* Somebody who may write below the root turns a directory into a link and back. */
static void *turn(void *arg)
{
    while (!atomic_load((atomic_bool *)arg)) {
        (void)rename("www/sub", "www/kept");
        (void)rename("www/evil", "www/sub");
        (void)rename("www/sub", "www/evil");
        (void)rename("www/kept", "www/sub");
    }
    return NULL;
}

static void a_race_of_directory_and_link_does_not_open_the_wall(void **state)
{
    atomic_bool over = false;
    pthread_t thread;
    struct root r;

    (void)state;
    make_tree();
    make_file("www/sub/secret", SV("public"));
    make_link("../outside", "www/evil");
    assert_int_equal(root_init(&r, "www", NULL), 0);
    assert_int_equal(pthread_create(&thread, NULL, turn, &over), 0);
    bool leaked = false, can = r.by_kernel;
    size_t before = count_fds();
    for (int i = 0; i < 20000 && !leaked; i++) {
        r.by_kernel = can && i % 2 == 0;
        leaked = strcmp(text_at(&r, "sub/secret"), "secret") == 0 ||
                 strcmp(text_at(&r, "sub/deep/../../sub/../../outside/secret"), "secret") == 0;
    }
    atomic_store(&over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(leaked);
    assert_int_equal(count_fds(), before);
    root_fini(&r);
}

static void descriptors_are_closed_on_exec_and_do_not_block(void **state)
{
    struct root r;

    (void)state;
    make_tree();
    assert_int_equal(mkfifo("www/fifo", 0644), 0);
    assert_int_equal(root_init(&r, "www", NULL), 0);
    assert_true((fcntl(r.fd, F_GETFD) & FD_CLOEXEC) != 0);
    int fd = root_open_at(&r, "fifo", O_RDONLY); /* would wait for a writer */
    assert_true(fd >= 0);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    (void)close(fd);
    fd = root_open_at(&r, "", O_PATH);
    struct stamp stamp;
    assert_int_equal(stamp_of_fd(fd, &stamp), 0);
    assert_true(stamp_same(&stamp, &r.stamp));
    (void)close(fd);
    root_fini(&r);
    assert_int_equal(r.fd, -1);
    root_fini(&r);
}

static void a_root_that_is_none_is_an_error(void **state)
{
    struct root r;
    size_t before = count_fds();

    (void)state;
    make_file("file", SV(""));
    assert_int_equal(root_init(&r, "missing", NULL), -ENOENT);
    assert_int_equal(r.fd, -1);
    root_fini(&r);
    assert_int_equal(root_init(&r, "file", NULL), -ENOTDIR);
    assert_int_equal(r.fd, -1);
    assert_int_equal(count_fds(), before);
}

static void make_releases(void)
{
    make_dir("releases");
    make_dir("releases/1");
    make_dir("releases/2");
    make_file("releases/1/page", SV("one"));
    make_file("releases/2/page", SV("two"));
    make_link("releases/1", "current");
}

static void swap_to(const char *release)
{
    make_link(release, "next");
    assert_int_equal(rename("next", "current"), 0);
}

/* What was told once is not told again. */
static void want_of_a_descriptor_only_delays_what_was_told(void **state)
{
    struct root_swaps swaps = {0};
    struct rlimit before, limit;
    struct root r;

    (void)state;
    make_releases();
    assert_int_equal(root_init(&r, "current", &swaps), 0);
    root_refresh(&r, 5000, 1000);
    uint32_t version = r.version;
    swap_to("releases/2");
    atomic_fetch_add(&swaps.n, 1);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t)r.fd + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    root_refresh(&r, 5001, 1000);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(r.version, version);
    root_refresh(&r, 5002, 1000);
    assert_int_equal(r.version, version + 1);
    root_fini(&r);
}

static void a_swapped_link_is_followed_after_the_ttl_and_not_before(void **state)
{
    struct root r;
    size_t before = count_fds();

    (void)state;
    make_releases();
    assert_int_equal(root_init(&r, "current", NULL), 0);
    root_refresh(&r, 5000, 1000);
    uint32_t version = r.version;
    swap_to("releases/2");
    root_refresh(&r, 5999, 1000);
    assert_int_equal(r.version, version);
    assert_string_equal(text_at(&r, "page"), "one");
    root_refresh(&r, 6000, 1000);
    assert_int_equal(r.version, version + 1);
    assert_string_equal(text_at(&r, "page"), "two");
    root_refresh(&r, 7000, 1000);
    assert_int_equal(r.version, version + 1);
    swap_to("releases/1");
    root_refresh(&r, 7001, 0);
    assert_int_equal(r.version, version + 2);
    assert_string_equal(text_at(&r, "page"), "one");
    root_fini(&r);
    assert_int_equal(count_fds(), before);
}

static void a_root_that_vanishes_or_is_no_directory_keeps_the_old_one(void **state)
{
    struct root r;

    (void)state;
    make_releases();
    assert_int_equal(root_init(&r, "current", NULL), 0);
    assert_int_equal(unlink("current"), 0);
    root_refresh(&r, 1000, 1000);
    assert_string_equal(text_at(&r, "page"), "one");
    make_file("current", SV("not a directory"));
    root_refresh(&r, 2000, 1000);
    assert_string_equal(text_at(&r, "page"), "one");
    assert_int_equal(r.version, 0);
    assert_int_equal(unlink("current"), 0);
    make_link("releases/2", "current");
    root_refresh(&r, 3000, 1000);
    assert_string_equal(text_at(&r, "page"), "two");
    assert_int_equal(r.version, 1);
    root_fini(&r);
}

/* As `rm -r` and `mkdir` do it, rather than a rename. */
static void a_root_that_is_made_anew_is_followed(void **state)
{
    struct root r;

    (void)state;
    make_dir("www");
    make_file("www/page", SV("old"));
    assert_int_equal(root_init(&r, "www", NULL), 0);
    assert_int_equal(unlink("www/page"), 0);
    assert_int_equal(rmdir("www"), 0);
    make_dir("www");
    make_file("www/page", SV("new"));
    root_refresh(&r, 1000, 1000);
    assert_string_equal(text_at(&r, "page"), "new");
    assert_int_equal(r.version, 1);
    root_fini(&r);
}

static void a_stamp_tells_every_change(void **state)
{
    struct timespec past[2] = {{1000000000, 123456789}, {1000000000, 123456789}};
    struct stamp first, second;
    struct root r;

    (void)state;
    make_file("page", SV("page"));
    make_link("page", "link");
    assert_int_equal(utimensat(AT_FDCWD, "page", past, 0), 0);
    assert_int_equal(root_init(&r, ".", NULL), 0);
    assert_int_equal(root_stamp_at(&r, "page", &first), 0);
    assert_int_equal(first.size, 4);
    assert_true(S_ISREG(first.mode));
    assert_true(first.modified_ns == 1000000000123456789);
    assert_int_equal(root_stamp_at(&r, "link", &second), 0);
    assert_true(stamp_same(&first, &second));
    past[1].tv_nsec++;
    assert_int_equal(utimensat(AT_FDCWD, "page", past, 0), 0);
    assert_int_equal(root_stamp_at(&r, "page", &second), 0);
    assert_false(stamp_same(&first, &second));
    assert_int_equal(root_stamp_at(&r, "missing", &second), -ENOENT);
    root_fini(&r);
}

static void stamps_differ_in_any_field(void **state)
{
    struct stamp first = {1, 2, 3, 4, 5, 6}, others[6];

    (void)state;
    for (size_t i = 0; i < ROWS(others); i++)
        others[i] = first;
    others[0].device++;
    others[1].inode++;
    others[2].size++;
    others[3].modified_ns++;
    others[4].changed_ns++;
    others[5].mode++;
    for (size_t i = 0; i < ROWS(others); i++)
        expect(!stamp_same(&first, &others[i]), "field %zu does not count", i);
    assert_true(stamp_same(&first, &first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(links_that_stay_beneath_are_followed),
        scratch_test(nothing_outside_is_reached_by_any_name),
        scratch_test(magic_links_are_refused),
        scratch_test(a_race_of_directory_and_link_does_not_open_the_wall),
        scratch_test(descriptors_are_closed_on_exec_and_do_not_block),
        scratch_test(a_root_that_is_none_is_an_error),
        scratch_test(want_of_a_descriptor_only_delays_what_was_told),
        scratch_test(a_swapped_link_is_followed_after_the_ttl_and_not_before),
        scratch_test(a_root_that_vanishes_or_is_no_directory_keeps_the_old_one),
        scratch_test(a_root_that_is_made_anew_is_followed),
        scratch_test(a_stamp_tells_every_change),
        scratch_test(stamps_differ_in_any_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
