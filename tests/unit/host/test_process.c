/* SPDX-License-Identifier: MIT */
/* Other processes, as /proc shows them: a child that has a name, a command line and an environment of its own. */

#include "host/process.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "scratch.h"

static int input; /* that it waits for, which never comes */

/* A shell that waits, with an argument; in the scratch directory. */
static pid_t run(char *argument)
{
    static char *const environment[] = {"A=1", "LISTEN=x=y", "AB=2", "EMPTY=", NULL};
    char *const arguments[] = {"sh", "-c", "echo; read answer", argument, NULL};
    int in[2], out[2];
    char byte;

    assert_int_equal(pipe2(in, O_CLOEXEC) + pipe2(out, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)dup2(in[0], STDIN_FILENO);
        (void)dup2(out[1], STDOUT_FILENO);
        (void)execve("/bin/sh", arguments, environment);
        _exit(1);
    }
    input = in[1];
    assert_int_equal(close(in[0]) + close(out[1]), 0);
    assert_int_equal(read(out[0], &byte, 1), 1); /* it is the shell by now */
    assert_int_equal(close(out[0]), 0);
    return pid;
}

static void end(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(close(input), 0);
}

static void its_environment_is_told(void **state)
{
    static const struct {
        const char *name, *value;
    } rows[] = {{"A", "1"}, {"AB", "2"}, {"LISTEN", "x=y"}, {"EMPTY", ""}, {"B", NULL}, {"LIST", NULL}, {"a", NULL}};
    pid_t pid = run("file");

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char *value = process_variable(pid, rows[i].name);
        expect((value == NULL) == (rows[i].value == NULL), "%s: whether it is there", rows[i].name);
        expect(value == NULL || strcmp(value, rows[i].value) == 0, "%s is %s", rows[i].name, value);
        free(value);
    }
    end(pid);
}

static void its_name_and_user_are_told(void **state)
{
    char name[PROCESS_NAME_SIZE];
    pid_t pid = run("file");
    uid_t uid = 77777;
    gid_t gid = 77777;

    (void)state;
    process_name(pid, name);
    assert_string_equal(name, "sh");
    assert_true(process_identity(pid, &uid, &gid));
    assert_int_equal(uid, geteuid());
    assert_int_equal(gid, getegid());
    end(pid);
    process_name(pid, name);
    assert_string_equal(name, "");
    assert_false(process_identity(pid, &uid, &gid));
    assert_null(process_variable(pid, "A"));
}

static void a_batond_is_one_that_is_called_so_or_as_we_are(void **state)
{
    char own[PROCESS_NAME_SIZE];

    (void)state;
    process_name(getpid(), own);
    assert_true(own[0] != '\0');
    assert_true(process_is_batond("batond"));
    assert_true(process_is_batond(own));
    assert_false(process_is_batond("nginx"));
    assert_false(process_is_batond(""));
}

static enum process_names names(char *argument, const char *file)
{
    struct stat st;

    assert_int_equal(stat(file, &st), 0);
    pid_t pid = run(argument);
    enum process_names found = process_names(pid, st.st_dev, st.st_ino);
    end(pid);
    return found;
}

static void what_its_command_line_names_is_told(void **state)
{
    char absolute[sizeof scratch_dir + 16];
    static char relative[] = "a.ini", short_option[] = "-ca.ini", long_option[] = "--config=a.ini", other[] = "-cb.ini",
                none[] = "--verbose", missing[] = "--config=c.ini", by_link[] = "-clink";

    (void)state;
    make_file("a.ini", SV(""));
    make_file("b.ini", SV(""));
    make_link("a.ini", "link");
    (void)snprintf(absolute, sizeof absolute, "-c%s/a.ini", scratch_dir);
    assert_int_equal(names(relative, "a.ini"), PROCESS_NAMES_IT);
    assert_int_equal(names(short_option, "a.ini"), PROCESS_NAMES_IT);
    assert_int_equal(names(long_option, "a.ini"), PROCESS_NAMES_IT);
    assert_int_equal(names(absolute, "a.ini"), PROCESS_NAMES_IT);
    assert_int_equal(names(by_link, "a.ini"), PROCESS_NAMES_IT);
    assert_int_equal(names(other, "a.ini"), PROCESS_NAMES_OTHERS);
    assert_int_equal(names(none, "a.ini"), PROCESS_NAMES_NONE);
    assert_int_equal(names(missing, "a.ini"), PROCESS_NAMES_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(its_environment_is_told),
        scratch_test(its_name_and_user_are_told),
        cmocka_unit_test(a_batond_is_one_that_is_called_so_or_as_we_are),
        scratch_test(what_its_command_line_names_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
