/* SPDX-License-Identifier: MIT */
/* How many workers and descriptors a configuration asks for, under limits that the test sets, and what is said where the
 * process cannot have them. */

#include "host/plan.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cpus.h"

#include "expect.h"
#include "stage.h"

enum { FDS = 4000 }; /* that every machine lets us have */

/* What came of a plan. */
static struct found {
    int err;
    size_t n_workers;
    struct budget budget;
    size_t errors, warnings;
    rlim_t soft;
    char text[4096]; /* of the report */
} * found;

/* With so many descriptors: in a process of its own, as nobody may raise such a limit again. */
static void plan_here(const char *const *set, size_t n_set, rlim_t fds)
{
    const struct stage_options loaded = {.set = set, .n_set = n_set};
    struct rlimit limit = {.rlim_cur = fds, .rlim_max = fds};
    struct diagnose report;
    struct config config;

    diagnose_init(&report, false);
    found->err = stage_load(&config, &loaded);
    if (found->err < 0 || setrlimit(RLIMIT_NOFILE, &limit) < 0)
        _exit(1);
    limit.rlim_cur = fds / 2;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        _exit(1);
    found->err = plan_make(&config, &report, &found->n_workers, &found->budget);
    found->errors = report.errors;
    found->warnings = report.warnings;
    (void)snprintf(found->text, sizeof found->text, "%.*s", (int)report.text.len,
                   report.text.p != NULL ? report.text.p : "");
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    found->soft = limit.rlim_cur;
    _exit(0);
}

static int plan(const char *const *set, size_t n_set, rlim_t fds)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        plan_here(set, n_set, fds);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    return found->err;
}

static bool says(const char *what)
{
    return strstr(found->text, what) != NULL;
}

static void as_many_workers_as_are_asked_for_or_one_for_each_cpu(void **state)
{
    static const char *const three[] = {"server.workers=3"};
    static const char *const as_cpus[] = {"server.workers=auto"};

    (void)state;
    assert_int_equal(plan(three, 1, FDS), 0);
    assert_int_equal(found->n_workers, 3);
    assert_int_equal(plan(as_cpus, 1, FDS), 0);
    assert_int_equal(found->n_workers, cpus_available());
}

static void the_limit_is_raised_as_far_as_it_goes(void **state)
{
    static const char *const set[] = {"server.workers=1"};

    (void)state;
    assert_int_equal(plan(set, 1, FDS), 0);
    assert_int_equal(found->soft, FDS);
    assert_int_equal(found->budget.own + found->budget.room, FDS);
    assert_int_equal(found->errors + found->warnings, 0);
}

static void each_worker_has_sockets_of_its_own_where_it_accepts(void **state)
{
    static const char *const by_hand[] = {"server.workers=4", "listen.address=127.0.0.1:1",
                                          "listen.address=127.0.0.1:2"};
    static const char *const each[] = {"server.workers=4", "listen.address=127.0.0.1:1", "listen.address=127.0.0.1:2",
                                       "server.accept=reuseport"};
    static const char *const status[] = {"server.workers=4", "listen.address=127.0.0.1:1", "listen.address=127.0.0.1:2",
                                         "status.address=127.0.0.1:3"};

    (void)state;
    assert_int_equal(plan(by_hand, ROWS(by_hand), FDS), 0);
    uint64_t own = found->budget.own;
    assert_int_equal(found->budget.status, 0);
    assert_int_equal(plan(each, ROWS(each), FDS), 0);
    assert_int_equal(found->budget.own, own + 3 * 2);
    assert_int_equal(plan(status, ROWS(status), FDS), 0);
    assert_true(found->budget.own > own);
    assert_int_equal(found->budget.status, STATUS_CONNECTIONS);
}

static void what_cannot_be_had_is_said(void **state)
{
    static const char *const automatic[] = {"server.workers=2"};
    static const char *const many[] = {"server.workers=2", "server.max_connections=2000"};
    static const char *const few[] = {"server.workers=2", "server.max_connections=20"};

    (void)state;
    assert_int_equal(plan(automatic, 1, 10), -EMFILE);
    assert_int_equal(found->errors, 1);
    assert_true(says("2 workers and their sockets take ") && says(", and the process may have 10 (LimitNOFILE="));
    assert_int_equal(plan(many, 2, 1024), 0);
    assert_int_equal(found->errors, 0);
    assert_int_equal(found->warnings, 1);
    assert_true(says("the process may have 1024 descriptors ") && says(", enough for "));
    assert_int_equal(plan(automatic, 1, 100), 0);
    assert_int_equal(found->warnings, 1);
    assert_true(says("at most ") && says("the process may have 100 descriptors "));
    assert_int_equal(plan(few, 2, 1024), 0); /* they were asked for */
    assert_int_equal(found->errors + found->warnings, 0);
    assert_int_equal(found->budget.connections, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_workers_as_are_asked_for_or_one_for_each_cpu),
        cmocka_unit_test(the_limit_is_raised_as_far_as_it_goes),
        cmocka_unit_test(each_worker_has_sockets_of_its_own_where_it_accepts),
        cmocka_unit_test(what_cannot_be_had_is_said),
    };

    found = mmap(NULL, sizeof *found, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (found == MAP_FAILED)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
