/* SPDX-License-Identifier: MIT */
/* Something that may block, done beside the one who wants it. */

#include "daemon/errand.h"

#include <errno.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"
#include "threads.h"

struct work {
    sem_t go;
    int done; /* the errand's */
};

static void do_it(void *of)
{
    struct work *w = of;

    while (sem_wait(&w->go) < 0)
        ;
    w->done++;
}

static void it_is_done_once_for_each_that_was_begun(void **state)
{
    struct errand e;
    struct work w = {.done = 0};
    uint64_t count;

    (void)state;
    assert_int_equal(sem_init(&w.go, 0, 0), 0);
    assert_int_equal(errand_init(&e), 0);
    assert_false(errand_is_done(&e));
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(errand_begin(&e, do_it, &w), 0);
        assert_true(e.busy);
        assert_false(errand_is_done(&e));
        assert_false(readable_within(e.fd, 0));
        assert_int_equal(sem_post(&w.go), 0);
        assert_true(readable_within(e.fd, NEVER_MS));
        assert_int_equal(read(e.fd, &count, sizeof count), sizeof count);
        assert_true(errand_is_done(&e));
        assert_int_equal(w.done, i);
        assert_false(e.busy);
        assert_false(errand_is_done(&e));
    }
    errand_fini(&e);
    assert_int_equal(e.fd, -1);
    assert_int_equal(sem_destroy(&w.go), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_done_once_for_each_that_was_begun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
