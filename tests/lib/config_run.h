/* SPDX-License-Identifier: MIT */
/* config_run.h: what the tests of the configuration share: a directory to work in, and config_load with its report
 * caught (header only).
 *
 * Ownership: reports are the caller's to free.
 * Threads:   one; the current directory is the scratch directory.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_CONFIG_RUN_H
#define BATON_TESTS_CONFIG_RUN_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/load.h"
#include "text/diagnose.h"

#include "expect.h"

/* Where tests/ is; a build that does not say is run from the project's root. */
#ifndef TESTS_DIR
#define TESTS_DIR "tests"
#endif

static char scratch[] = "/tmp/test_config.XXXXXX";
static char tests_dir[4096];

static inline void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static inline int load(struct config *c, const struct config_args *args, char **report)
{
    size_t len;
    FILE *f = open_memstream(report, &len);

    struct diagnose found;

    assert_non_null(f);
    diagnose_init(&found, false);
    int err = config_load(c, args, &found);
    diagnose_print(&found, f);
    diagnose_fini(&found);
    assert_int_equal(fclose(f), 0);
    return err;
}

/* A file's configuration, which must be a good one. */
static inline struct config load_good(const char *file)
{
    struct config_args args = {.file = file};
    struct config c;
    char *report = NULL;
    int err = load(&c, &args, &report);

    expect(err == 0, "%s", report);
    free(report);
    return c;
}

/* The text of a file, until the next call. */
static inline char *read_file(const char *path)
{
    static char text[65536];
    FILE *f = fopen(path, "re");

    expect(f != NULL, "cannot read %s", path);
    size_t len = fread(text, 1, sizeof text - 1, f);
    assert_int_equal(fclose(f), 0);
    text[len] = '\0';
    return text;
}

static inline int enter_scratch(void **state)
{
    (void)state;
    if (realpath(TESTS_DIR, tests_dir) == NULL || mkdtemp(scratch) == NULL)
        return -1;
    return chdir(scratch);
}

static inline int leave_scratch(void **state)
{
    char command[128];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    return chdir("/") == 0 ? system(command) : -1;
}

#endif
