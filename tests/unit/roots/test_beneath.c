/* SPDX-License-Identifier: MIT */
/* The two ways of opening a name below a directory, the kernel's and our walk, agree on names of every kind. */

#include "roots/beneath.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "roots/root.h"

#include "scratch.h"

enum { NAMES = 30000, PARTS = 8 };

static int top;
static bool has_kernel;

/* A tree in which every part of a name below leads somewhere. */
static int enter(void **state)
{
    if (scratch_enter(state) < 0)
        return -1;
    make_file("secret", SV("secret"));
    make_dir("www");
    make_dir("www/a");
    make_dir("www/a/b");
    make_dir("www/a/b/a");
    make_file("www/f", SV("f"));
    make_file("www/a/f", SV("af"));
    make_file("www/a/b/f", SV("abf"));
    make_link("a/b", "www/l");
    make_link("../f", "www/a/l");
    make_link("../../a", "www/a/b/l");
    make_link("../..", "www/a/b/up");
    make_link("..", "www/up");
    make_link("../b/../up/f", "www/a/up");
    make_link("a/", "www/slash");
    make_link("f/", "www/a/slash");
    make_link("/", "www/root");
    make_link("./././b", "www/a/root");
    make_link("self", "www/self");
    make_link(".", "www/a/self");
    top = open("www", O_PATH | O_DIRECTORY | O_CLOEXEC);
    has_kernel = beneath_by_kernel(top);
    return top < 0 ? -1 : 0;
}

static int leave(void **state)
{
    (void)close(top);
    return scratch_leave(state);
}

/* Both ways; the same file is opened, or the same error told. */
static void expect_agreement(const char *name, uint64_t flags)
{
    struct stamp a, b;
    int kernel = beneath_open(top, name, flags, true);
    int walk = beneath_open(top, name, flags, false);

    if (kernel < 0 || walk < 0) {
        expect(kernel == walk, "\"%s\" (%#x): the kernel says %s, the walk %s", name, (unsigned)flags,
               kernel < 0 ? strerror(-kernel) : "yes", walk < 0 ? strerror(-walk) : "yes");
        return;
    }
    assert_int_equal(stamp_of_fd(kernel, &a), 0);
    assert_int_equal(stamp_of_fd(walk, &b), 0);
    expect(stamp_same(&a, &b), "\"%s\": two files", name);
    expect((fcntl(walk, F_GETFD) & FD_CLOEXEC) != 0, "\"%s\" stays open on exec", name);
    (void)close(kernel);
    (void)close(walk);
}

static void random_names_agree(void **state)
{
    static const char *const parts[] = {"a", "b", "f", "l", "up", "..", ".", "slash", "self", "root", "missing", ""};
    static const uint64_t flags[] = {O_RDONLY | O_NONBLOCK, O_PATH, O_RDONLY | O_DIRECTORY};
    uint64_t seed = 77;

    (void)state;
    if (!has_kernel)
        skip();
    size_t before = count_fds();
    for (int i = 0; i < NAMES; i++) {
        char name[128] = "";
        size_t n = 1 + random_below(&seed, PARTS);
        for (size_t k = 0; k < n; k++) {
            const char *part = parts[random_below(&seed, k == 0 ? ROWS(parts) - 1 : ROWS(parts))];
            (void)snprintf(name + strlen(name), sizeof name - strlen(name), "%s%s", k > 0 ? "/" : "", part);
        }
        expect_agreement(name, flags[random_below(&seed, ROWS(flags))]);
    }
    assert_int_equal(count_fds(), before);
}

static void a_chain_of_links_has_an_end(void **state)
{
    char to[16] = "f", name[24];

    (void)state;
    if (!has_kernel)
        skip();
    for (int i = 1; i <= 45; i++) {
        (void)snprintf(name, sizeof name, "www/c%d", i);
        make_link(to, name);
        (void)snprintf(to, sizeof to, "c%d", i);
        expect_agreement(to, O_RDONLY);
    }
}

static void long_names_agree(void **state)
{
    static const size_t lens[] = {255, 256, 1000, PATH_MAX - 2, PATH_MAX - 1, PATH_MAX, PATH_MAX + 1, 3 * PATH_MAX};
    static char name[3 * PATH_MAX + 1];

    (void)state;
    if (!has_kernel)
        skip();
    for (size_t i = 0; i < ROWS(lens); i++) {
        memset(name, 'n', lens[i]);
        name[lens[i]] = '\0';
        expect_agreement(name, O_PATH);
        for (size_t k = 0; k + 1 < lens[i]; k++)
            name[k] = "./"[k % 2];
        name[lens[i] - 1] = lens[i] % 2 == 1 ? 'f' : '/';
        int kernel = beneath_open(top, name, O_PATH, true), walk = beneath_open(top, name, O_PATH, false);
        expect((kernel < 0) == (walk < 0), "%zu bytes: %d and %d", lens[i], kernel, walk);
        if (kernel >= 0)
            (void)close(kernel);
        if (walk >= 0)
            (void)close(walk);
    }
}

static void the_empty_name_is_the_directory_itself(void **state)
{
    struct stamp a, b;

    (void)state;
    assert_int_equal(stamp_of_fd(top, &a), 0);
    for (int way = has_kernel; way >= 0; way--) {
        int fd = beneath_open(top, "", O_PATH, way);
        assert_true(fd >= 0 && fd != top);
        assert_int_equal(stamp_of_fd(fd, &b), 0);
        assert_true(stamp_same(&a, &b));
        (void)close(fd);
    }
}

/* No request names one; should one come, it must not lead outside. */
static void an_absolute_name_does_not_leave_the_directory(void **state)
{
    static const char *const names[] = {"/etc/passwd", "//etc/passwd", "/..", "/../secret", "/proc/self/cwd/secret"};

    (void)state;
    for (size_t i = 0; i < ROWS(names); i++)
        for (int way = has_kernel; way >= 0; way--)
            expect(beneath_open(top, names[i], O_PATH, way) < 0, "%s was opened", names[i]);
}

static void without_descriptors_both_say_so(void **state)
{
    (void)state;
    for (rlim_t spare = 0; spare < 2; spare++) {
        rlim_t before = limit_fds(spare);
        int walk = beneath_open(top, "a/b/f", O_RDONLY, false);
        int kernel = has_kernel && spare == 0 ? beneath_open(top, "a/b/f", O_RDONLY, true) : -EMFILE;
        (void)set_fd_limit(before);
        assert_int_equal(walk, -EMFILE);
        assert_int_equal(kernel, -EMFILE);
    }
}

#define tree_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        tree_test(random_names_agree),
        tree_test(a_chain_of_links_has_an_end),
        tree_test(long_names_agree),
        tree_test(the_empty_name_is_the_directory_itself),
        tree_test(an_absolute_name_does_not_leave_the_directory),
        tree_test(without_descriptors_both_say_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
