/* SPDX-License-Identifier: MIT */
/* Where a file is, or would be made, however its path is written; and whether it may be. */

#include "host/file_place.h"

#include <errno.h>
#include <string.h>

#include "scratch.h"

static bool same(const struct file_place *a, const struct file_place *b)
{
    return a->dev == b->dev && a->ino == b->ino && strcmp(a->name, b->name) == 0;
}

static void find(struct file_place *p, const char *path)
{
    expect(file_place_of_file(p, path) == 0, "%s has no place", path);
}

/* Two paths, one file, whether it is there or not. */
static void paths_that_lead_to_one_file_have_one_place(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"d/f", "d/f", true},        {"d/f", "./d//f", true},   {"d/f", "d/../d/f", true}, {"d/f", "to-d/f", true},
        {"d/f", "to-f", true},       {"d/f", "to-to-f", true},  {"d/f", "d/g", false},     {"d/f", "f", false},
        {"d/new", "to-d/new", true}, {"d/new", "to-new", true}, {"f", "./f", true},        {"d/f", "d/here", true},
        {"d/f", "d/absolute", true},
    };
    char absolute[sizeof scratch_dir + 8];
    struct file_place a, b;

    (void)state;
    make_dir("d");
    make_file("d/f", SV(""));
    make_link("d", "to-d");
    make_link("d/f", "to-f");
    make_link("to-f", "to-to-f");
    make_link("d/new", "to-new"); /* which is not there */
    make_link("f", "d/here");     /* as seen from where the link is */
    (void)snprintf(absolute, sizeof absolute, "%s/d/f", scratch_dir);
    make_link(absolute, "d/absolute");
    for (size_t i = 0; i < ROWS(rows); i++) {
        find(&a, rows[i].a);
        find(&b, rows[i].b);
        expect(same(&a, &b) == rows[i].same, "row %zu: %s in one, %s in the other", i, a.path, b.path);
    }
    assert_int_equal(access("d/new", F_OK), -1); /* nothing was made */
}

/* A socket is not bound to where a link leads. */
static void for_a_socket_a_link_is_in_the_way(void **state)
{
    struct file_place link, file;

    (void)state;
    make_dir("d");
    make_link("d/s", "to-s");
    make_link("d", "to-d");
    assert_int_equal(file_place_of_socket(&link, "to-s"), 0);
    assert_string_equal(link.name, "to-s");
    assert_int_equal(file_place_of_file(&file, "to-s"), 0);
    assert_string_equal(file.name, "s");
    assert_false(same(&link, &file));
    assert_int_equal(file_place_of_socket(&link, "to-d/s"), 0); /* on the way it is followed */
    assert_true(same(&link, &file));
}

static void a_path_that_leads_nowhere_has_no_place(void **state)
{
    static char long_path[PATH_MAX + 1];
    struct file_place p;

    (void)state;
    make_file("f", SV(""));
    make_link("loop", "loop");
    make_link("none/f", "dangling");
    memset(long_path, 'a', PATH_MAX);
    assert_int_equal(file_place_of_file(&p, ""), -ENOENT);
    assert_int_equal(file_place_of_file(&p, "none/f"), -ENOENT);
    assert_int_equal(file_place_of_file(&p, "dangling"), -ENOENT);
    assert_int_equal(file_place_of_file(&p, "f/g"), -ENOTDIR);
    assert_int_equal(file_place_of_file(&p, "loop"), -ELOOP);
    assert_int_equal(file_place_of_file(&p, long_path), -ENAMETOOLONG);
    assert_int_equal(file_place_of_socket(&p, "none/f"), -ENOENT);
}

static int may_make(const char *path)
{
    struct file_place p;

    find(&p, path);
    return file_place_may_make(&p);
}

static void whether_a_file_may_be_made(void **state)
{
    char path[NAME_MAX + 4] = "d/";

    (void)state;
    make_dir("d");
    assert_int_equal(may_make("d/f"), 0);
    assert_int_equal(may_make("f"), 0);
    assert_int_equal(may_make("d/"), -EISDIR);
    memset(path + 2, 'a', NAME_MAX);
    assert_int_equal(may_make(path), 0);
    path[2 + NAME_MAX] = 'a';
    struct file_place p;
    assert_int_equal(file_place_of_socket(&p, path), 0);
    assert_int_equal(file_place_may_make(&p), -ENAMETOOLONG);
    int err = may_make("/proc/none"); /* whoever we are: root is told by the file system, others by the mode */
    expect(err == -EPERM || err == -EACCES, "%d", err);
    if (geteuid() == 0) {
        assert_int_equal(err, -EPERM);
        return;
    }
    assert_int_equal(chmod("d", 0555), 0);
    assert_int_equal(may_make("d/f"), -EACCES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(paths_that_lead_to_one_file_have_one_place),
        scratch_test(for_a_socket_a_link_is_in_the_way),
        scratch_test(a_path_that_leads_nowhere_has_no_place),
        scratch_test(whether_a_file_may_be_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
