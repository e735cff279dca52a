/* SPDX-License-Identifier: MIT */
/* What a thread can still do once it has entered the sandbox: read below the roots. And that a deploy goes on. */

#include "confine/sandbox.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/log.h"
#include "roots/root.h"

#include "confine.h"
#include "scratch.h"

static struct sandbox sandbox;
static struct config config;
static struct config_site site;
static char root_path[64];
static char *more[1];
static int log_fd = -1;

static const struct thread_enter entering = {sandbox_enter, &sandbox};

static int enter(void **state)
{
    int err = scratch_enter(state);

    make_dir("in");
    make_dir("in/deep");
    make_dir("out");
    make_file("in/deep/a.txt", SV("alpha"));
    make_file("out/b.txt", SV("beta"));
    log_fd = open("log", O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    log_init(log_fd, LOG_LEVEL_NOTICE);
    site = (struct config_site){.root = root_path};
    config = (struct config){.sites = &site, .n_sites = 1, .server = {.sandbox = SANDBOX_YES}};
    return err;
}

static int leave(void **state)
{
    log_init(STDERR_FILENO, LOG_LEVEL_NOTICE);
    (void)close(log_fd);
    return scratch_leave(state);
}

static bool has_landlock(void)
{
    struct landlock l;
    int err = landlock_open(&l);

    landlock_close(&l);
    return err == 0;
}

/* What it reports goes to the log, for log_says. */
static int open_sandbox(void)
{
    struct diagnose report;

    diagnose_init(&report, false);
    int err = sandbox_open(&sandbox, &config, &report);
    if (err == 0)
        sandbox_say(&sandbox);
    expect((report.errors > 0) == (err < 0), "%zu errors in the report of %d", report.errors, err);
    expect(write(log_fd, report.text.p, report.text.len) == (ssize_t)report.text.len, "write");
    diagnose_fini(&report);
    return err;
}

static void serve_root(const char *name)
{
    (void)snprintf(root_path, sizeof root_path, "%s/%s", scratch_dir, name);
    assert_int_equal(open_sandbox(), 0);
}

static bool log_says(const char *what)
{
    char text[4096] = "";

    assert_true(pread(log_fd, text, sizeof text - 1, 0) >= 0);
    return strstr(text, what) != NULL;
}

static int result_of(long result)
{
    return result < 0 ? -errno : 0;
}

static int try_open(const char *name, int flags)
{
    int fd = open(name, flags | O_CLOEXEC, 0600);
    int err = result_of(fd);

    if (fd >= 0)
        (void)close(fd);
    return err;
}

static int read_inside(void)
{
    return try_open("in/deep/a.txt", O_RDONLY);
}

static int list_inside(void)
{
    return try_open("in/deep", O_RDONLY | O_DIRECTORY);
}

static int read_outside(void)
{
    return try_open("out/b.txt", O_RDONLY);
}

static int read_by_dots(void)
{
    return try_open("in/deep/../../out/b.txt", O_RDONLY);
}

static int read_passwd(void)
{
    return try_open("/etc/passwd", O_RDONLY);
}

static int read_own_memory(void)
{
    return try_open("/proc/self/mem", O_RDONLY);
}

/* The filter cannot see the flags of openat2, so this is Landlock's to refuse. */
static int write_inside(void)
{
    uint64_t how[3] = {O_WRONLY};

    return result_of(syscall(SYS_openat2, AT_FDCWD, "in/deep/a.txt", how, sizeof how));
}

static int create_inside(void)
{
    uint64_t how[3] = {O_WRONLY | O_CREAT, 0600};

    return result_of(syscall(SYS_openat2, AT_FDCWD, "in/new", how, sizeof how));
}

static int write_by_openat(void)
{
    return try_open("in/deep/a.txt", O_RDWR);
}

static int remove_inside(void)
{
    return result_of(unlink("in/deep/a.txt"));
}

static int make_inside(void)
{
    return result_of(mkdir("in/new", 0700));
}

static int truncate_inside(void)
{
    return result_of(truncate("in/deep/a.txt", 0));
}

static int execute(void)
{
    char *const argv[] = {"true", NULL};

    return result_of(execve("/bin/true", argv, argv + 1));
}

static int make_socket(void)
{
    return result_of(socket(AF_INET, SOCK_STREAM, 0));
}

static int make_process(void)
{
    return result_of(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int signal_another(void)
{
    return result_of(kill(getppid(), 0));
}

static int make_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? -errno : munmap(p, 4096);
}

static const struct attempt {
    const char *what;
    int (*call)(void);
    int answer;
} attempts[] = {
    {"read a file below the root", read_inside, 0},
    {"list a directory below the root", list_inside, 0},
    {"read a file beside the root", read_outside, -EACCES},
    {"read a file beside the root by dots", read_by_dots, -EACCES},
    {"read /etc/passwd", read_passwd, -EACCES},
    {"read its own memory through /proc", read_own_memory, -EACCES},
    {"write a file below the root", write_inside, -EACCES},
    {"create a file below the root", create_inside, -EACCES},
    {"write by openat", write_by_openat, -EPERM},
    {"remove a file", remove_inside, -EPERM},
    {"make a directory", make_inside, -EPERM},
    {"cut a file off", truncate_inside, -EPERM},
    {"execute a program", execute, -EPERM},
    {"make a socket", make_socket, -EPERM},
    {"make a process", make_process, -EPERM},
    {"signal another process", signal_another, -EPERM},
    {"map memory as code", make_code, -EPERM},
};

static void a_thread_reads_below_the_root_and_does_nothing_else(void **state)
{
    (void)state;
    needs(has_landlock(), "Landlock");
    serve_root("in");
    assert_true(log_says("sandbox: Landlock (version ") && log_says("), seccomp"));
    for (size_t i = 0; i < ROWS(attempts); i++) {
        int answer = confined(entering, attempts[i].call);
        expect(answer == attempts[i].answer, "%s: %d instead of %d", attempts[i].what, answer, attempts[i].answer);
    }
    sandbox_fini(&sandbox);
    assert_int_equal(read_outside(), 0);
}

static int shorten_log(void)
{
    return result_of(ftruncate(log_fd, 0));
}

/* It has its file open when it enters. */
static void the_logger_may_shorten_its_file_and_do_nothing_else_that_others_may_not(void **state)
{
    (void)state;
    needs(has_landlock(), "Landlock");
    serve_root("in");
    assert_int_equal(confined(entering, shorten_log), -EPERM);
    for (size_t i = 0; i < ROWS(attempts); i++) {
        int answer = confined((struct thread_enter){sandbox_enter_logger, &sandbox}, attempts[i].call);
        expect(answer == attempts[i].answer, "%s: %d instead of %d", attempts[i].what, answer, attempts[i].answer);
    }
    assert_int_equal(confined((struct thread_enter){sandbox_enter_logger, &sandbox}, shorten_log), 0);
    sandbox_fini(&sandbox);
}

static void sandbox_path_may_be_read_too(void **state)
{
    char path[64];

    (void)state;
    needs(has_landlock(), "Landlock");
    (void)snprintf(path, sizeof path, "%s/out", scratch_dir);
    more[0] = path;
    config.server.sandbox_path = (struct strings){.v = more, .n = 1};
    serve_root("in");
    assert_int_equal(confined(entering, read_outside), 0);
    assert_int_equal(confined(entering, read_passwd), -EACCES);
    sandbox_fini(&sandbox);
}

static void without_a_sandbox_a_thread_may_do_as_before(void **state)
{
    (void)state;
    config.server.sandbox = SANDBOX_NO;
    serve_root("in");
    assert_int_equal(confined(entering, read_outside), 0);
    assert_int_equal(confined(entering, write_inside), 0);
    assert_false(log_says("sandbox"));
}

static void what_is_not_there_is_said(void **state)
{
    (void)state;
    needs(has_landlock(), "Landlock");
    (void)snprintf(root_path, sizeof root_path, "%s/none", scratch_dir);
    assert_int_equal(open_sandbox(), -ENOENT);
    assert_int_equal(sandbox.landlock.fd, -1);
    assert_true(log_says("cannot open ") && log_says("/none: No such file"));
}

/* What the kernel has, and what cannot be had for want of a descriptor, is refused, whatever `sandbox` says. */
static void a_shortage_is_no_reason_to_do_without(void **state)
{
    (void)state;
    needs(has_landlock(), "Landlock");
    (void)snprintf(root_path, sizeof root_path, "%s/in", scratch_dir);
    rlim_t before = limit_fds(0);
    int err = open_sandbox();
    (void)set_fd_limit(before);
    assert_int_equal(err, -EMFILE);
    assert_true(log_says("the sandbox cannot be made now: Landlock: Too many open files"));
    assert_false(log_says("there is no Landlock here"));
    assert_int_equal(sandbox.seccomp.n, 0);
    serve_root("in");
    sandbox_fini(&sandbox);
}

/* A service manager's filter, or a kernel without Landlock. */
static int deny_landlock(const void *error)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 444, 0, 1), /* landlock_create_ruleset */
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t) * (const int *)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = ROWS(rules), .filter = rules};

    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}

/* What this process had is there: no error of a reload means that the kernel lacks it. */
static void what_was_there_is_not_done_without(void **state)
{
    static const int errors[] = {ENOSYS, EOPNOTSUPP, EPERM, EACCES, EINVAL, E2BIG};

    (void)state;
    needs(has_landlock(), "Landlock");
    serve_root("in");
    sandbox_fini(&sandbox);
    for (size_t i = 0; i < ROWS(errors); i++) {
        int err = confined((struct thread_enter){deny_landlock, &errors[i]}, open_sandbox);
        expect(err == -errors[i], "%s: %d", strerror(errors[i]), err);
    }
    assert_false(log_says("there is no Landlock here"));
}

/* Comes first: then no sandbox has been there yet. */
static void what_the_kernel_lacks_is_a_warning(void **state)
{
    static const int error = EOPNOTSUPP;

    (void)state;
    (void)snprintf(root_path, sizeof root_path, "%s/in", scratch_dir);
    assert_int_equal(confined((struct thread_enter){deny_landlock, &error}, open_sandbox), 0);
    assert_true(log_says("there is no Landlock here"));
    sandbox_fini(&sandbox);
    config.server.sandbox = SANDBOX_REQUIRE;
    assert_int_equal(confined((struct thread_enter){deny_landlock, &error}, open_sandbox), -EOPNOTSUPP);
    assert_true(log_says("sandbox = require, and there is no Landlock here"));
}

/* A root as a worker has it, which looks again where its path leads. */
static struct root root;

static int read_in_root(void)
{
    static uint64_t now_ms = 1;

    root_refresh(&root, now_ms += 10, 1);
    int fd = root_open_at(&root, "a.txt", O_RDONLY);
    if (fd >= 0)
        (void)close(fd);
    return fd < 0 ? fd : 0;
}

static void swap(const char *to)
{
    make_link(to, "next");
    assert_int_equal(rename("next", "site/current"), 0);
}

static void make_releases(const char *where)
{
    char name[64];

    make_dir(where);
    for (int i = 1; i <= 2; i++) {
        (void)snprintf(name, sizeof name, "%s/%d", where, i);
        make_dir(name);
        (void)snprintf(name, sizeof name, "%s/%d/public", where, i);
        make_dir(name);
        (void)snprintf(name, sizeof name, "%s/%d/public/a.txt", where, i);
        make_file(name, SV("alpha"));
        (void)snprintf(name, sizeof name, "%s/%d/a.txt", where, i);
        make_file(name, SV("alpha"));
    }
}

static const struct deploy {
    const char *first, *second; /* what site/current leads to */
    const char *root;
} deploys[] = {
    {"releases/1", "releases/2", "site/current"},         {"releases/1", "releases/2", "site/current/"},
    {"releases/1", "releases/2", "site/current/public"},  {"releases/1", "releases/2", "site/./current"},
    {"../elsewhere/1", "../elsewhere/2", "site/current"}, {"../elsewhere/1", "../elsewhere/2", "site/current/public"},
    {"../elsewhere/1", "releases/2", "site/current"},
};

static int follow_deploy(void)
{
    uint32_t before = root.version;
    int err = read_in_root();

    return err == 0 && root.version == before ? 1 : err;
}

static void a_swapped_link_is_followed(void **state)
{
    (void)state;
    needs(has_landlock(), "Landlock");
    make_dir("site");
    make_releases("site/releases");
    make_releases("elsewhere");
    for (size_t i = 0; i < ROWS(deploys); i++) {
        swap(deploys[i].first);
        serve_root(deploys[i].root);
        assert_int_equal(root_init(&root, root_path, NULL), 0);
        assert_int_equal(confined(entering, read_in_root), 0);
        swap(deploys[i].second);
        int err = confined(entering, follow_deploy);
        expect(err == 0 && !root.walled_off, "row %zu, %s: %d", i, deploys[i].root, err);
        root_fini(&root);
        sandbox_fini(&sandbox);
    }
}

static void a_root_put_beyond_the_wall_is_told_and_the_old_one_stays(void **state)
{
    (void)state;
    needs(has_landlock(), "Landlock");
    make_releases("releases");
    serve_root("releases/1");
    assert_int_equal(root_init(&root, root_path, NULL), 0);
    assert_int_equal(confined(entering, read_in_root), 0);
    assert_int_equal(rename("releases/1", "old") | rename("releases/2", "releases/1"), 0);
    assert_int_equal(confined(entering, read_in_root), 0);
    assert_true(root.walled_off);
    assert_int_equal(root.version, 0);
    assert_int_equal(confined((struct thread_enter){0}, follow_deploy), 0);
    assert_false(root.walled_off);
    root_fini(&root);
    sandbox_fini(&sandbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_kernel_lacks_is_a_warning, enter, leave),
        cmocka_unit_test_setup_teardown(a_thread_reads_below_the_root_and_does_nothing_else, enter, leave),
        cmocka_unit_test_setup_teardown(the_logger_may_shorten_its_file_and_do_nothing_else_that_others_may_not, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(sandbox_path_may_be_read_too, enter, leave),
        cmocka_unit_test_setup_teardown(without_a_sandbox_a_thread_may_do_as_before, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_said, enter, leave),
        cmocka_unit_test_setup_teardown(a_shortage_is_no_reason_to_do_without, enter, leave),
        cmocka_unit_test_setup_teardown(what_was_there_is_not_done_without, enter, leave),
        cmocka_unit_test_setup_teardown(a_swapped_link_is_followed, enter, leave),
        cmocka_unit_test_setup_teardown(a_root_put_beyond_the_wall_is_told_and_the_old_one_stays, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
