/* SPDX-License-Identifier: MIT */
/* config_case.h: a file, an environment and a command line together, and what they come to, or what is wrong with them, to
 * the byte (header only).
 *
 * Ownership: rows are static.
 * Threads:   one; the current directory is the scratch directory.
 * Errors:    what is not as wanted fails the test.
 */
#ifndef BATON_TESTS_CONFIG_CASE_H
#define BATON_TESTS_CONFIG_CASE_H

#include <errno.h>

#include "config_run.h"

enum { ARGS_MAX = 8, TEXT_LEN = 512 };

/* What is in t.ini (NULL: there is no -c), what else there is, separated by '|' (ROOT, -lADDRESS, -oOPTION, and
 * $NAME=VALUE of the environment), and what comes of it: the listeners, the sites and the access log, or the report. */
struct case_row {
    const char *file;
    const char *others;
    const char *wanted;
};

#define FILE_A      "[site a]\nroot = /a\n"
#define TWO_LISTENS "[listen main]\nbacklog = 7\naddress = 127.0.0.1:1\n[listen b]\naddress = 127.0.0.1:2\n" FILE_A

static inline const char *describe(const struct config *c)
{
    static char text[1024];
    size_t n = 0;

    for (size_t i = 0; i < c->n_listens; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s:", c->listens[i].name);
        for (size_t j = 0; j < c->listens[i].address.n; j++)
            n += (size_t)snprintf(text + n, sizeof text - n, " %s", c->listens[i].address.v[j]);
        n += (size_t)snprintf(text + n, sizeof text - n, " %llu; ", (unsigned long long)c->listens[i].backlog);
    }
    for (size_t i = 0; i < c->n_sites; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s: %s", c->sites[i].name, c->sites[i].root);
        for (size_t j = 0; j < c->sites[i].index.n; j++)
            n += (size_t)snprintf(text + n, sizeof text - n, " %s", c->sites[i].index.v[j]);
    }
    (void)snprintf(text + n, sizeof text - n, "; %s", c->log.access != NULL ? c->log.access : "off");
    return text;
}

static inline int run_case(const struct case_row *row, struct config *c, char **report)
{
    char text[TEXT_LEN] = "";
    const char *listen[ARGS_MAX];
    const char *set[ARGS_MAX];
    const char *environment[ARGS_MAX + 1];
    struct config_args args = {
        .file = row->file != NULL ? "t.ini" : NULL, .listen = listen, .set = set, .environment = environment};
    size_t n_variables = 0;
    char *next = row->others != NULL ? text : NULL;

    (void)snprintf(text, sizeof text, "%s", row->others != NULL ? row->others : "");
    for (char *one; (one = strsep(&next, "|")) != NULL;)
        if (strncmp(one, "-l", 2) == 0)
            listen[args.n_listen++] = one + 2;
        else if (strncmp(one, "-o", 2) == 0)
            set[args.n_set++] = one + 2;
        else if (one[0] == '$')
            environment[n_variables++] = one + 1;
        else
            args.root = one;
    environment[n_variables] = NULL;
    if (row->file != NULL)
        write_file("t.ini", row->file);
    return load(c, &args, report);
}

static inline void run_good(const struct case_row *rows, size_t n)
{
    struct config c;
    char *report = NULL;

    for (size_t i = 0; i < n; i++) {
        int err = run_case(&rows[i], &c, &report);
        expect(err == 0, "case %zu: %s", i, report);
        expect(strcmp(describe(&c), rows[i].wanted) == 0, "case %zu\n  gave   %s\n  wanted %s", i, describe(&c),
               rows[i].wanted);
        config_fini(&c);
        free(report);
    }
}

static inline void run_bad(const struct case_row *rows, size_t n)
{
    struct config c;
    char *report = NULL;

    for (size_t i = 0; i < n; i++) {
        int err = run_case(&rows[i], &c, &report);
        expect(err == -EINVAL, "case %zu: %d", i, err);
        expect(strcmp(report, rows[i].wanted) == 0, "case %zu gave\n%swanted\n%s", i, report, rows[i].wanted);
        free(report);
    }
}

#endif
