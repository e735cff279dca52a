/* SPDX-License-Identifier: MIT */
/* The configuration from files to struct config: what wins over what, and what the report of a wrong file says
 * (tests/config/NAME.ini gives NAME.err). */

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/sv.h"

#include "config_run.h"

#define FILE_A "[site a]\nroot = /a\n"

/* What an included file says wins, and of those the last by name; lists add up in the same order. */
static void included_files_win_in_the_order_of_their_names(void **state)
{
    (void)state;
    (void)mkdir("order[1].d", 0700);
    write_file("order[1].d/order.ini", "[server]\ninclude = *-c.ini\ncache_ttl = 9s\n[site a]\nroot = /a\n"
                                       "index = a.html\n[log]\nlevel = error\n");
    write_file("order[1].d/2-c.ini", "[server]\ncache_ttl = 2s\n[site a]\nindex = 2.html\n");
    write_file("order[1].d/1-c.ini", "[server]\ncache_ttl = 1s\ndrain_timeout = 1s\n[site a]\nindex = 1.html\n");
    struct config c = load_good("order[1].d/order.ini");
    assert_int_equal(c.server.cache_ttl_ms, 2000);
    assert_int_equal(c.server.drain_timeout_ms, 1000);
    assert_int_equal(c.log.level, LOG_LEVEL_ERROR);
    assert_int_equal(c.sites[0].index.n, 3);
    assert_string_equal(c.sites[0].index.v[0], "a.html");
    assert_string_equal(c.sites[0].index.v[1], "1.html");
    assert_string_equal(c.sites[0].index.v[2], "2.html");
    config_fini(&c);
}

/* Nine files, each of which includes the next; and with `more`, a tenth. */
static void write_chain(int more)
{
    for (int i = 0; i < 9 + more; i++) {
        char name[32];
        char text[128];
        (void)snprintf(name, sizeof name, "chain%d.ini", i);
        (void)snprintf(text, sizeof text, "[server]\n%s = chain%d.ini\n[site a]\nindex = %d\n",
                       i < 8 + more ? "include" : "#", i + 1, i);
        write_file(name, text);
    }
}

static void files_may_include_one_another_eight_deep(void **state)
{
    struct config_args args = {.file = "chain0.ini"};
    struct config c;
    char *report = NULL;

    (void)state;
    write_chain(0);
    c = load_good("chain0.ini");
    assert_int_equal(c.sites[0].index.n, 9);
    config_fini(&c);
    write_chain(1);
    assert_int_equal(load(&c, &args, &report), -EINVAL);
    assert_string_equal(report, "chain8.ini:2:11: error: files include one another more than 8 deep\n"
                                "  include = chain9.ini\n            ^~~~~~~~~~\n");
    free(report);
}

static void a_file_that_cannot_be_read_says_why(void **state)
{
    static const struct {
        const char *path;
        const char *report;
    } rows[] = {
        {"none.ini", "none.ini: error: there is no such file; -c FILE names another, and 'batond DIR' serves a "
                     "directory without one\n"},
        {".", ".: error: cannot be read: it is a directory, not a file\n"},
        {"/dev/zero", "/dev/zero: error: cannot be read: it is a device, not a file\n"},
        {"secret.ini", "secret.ini: error: cannot be read: permission denied; whoever starts batond must be able to "
                       "read it\n"},
    };

    (void)state;
    write_file("secret.ini", "");
    assert_int_equal(chmod("secret.ini", 0), 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct config_args args = {.file = rows[i].path};
        struct config c;
        char *report = NULL;

        /* root may read it all the same */
        if (access(rows[i].path, R_OK) == 0 && strcmp(rows[i].path, "secret.ini") == 0)
            continue;
        assert_int_equal(load(&c, &args, &report), -EINVAL);
        assert_string_equal(report, rows[i].report);
        free(report);
    }
}

static void expect_report(const char *path, const char *wanted)
{
    struct config_args args = {.file = path};
    struct config c;
    char *report = NULL;

    assert_int_equal(load(&c, &args, &report), -EINVAL);
    expect(strcmp(report, wanted) == 0, "%s gave\n%s", path, report);
    free(report);
}

static void what_an_include_may_cost_is_bounded(void **state)
{
    FILE *f;
    char name[32];

    (void)state;
    assert_int_equal(mkdir("wide", 0700), 0);
    for (int i = 0; i < 1001; i++) {
        (void)snprintf(name, sizeof name, "wide/%04d.ini", i);
        write_file(name, "");
    }
    write_file("t.ini", "[server]\ninclude = wide/*.ini\n" FILE_A);
    expect_report("t.ini",
                  "t.ini:2:11: error: cannot include 'wide/*.ini': more than 1000 names match, and 256 files are "
                  "read\n  include = wide/*.ini\n            ^~~~~~~~~~\n");
    write_file("t.ini", "[server]\ninclude = wide/0[012]*.ini\n" FILE_A);
    expect_report("t.ini", "t.ini:2:11: error: more than 256 files\n"
                           "  include = wide/0[012]*.ini\n            ^~~~~~~~~~~~~~~~\n");
    /* 50 times 1,001 names. */
    f = fopen("t.ini", "we");
    assert_non_null(f);
    assert_true(fputs("[server]\n", f) >= 0);
    for (int i = 0; i < 50; i++)
        assert_true(fputs("include = wide/*.none\n", f) >= 0);
    assert_true(fputs(FILE_A, f) >= 0);
    assert_int_equal(fclose(f), 0);
    expect_report("t.ini",
                  "t.ini:51:11: error: cannot include 'wide/*.none': more than 50000 names to look at, the last "
                  "of them in 'wide'\n  include = wide/*.none\n            ^~~~~~~~~~~\n");
}

static void an_included_file_is_a_file(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    write_file("t.ini", "[server]\ninclude = pipe\ninclude = /dev/zer?\n" FILE_A);
    expect_report("t.ini", "t.ini:2:11: error: cannot include 'pipe': it is a FIFO, not a file\n"
                           "  include = pipe\n            ^~~~\n"
                           "t.ini:3:11: error: cannot include '/dev/zero': it is a device, not a file\n"
                           "  include = /dev/zer?\n            ^~~~~~~~~\n");
    expect_report("pipe", "pipe: error: cannot be read: it is a FIFO, not a file\n");
}

static void a_megabyte_is_read_and_not_a_byte_more(void **state)
{
    struct config_args args = {.file = "big.ini"};
    struct config c;
    char *report = NULL;
    FILE *f = fopen("big.ini", "we");

    (void)state;
    assert_non_null(f);
    assert_true(fputs(FILE_A, f) >= 0);
    for (size_t i = sizeof FILE_A - 1; i < 1 << 20; i++)
        assert_true(fputc('\n', f) == '\n');
    assert_int_equal(fflush(f), 0);
    c = load_good("big.ini");
    config_fini(&c);
    assert_true(fputc('\n', f) == '\n');
    assert_int_equal(fclose(f), 0);
    assert_int_equal(load(&c, &args, &report), -EINVAL);
    assert_string_equal(report, "big.ini: error: cannot be read: it is larger than 1 MiB; is it the right file?\n");
    free(report);
}

/* What has no name of its own does not count, so that what -T prints of 256 sections is no more than those. */
static void as_many_sections_as_may_be_read_back(void **state)
{
    FILE *f = fopen("full.ini", "we");

    (void)state;
    assert_non_null(f);
    for (int i = 1; i < 256; i++)
        assert_true(fprintf(f, "[listen %d]\naddress = 127.0.0.1:%d\n", i, i) > 0);
    assert_true(fputs(FILE_A, f) >= 0);
    assert_int_equal(fclose(f), 0);
    struct config c = load_good("full.ini");
    assert_int_equal(buf_add(&c.effective, sv_of("", 1)), 0);
    write_file("full.ini", c.effective.p);
    config_fini(&c);
    c = load_good("full.ini");
    assert_int_equal(c.n_listens, 255);
    config_fini(&c);
}

static void a_file_of_nothing_but_sections_is_bounded(void **state)
{
    struct config_args args = {.file = "many.ini"};
    struct config c;
    char *report = NULL;
    FILE *f = fopen("many.ini", "we");

    (void)state;
    assert_non_null(f);
    for (int i = 0; i < 50000; i++)
        assert_true(fprintf(f, "[site %d]\n", i) > 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(load(&c, &args, &report), -EINVAL);
    assert_non_null(strstr(report, "many.ini:257:7: error: more than 256 sections\n  [site 256]\n        ^~~\n"));
    free(report);
}

/* tests/config/NAME.ini must give the report in NAME.err. */
static void each_wrong_file_gives_its_report(void **state)
{
    char old[4096];
    DIR *dir;
    int files = 0;

    (void)state;
    assert_non_null(getcwd(old, sizeof old));
    assert_int_equal(chdir(tests_dir), 0);
    assert_int_equal(chdir("config"), 0);
    dir = opendir(".");
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        size_t stem = strlen(e->d_name);
        struct config_args args = {.file = e->d_name};
        struct config c;
        char err_name[300];
        char *report = NULL;

        if (!sv_ends(sv_cstr(e->d_name), SV(".ini")))
            continue;
        (void)snprintf(err_name, sizeof err_name, "%.*s.err", (int)(stem - 4), e->d_name);
        int err = load(&c, &args, &report);
        expect(err == -EINVAL, "%s: %d", e->d_name, err);
        expect(strcmp(report, read_file(err_name)) == 0, "%s gave\n%s", e->d_name, report);
        free(report);
        files++;
    }
    (void)closedir(dir);
    assert_true(files >= 8);
    assert_int_equal(chdir(old), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(included_files_win_in_the_order_of_their_names),
        cmocka_unit_test(files_may_include_one_another_eight_deep),
        cmocka_unit_test(a_file_that_cannot_be_read_says_why),
        cmocka_unit_test(what_an_include_may_cost_is_bounded),
        cmocka_unit_test(an_included_file_is_a_file),
        cmocka_unit_test(a_megabyte_is_read_and_not_a_byte_more),
        cmocka_unit_test(as_many_sections_as_may_be_read_back),
        cmocka_unit_test(a_file_of_nothing_but_sections_is_bounded),
        cmocka_unit_test(each_wrong_file_gives_its_report),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
