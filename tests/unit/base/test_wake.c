/* SPDX-License-Identifier: MIT */
/* A descriptor that wakes: readable from the first call on, until it is cleared. */

#include "base/wake.h"

#include <errno.h>
#include <sys/resource.h>

#include "scratch.h"
#include "threads.h"

static void it_is_readable_until_it_is_cleared(void **state)
{
    int fd;

    (void)state;
    assert_int_equal(wake_open(&fd), 0);
    for (int i = 0; i < 3; i++) {
        assert_false(readable_within(fd, 0));
        wake_up(fd);
        wake_up(fd);
        assert_true(readable_within(fd, 0));
        wake_clear(fd);
    }
    wake_clear(fd); /* does not wait */
    assert_false(readable_within(fd, 0));
    wake_close(&fd);
    assert_int_equal(fd, -1);
    wake_close(&fd);
}

static void without_a_descriptor_it_says_so(void **state)
{
    struct rlimit before, none = {0};
    int fd = 0;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(wake_open(&fd), -EMFILE);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_readable_until_it_is_cleared),
        cmocka_unit_test(without_a_descriptor_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
