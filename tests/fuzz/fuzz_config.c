/* SPDX-License-Identifier: MIT */
/* The configuration, whole but for files: whatever the text, the environment and the options hold, the report is fit for a
 * terminal, and what is in effect reads back as the same. The input: a file, a byte 01, and on each line behind it a
 * variable of the environment, or an option after -l or -o. */

#include "config_same.h"
#include "fuzz.h"

#include "base/utf8.h"
#include "config/agree.h"
#include "config/blame.h"
#include "config/command_line.h"
#include "config/environment.h"
#include "config/file.h"
#include "config/load.h"
#include "config/print.h"
#include "config/resolve.h"
#include "config/written.h"

enum { OTHERS = 32 };

static char file_name[] = "fuzz.ini";

struct input {
    struct source file; /* its text is a copy of exactly its size */
    char *lines;        /* the others, each terminated */
    const char *variables[OTHERS + 1];
    const char *listen[OTHERS];
    const char *set[OTHERS];
    struct config_args args;
};

static void take_line(struct input *in, size_t *n_variables, const char *line)
{
    if (strncmp(line, "-o", 2) == 0)
        in->set[in->args.n_set++] = line + 2;
    else if (strncmp(line, "-l", 2) == 0)
        in->listen[in->args.n_listen++] = line + 2;
    else
        in->variables[(*n_variables)++] = line;
}

static void input_init(struct input *in, struct sv bytes)
{
    struct sv file = fuzz_until(&bytes, '\x01');
    size_t n_variables = 0;
    size_t lines = 0;

    *in = (struct input){.file = {.name = file_name, .text = fuzz_copy(file), .len = file.len, .first_line = 1}};
    in->lines = malloc(bytes.len + 1);
    check(in->lines != NULL, "memory");
    if (bytes.len > 0)
        memcpy(in->lines, bytes.p, bytes.len);
    in->lines[bytes.len] = '\0';
    for (size_t at = 0; at < bytes.len && lines < OTHERS; lines++) {
        size_t len = sv_find(sv_skip(bytes, at), '\n');
        in->lines[at + len] = '\0';
        take_line(in, &n_variables, in->lines + at);
        at += len + 1;
    }
    in->args.environment = in->variables;
    in->args.listen = in->listen;
    in->args.set = in->set;
    in->args.file = file_name;
}

static void input_fini(struct input *in)
{
    fuzz_free(in->file.text);
    free(in->lines);
}

/* Every part of every token lies within its line. */
static void check_tokens(const struct source *source)
{
    struct ini ini;
    struct ini_token t;
    size_t tokens = 0;
    size_t lines = 1;

    for (size_t i = 0; i < source->len; i++)
        lines += source->text[i] == '\n';
    ini_init(&ini, source);
    for (; ini_next(&ini, &t); tokens++) {
        const struct place places[] = {t.name.place, t.value.place, t.fault_place};
        for (size_t i = 0; i < sizeof places / sizeof *places; i++)
            check(places[i].source == NULL || (places[i].line <= lines && places[i].line_at <= source->len &&
                                               places[i].col <= source->len - places[i].line_at),
                  "a place outside the text");
        check(t.kind != INI_BAD || t.fault != NULL, "a bad line without a fault");
    }
    check(tokens <= lines, "%zu tokens of %zu lines", tokens, lines);
}

static void check_report(const struct diagnose *report)
{
    struct sv text = buf_sv(&report->text);

    check(!report->oom, "memory");
    while (text.len > 0) {
        uint32_t point = 0;
        size_t len = utf8_decode(text, &point);
        check(len > 0 && (point == '\n' || utf8_is_printable(point)), "the report holds U+%04x", (unsigned int)point);
        text = sv_skip(text, len);
    }
}

/* What config_load does, with a file that is in memory. */
static void read_all(struct config *c, struct diagnose *report, const struct source *file,
                     const struct config_args *args)
{
    struct draft draft;

    *c = (struct config){.written = written_new()};
    check(c->written != NULL, "memory");
    diagnose_init(report, false);
    draft_init(&draft, report);
    draft.file = file;
    check(file_take(&draft, file) == 0, "memory");
    draft_give_way(&draft);
    check(environment_apply(&draft, &c->written->sources, args->environment) == 0, "memory");
    draft_give_way(&draft);
    check(command_line_apply(&draft, &c->written->sources, args) == 0, "memory");
    draft_give_way(&draft);
    check(resolve(c, &draft) == 0, "memory");
    agree_check(c, &draft);
    check(print_effective(&c->effective, c, &draft) == 0, "memory");
    check_report(report);
    draft_fini(&draft);
}

/* Whatever stands in each place, it can be shown. */
static void check_places(const struct config *c)
{
    struct diagnose report;
    struct buf origin = {0};

    diagnose_init(&report, false);
    for (size_t i = 0; i < c->written->n && i < DIAGNOSE_MAX; i++) {
        config_blame(c, &report, c->written->v[i].at, "blamed");
        check(config_origin(c, c->written->v[i].at, &origin) == 0, "memory");
    }
    check(report.errors == 0 || origin.len > 0, "no origin");
    check_report(&report);
    diagnose_fini(&report);
    buf_fini(&origin);
}

/* A value that no file can hold is a comment, and so is an include, which was followed. */
static bool is_whole(struct sv effective)
{
    while (effective.len > 0) {
        struct sv line = fuzz_until(&effective, '\n');
        if (sv_starts(line, SV("; ")) && !sv_starts(line, SV("; include =")))
            return false;
    }
    return true;
}

static void check_reads_back(struct config *c, size_t warnings)
{
    struct source text = {.name = file_name, .text = c->effective.p, .len = c->effective.len, .first_line = 1};
    struct config_args none = {.file = file_name};
    struct config again;
    struct diagnose report;

    read_all(&again, &report, &text, &none);
    check(report.errors == 0, "what is in effect is an error:\n%.*s", (int)report.text.len, report.text.p);
    /* There are fewer where some were about variables, or about what is not in effect. */
    check(report.warnings <= warnings, "%zu warnings were %zu", report.warnings, warnings);
    const char *difference = config_difference(c, &again);
    check(difference == NULL, "what is in effect reads back with another %s", difference);
    diagnose_fini(&report);
    config_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct input in;
    struct config c;
    struct diagnose report;

    input_init(&in, fuzz_input(data, len));
    check_tokens(&in.file);
    read_all(&c, &report, &in.file, &in.args);
    check_places(&c);
    if (report.errors == 0 && is_whole(buf_sv(&c.effective)))
        check_reads_back(&c, report.warnings);
    diagnose_fini(&report);
    config_fini(&c);
    input_fini(&in);
    return 0;
}
