/* SPDX-License-Identifier: MIT */
/* What a configuration names, and is or is not there for the user that asks: in a child that becomes another user, too. */

#include "check/places.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/load.h"
#include "confine.h"
#include "scratch.h"

static char text[8192]; /* of the last report */

static int check_file(const char *ini)
{
    struct config config;
    struct diagnose report;

    make_file("a.ini", sv_cstr(ini));
    diagnose_init(&report, false);
    expect(config_load(&config, &(struct config_args){.file = "a.ini"}, &report) == 0, "%.*s",
           SV_ARG(buf_sv(&report.text)));
    int err = check_places(&config, &report);
    expect((report.errors > 0) == (err < 0), "%zu errors in the report of %d", report.errors, err);
    (void)snprintf(text, sizeof text, "%.*s", SV_ARG(buf_sv(&report.text)));
    diagnose_fini(&report);
    config_fini(&config);
    return err;
}

/* The same as another user; its report is in `text` too. */
static int check_as(const char *user, const char *ini)
{
    const struct passwd *who = getpwnam(user);
    int pipe_fd[2], status;

    assert_non_null(who);
    assert_int_equal(pipe(pipe_fd), 0);
    assert_int_equal(chmod(scratch_dir, 0777), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (setgid(who->pw_gid) < 0 || setuid(who->pw_uid) < 0)
            _exit(99);
        int err = check_file(ini);
        (void)!write(pipe_fd[1], text, strlen(text));
        _exit(-err);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    (void)close(pipe_fd[1]);
    ssize_t n = read(pipe_fd[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    (void)close(pipe_fd[0]);
    assert_true(WIFEXITED(status));
    return -WEXITSTATUS(status);
}

static void says(const char *what)
{
    expect(strstr(text, what) != NULL, "not '%s' in: %s", what, text);
}

static const char *site(const char *root, const char *log)
{
    static char ini[512];

    (void)snprintf(ini, sizeof ini, "[site a]\nroot = %s/%s\n[log]\naccess = %s/%s\n", scratch_dir, root, scratch_dir,
                   log);
    return ini;
}

static void what_is_there_is_no_error(void **state)
{
    (void)state;
    make_dir("root");
    assert_int_equal(check_file(site("root", "access.log")), 0);
    assert_string_equal(text, "");
    assert_int_equal(access("access.log", F_OK), -1); /* and nothing was made */
    make_file("access.log", SV("line\n"));
    assert_int_equal(check_file(site("root", "access.log")), 0);
}

static void all_that_is_missing_is_told_with_its_place(void **state)
{
    (void)state;
    make_file("file", SV("no directory"));
    make_dir("directory");
    assert_int_equal(check_file(site("none", "none/log")), -ENOENT);
    says("a.ini:2:8: error: cannot open the root");
    says("there is no such directory");
    says("a.ini:4:10: error: cannot open the access log");
    assert_int_equal(check_file(site("file", "directory")), -ENOTDIR);
    says("it is not a directory");
    says("Is a directory");
    assert_int_equal(check_file(site("directory", "file/log")), -ENOTDIR);
}

static void who_may_not_enter_is_told_where_and_what_helps(void **state)
{
    (void)state;
    needs(geteuid() == 0, "root");
    make_dir("root");
    make_dir("closed");
    make_dir("closed/root");
    assert_int_equal(chmod("closed", 0750), 0);
    assert_int_equal(check_as("nobody", site("root", "log")), 0);
    assert_string_equal(text, "");
    /* The root is named, and its parent closed: it cannot be opened. */
    assert_int_equal(check_as("nobody", site("closed/root", "log")), -EACCES);
    says("the user nobody may not enter ");
    says("/closed (mode 0750, root:root)");
    /* The root itself is closed: it serves, and everything is 403. */
    assert_int_equal(check_as("nobody", site("closed", "log")), 0);
    says("a.ini:2:8: warning: every answer will be 403: the user nobody may not enter ");
    says("SupplementaryGroups=root");
    assert_int_equal(check_as("nobody", site("root", "closed/log")), -EACCES);
    says("the user nobody may not write there");
}

static void a_log_that_may_not_be_written_is_told(void **state)
{
    (void)state;
    needs(geteuid() == 0, "root");
    make_dir("root");
    make_file("log", SV("root's\n"));
    make_dir("logs");
    assert_int_equal(check_as("nobody", site("root", "log")), -EACCES);
    says("the user nobody may not write there");
    assert_int_equal(check_as("nobody", site("root", "logs/log")), -EACCES);
    says("the user nobody may not write there");
}

static void what_only_an_open_can_tell_is_told(void **state)
{
    (void)state;
    make_dir("root");
    make_dir("logs");
    make_file("logs/log", SV("line\n"));
    assert_int_equal(symlink("../nowhere/log", "logs/dangling"), 0);
    assert_int_equal(check_file(site("root", "logs/dangling")), -ENOENT);
    says("a.ini:4:10: error: cannot open the access log");
    says("there is no such directory");
    assert_int_equal(symlink("made", "logs/soon"), 0);
    assert_int_equal(check_file(site("root", "logs/soon")), 0);
    assert_int_equal(access("logs/made", F_OK), -1);
    assert_int_equal(symlink("log", "logs/link"), 0);
    assert_int_equal(check_file(site("root", "logs/link")), 0);
    assert_int_equal(check_file(site("root", "logs/")), -EISDIR);
    assert_true(check_file(site("root", "logs/none/")) < 0);
    assert_true(check_file("[site a]\nroot = /\n[log]\naccess = /proc/x\n") < 0);
    assert_true(check_file("[site a]\nroot = /\n[log]\nerror = /sys/x\n") < 0);
    says("a.ini:4:9: error: cannot open the error log");
}

static int readers_of(const char *log)
{
    struct diagnose report;
    struct config config;

    make_file("a.ini", sv_cstr(site("root", log)));
    diagnose_init(&report, false);
    assert_int_equal(config_load(&config, &(struct config_args){.file = "a.ini"}, &report), 0);
    int err = check_readers(&config, &report);
    assert_int_equal(report.errors > 0, err < 0);
    diagnose_fini(&report);
    config_fini(&config);
    return err;
}

static void a_fifo_is_left_to_its_reader_until_somebody_asks(void **state)
{
    char byte;

    (void)state;
    make_dir("root");
    make_file("log", SV("line\n"));
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(check_file(site("root", "fifo")), 0);
    assert_int_equal(readers_of("fifo"), -ENXIO);
    assert_int_equal(readers_of("log"), 0);
    assert_int_equal(readers_of("none"), 0);
    int fd = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    int writer = open("fifo", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(writer >= 0);
    assert_int_equal(readers_of("fifo"), 0);
    assert_int_equal(read(fd, &byte, 1), -1); /* a writer is left */
    assert_int_equal(errno, EAGAIN);
    (void)close(writer);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(what_is_there_is_no_error),
        scratch_test(all_that_is_missing_is_told_with_its_place),
        scratch_test(who_may_not_enter_is_told_where_and_what_helps),
        scratch_test(a_log_that_may_not_be_written_is_told),
        scratch_test(what_only_an_open_can_tell_is_told),
        scratch_test(a_fifo_is_left_to_its_reader_until_somebody_asks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
