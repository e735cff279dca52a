/* SPDX-License-Identifier: MIT */
/* Which descriptors a service manager may leave us. */

#include "io/inherited.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"

enum { FIRST_FD = 3 };

static void set_listen(const char *pid, const char *fds, const char *names)
{
    const char *const rows[][2] = {{"LISTEN_PID", pid}, {"LISTEN_FDS", fds}, {"LISTEN_FDNAMES", names}};

    for (size_t i = 0; i < ROWS(rows); i++)
        assert_int_equal(rows[i][1] != NULL ? setenv(rows[i][0], rows[i][1], 1) : unsetenv(rows[i][0]), 0);
}

/* Descriptors are the process's own here: the manager's are 3 and 4, for as long as the test takes them. */
static void descriptors_are_taken_once_each_by_name(void **state)
{
    struct inherited all;
    char us[24];
    int kept[2];

    (void)state;
    for (int i = 0; i < 2; i++)
        kept[i] = dup(FIRST_FD + i);
    for (int i = 0; i < 2; i++)
        assert_int_equal(dup2(STDIN_FILENO, FIRST_FD + i), FIRST_FD + i);
    (void)snprintf(us, sizeof us, "%ld", (long)getpid());
    set_listen(us, "2", "http:http");
    assert_int_equal(inherited_init(&all), 0);
    assert_null(getenv("LISTEN_PID"));
    assert_null(getenv("LISTEN_FDS"));
    assert_null(getenv("LISTEN_FDNAMES"));
    assert_int_equal(inherited_take(&all, "https"), -1);
    assert_int_equal(inherited_take(&all, "http"), FIRST_FD);
    assert_true((fcntl(FIRST_FD, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(inherited_take(&all, "http"), FIRST_FD + 1);
    assert_int_equal(inherited_take(&all, "http"), -1);
    inherited_fini(&all);
    for (int i = 0; i < 2; i++) {
        (void)close(FIRST_FD + i);
        if (kept[i] >= 0) {
            (void)dup2(kept[i], FIRST_FD + i);
            (void)close(kept[i]);
        }
    }
}

static void what_is_not_for_us_is_left_alone(void **state)
{
    char us[24];
    const char *const rows[][3] = {{NULL, "1", "http"}, {"1", "1", "http"}, {us, NULL, "http"},
                                   {us, "0", ""},       {us, "-1", ""},     {us, "1x", ""}};

    (void)state;
    (void)snprintf(us, sizeof us, "%ld", (long)getpid());
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct inherited all;
        set_listen(rows[i][0], rows[i][1], rows[i][2]);
        assert_int_equal(inherited_init(&all), 0);
        expect(all.n == 0, "row %zu", i);
        assert_int_equal(inherited_take(&all, "http"), -1);
        inherited_fini(&all);
    }
}

static void fewer_names_and_descriptors_than_said_do_no_harm(void **state)
{
    struct inherited all;
    char us[24];

    (void)state;
    (void)snprintf(us, sizeof us, "%ld", (long)getpid());
    set_listen(us, "600", "http");
    assert_int_equal(inherited_init(&all), 0);
    assert_int_equal(all.n, 600);
    assert_string_equal(all.v[1].name, "unknown");
    assert_int_equal(all.v[599].fd, -1);
    for (size_t i = 0; i < all.n; i++)
        all.v[i].fd = -1; /* they are the test's own */
    inherited_fini(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_are_taken_once_each_by_name),
        cmocka_unit_test(what_is_not_for_us_is_left_alone),
        cmocka_unit_test(fewer_names_and_descriptors_than_said_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
