/* SPDX-License-Identifier: MIT */
/* The configuration from beginning to end: files, the environment and the command line, into a draft; the draft into a
 * struct config. Everything that is wrong goes to one report, so that a user sees all of it at once. */

#include "config/load.h"

#include <errno.h>
#include <stdlib.h>

#include "config/agree.h"
#include "config/command_line.h"
#include "config/environment.h"
#include "config/file.h"
#include "config/print.h"
#include "config/resolve.h"
#include "config/store.h"
#include "config/written.h"

static int build(struct config *c, const struct config_args *args, struct draft *d, struct sources *sources)
{
    int err = args->file != NULL ? file_load(d, sources, args->file, args->may_wait) : 0;

    draft_give_way(d);
    if (err == 0)
        err = environment_apply(d, sources, args->environment);
    draft_give_way(d);
    if (err == 0)
        err = command_line_apply(d, sources, args);
    draft_give_way(d);
    if (err == 0)
        err = resolve(c, d);
    if (err == 0)
        agree_check(c, d);
    return err;
}

int config_load(struct config *c, const struct config_args *args, struct diagnose *report)
{
    struct draft draft;
    size_t errors_before = report->errors;

    *c = (struct config){.written = written_new()};
    draft_init(&draft, report);
    int err = c->written != NULL ? build(c, args, &draft, &c->written->sources) : -ENOMEM;
    if (err == 0 && report->errors == errors_before)
        err = print_effective(&c->effective, c, &draft);
    if (err == 0 && report->oom)
        err = -ENOMEM;
    if (err == 0 && report->errors > errors_before)
        err = -EINVAL;
    draft_fini(&draft);
    if (err < 0)
        config_fini(c);
    return err;
}

void config_fini(struct config *c)
{
    for (size_t i = 0; i < KEYS; i++)
        for (size_t n = resolve_count(c, schema_keys[i].section); n > 0; n--)
            store_free(&schema_keys[i], resolve_base(c, schema_keys[i].section, n - 1));
    for (size_t i = 0; i < c->n_listens; i++)
        free(c->listens[i].name);
    for (size_t i = 0; i < c->n_sites; i++)
        free(c->sites[i].name);
    free(c->listens);
    free(c->sites);
    free(c->gave_way);
    buf_fini(&c->effective);
    written_free(&c->written);
    *c = (struct config){0};
}

void config_print_defaults(FILE *to)
{
    struct buf text = {0};

    if (print_defaults(&text) == 0)
        (void)fwrite(text.p, 1, text.len, to);
    buf_fini(&text);
}
