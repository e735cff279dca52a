/* SPDX-License-Identifier: MIT */
/* Which directory on the way is closed to us: said by a process that has no rights of root's. */

#include "host/denial.h"

#include <string.h>
#include <sys/wait.h>

#include "host/names.h"

#include "scratch.h"

enum { NOBODY = 65534 };

/* What a user without rights is told of a path. */
static const char *hint_of(const char *path)
{
    static char hint[DENIAL_SIZE];
    size_t len = 0;
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0))
            _exit(1);
        denial_explain(path, hint);
        _exit(write(ends[1], hint, strlen(hint)) == (ssize_t)strlen(hint) ? 0 : 1);
    }
    assert_int_equal(close(ends[1]), 0);
    for (ssize_t n; (n = read(ends[0], hint + len, sizeof hint - 1 - len)) > 0;)
        len += (size_t)n;
    hint[len] = '\0';
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(close(ends[0]), 0);
    return hint;
}

static void make_tree(void)
{
    make_dir("open");
    make_dir("open/closed");
    make_dir("open/closed/open");
    make_file("open/closed/open/f", SV(""));
    assert_int_equal(chmod("open/closed/open", 0700), 0);
}

static void the_first_closed_directory_on_the_way_is_named(void **state)
{
    static const char *const paths[] = {"open/closed/open/f", "open/closed/none/g", "open/closed", "open/closed/"};
    char user[NAME_SIZE], expected[512];

    (void)state;
    make_tree();
    assert_int_equal(chmod("open/closed", 0640), 0);
    (void)user_name(geteuid() == 0 ? NOBODY : geteuid(), user);
    (void)snprintf(expected, sizeof expected, "the user %s may not enter open/closed (mode 0640, ", user);
    for (size_t i = 0; i < ROWS(paths); i++) {
        const char *hint = hint_of(paths[i]);
        expect(strncmp(hint, expected, strlen(expected)) == 0, "%s: %s", paths[i], hint);
        expect(strstr(hint, "SupplementaryGroups=") != NULL, "%s: %s", paths[i], hint);
    }
    assert_int_equal(chmod("open/closed", 0700), 0);
}

static void where_no_directory_is_to_blame_nothing_is_said(void **state)
{
    static const char *const paths[] = {"open", "open/closed", "open/none", "none", "none/f", "/", "."};
    static char too_long[PATH_MAX + 1];

    (void)state;
    make_tree();
    for (size_t i = 0; i < ROWS(paths); i++)
        assert_string_equal(hint_of(paths[i]), "");
    memset(too_long, 'a', PATH_MAX);
    assert_string_equal(hint_of(too_long), "");
}

static void what_is_not_closed_may_be_entered(void **state)
{
    (void)state;
    make_tree();
    assert_true(denial_may_enter("open"));
    assert_true(denial_may_enter("none")); /* it is not there, and so not closed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(the_first_closed_directory_on_the_way_is_named),
        scratch_test(where_no_directory_is_to_blame_nothing_is_said),
        scratch_test(what_is_not_closed_may_be_entered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
