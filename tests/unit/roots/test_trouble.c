/* SPDX-License-Identifier: MIT */
/* What the operator is told of files that cannot be served: which, why, what to mend; and never too much of it. */

#include "roots/trouble.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

#include "scratch.h"

enum { NOBODY = 65534, MANY = 1000, ONE_CAUSE = 10 };

static int ends[2];
static struct root root;
static uid_t before;

/* As somebody who may be denied something, in a directory of theirs. */
static int enter(void **state)
{
    int err = scratch_enter(state);

    before = geteuid();
    if (err < 0 || mkdir("www", 0755) < 0 ||
        (before == 0 && (chown("www", NOBODY, NOBODY) < 0 || chmod(".", 0755) < 0)))
        return -1;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0 || (before == 0 && seteuid(NOBODY) < 0))
        return -1;
    log_init(ends[1], LOG_LEVEL_NOTICE);
    trouble_init("somebody");
    return root_init(&root, "www", NULL);
}

static int leave(void **state)
{
    trouble_init(NULL);
    log_init(STDERR_FILENO, LOG_LEVEL_NOTICE);
    root_fini(&root);
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)chmod("www", 0755);
    (void)chmod("www/closed", 0755);
    return seteuid(before) < 0 ? -1 : scratch_leave(state);
}

static const char *said(void)
{
    static char text[65536];
    ssize_t n = read(ends[0], text, sizeof text - 1);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void expect_told(const char *name, enum why why, int err, const char *what)
{
    trouble_tell(&root, name, why, err);
    const char *text = said();
    expect(strstr(text, what) != NULL, "'%s' instead of '%s'", text, what);
    expect(strchr(text, '\n') == text + strlen(text) - 1, "'%s' is no line", text);
}

static void what_may_not_be_entered_or_read_is_named_with_its_mode(void **state)
{
    (void)state;
    for (int by_kernel = 0; by_kernel < 2; by_kernel++) {
        root.by_kernel = by_kernel > 0 && root.by_kernel;
        (void)mkdir("www/closed", 0755);
        make_file("www/closed/a.txt", SV("a"));
        make_file("www/private.txt", SV("a"));
        assert_int_equal(chmod("www/closed", 0640), 0);
        assert_int_equal(chmod("www/private.txt", 0200), 0);
        expect_told(
            "closed/a.txt", WHY_DENIED, -EACCES,
            "warning: www/closed/a.txt is answered with 403: permission denied; the user somebody may not enter "
            "www/closed (mode 0640, owner ");
        expect_told("private.txt", WHY_DENIED, -EACCES,
                    "; the user somebody may not read www/private.txt (mode 0200, owner ");
        assert_int_equal(chmod("www", 0600), 0);
        expect_told("private.txt", WHY_DENIED, -EACCES, "; the user somebody may not enter www/ (mode 0600, owner ");
        assert_int_equal(chmod("www", 0755), 0);
        assert_int_equal(chmod("www/closed", 0755), 0);
        assert_int_equal(unlink("www/private.txt"), 0);
    }
}

static void a_link_that_leads_through_what_is_closed_is_named(void **state)
{
    (void)state;
    assert_int_equal(mkdir("www/closed", 0755), 0);
    assert_int_equal(mkdir("www/closed/in", 0755), 0);
    assert_int_equal(symlink("closed/in", "www/link"), 0);
    assert_int_equal(chmod("www/closed", 0), 0);
    expect_told("link/a.txt", WHY_DENIED, -EACCES, "; the user somebody may not go where www/link leads");
}

static void links_that_lead_outside_and_disks_that_fail_are_told(void **state)
{
    (void)state;
    expect_told("out", WHY_OUTSIDE, -EXDEV, "warning: www/out is answered with 404: the path leads outside the root");
    expect_told("loop", WHY_LINKS, -ELOOP, "warning: www/loop is answered with 404: the path leads through too many");
    expect_told("io", WHY_UNREADABLE, -EIO,
                "error: www/io is answered with 500: the file system fails to open or read it: "
                "Input/output error");
}

static void what_is_not_the_operators_is_not_told(void **state)
{
    (void)state;
    trouble_tell(&root, "a", WHY_MISSING, -ENOENT);
    trouble_tell(&root, "a", WHY_NOT_REGULAR, -ENXIO);
    trouble_tell(&root, "a", WHY_NONE, 0);
    assert_string_equal(said(), "");
}

/* Names come from clients, and may be as long as one can be. */
static void names_steer_no_terminal_and_are_cut(void **state)
{
    static char name[8192];

    (void)state;
    expect_told("\x1b[31m\n\xff", WHY_OUTSIDE, -EXDEV, "www/\\x1b[31m\\x0a\\xff is answered");
    memset(name, '/', sizeof name - 1);
    for (size_t i = 0; i + 1 < sizeof name; i += 2)
        name[i] = 'x';
    expect_told(name, WHY_OUTSIDE, -EXDEV, "... is answered with 404");
    expect_told(name, WHY_DENIED, -EACCES, "... is answered with 403");
}

static void a_client_cannot_fill_the_log(void **state)
{
    size_t lines = 0;

    (void)state;
    for (int i = 0; i < MANY; i++)
        trouble_tell(&root, "io", WHY_UNREADABLE, -EIO);
    for (const char *c = said(); *c != '\0'; c++)
        lines += *c == '\n';
    expect(lines > 0 && lines <= ONE_CAUSE, "%zu lines", lines);
}

#define trouble_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

static void each_error_has_its_reason(void **state)
{
    static const struct row {
        int err;
        enum why why;
        int status;
    } rows[] = {
        {ENOENT, WHY_MISSING, 404},  {ENOTDIR, WHY_NO_DIRECTORY, 404},   {ELOOP, WHY_LINKS, 404},
        {EXDEV, WHY_OUTSIDE, 404},   {ENAMETOOLONG, WHY_NAME_LONG, 404}, {ENXIO, WHY_NOT_REGULAR, 404},
        {EACCES, WHY_DENIED, 403},   {EPERM, WHY_DENIED, 403},           {EMFILE, WHY_SHORTAGE, 503},
        {ENFILE, WHY_SHORTAGE, 503}, {ENOMEM, WHY_SHORTAGE, 503},        {EAGAIN, WHY_SHORTAGE, 503},
        {EIO, WHY_UNREADABLE, 500},  {ESTALE, WHY_UNREADABLE, 500},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        enum why why = trouble_why(-rows[i].err);
        expect(why == rows[i].why && why_status(why) == rows[i].status, "%s: %d", strerror(rows[i].err),
               why_status(why));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        trouble_test(what_may_not_be_entered_or_read_is_named_with_its_mode),
        trouble_test(a_link_that_leads_through_what_is_closed_is_named),
        trouble_test(links_that_lead_outside_and_disks_that_fail_are_told),
        trouble_test(what_is_not_the_operators_is_not_told),
        trouble_test(names_steer_no_terminal_and_are_cut),
        trouble_test(a_client_cannot_fill_the_log),
        cmocka_unit_test(each_error_has_its_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
