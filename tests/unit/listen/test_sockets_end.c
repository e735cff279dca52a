/* SPDX-License-Identifier: MIT */
/* The table of sockets at the end of a process that closes nothing: the names of unix sockets go, but not while a thread that
 * hangs has the table half changed. */

#include "listen/sockets.h"

#include "scratch.h"

static void names_are_removed_unless_somebody_hangs_midway(void **state)
{
    static const struct listen_options options = {.backlog = 16};
    struct notify nobody = {.fd = -1};
    struct sockets s;
    struct bound *b;

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    assert_int_equal(sockets_get(&s, "unix:a.sock", &options, 1, &b), 0);
    assert_int_equal(pthread_mutex_lock(&s.lock), 0); /* as a thread in sockets_get has it */
    sockets_remove_names(&s);
    assert_int_equal(access("a.sock", F_OK), 0);
    assert_int_equal(pthread_mutex_unlock(&s.lock), 0);
    sockets_remove_names(&s);
    assert_true(access("a.sock", F_OK) < 0);
    sockets_put(&s, &b);
    sockets_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(names_are_removed_unless_somebody_hangs_midway),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
