/* SPDX-License-Identifier: MIT */
/* The error report of the configuration. Each mistake is rendered when it is met, while its place is at hand, and all
 * of them are written when the configuration has been read to its end. */

#include "text/diagnose.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/utf8.h"
#include "text/excerpt.h"

enum { MESSAGE_LEN = 512, WORD_LEN = 60 };

const char diagnose_no_memory[] = "out of memory, also to say more";

enum severity { NOTE, WARNING, ERROR };

static const struct {
    const char *name;
    const char *colour;
} severities[] = {
    [NOTE] = {"note", "\x1b[1;36m"},
    [WARNING] = {"warning", "\x1b[1;35m"},
    [ERROR] = {"error", "\x1b[1;31m"},
};

static const char bold[] = "\x1b[1m";
static const char plain[] = "\x1b[0m";

void diagnose_init(struct diagnose *d, bool colour)
{
    *d = (struct diagnose){.colour = colour};
}

void diagnose_fini(struct diagnose *d)
{
    buf_fini(&d->text);
}

bool diagnose_wants_colour(FILE *to)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    int fd = fileno(to);

    if ((no_color != NULL && no_color[0] != '\0') || term == NULL || strcmp(term, "dumb") == 0)
        return false;
    return fd >= 0 && isatty(fd) == 1;
}

int diagnose_escape(struct buf *b, struct sv text)
{
    int err = 0;

    while (err == 0 && text.len > 0) {
        struct glyph g = escape_terminal(text);
        err = buf_add(b, sv_of(g.text, g.text_len));
        text = sv_skip(text, g.bytes);
    }
    return err;
}

struct sv diagnose_cut(struct sv word)
{
    if (word.len <= WORD_LEN)
        return word;
    word.len = WORD_LEN;
    /* Not within a character. */
    word.len = utf8_find_invalid(word) >= WORD_LEN - 3 ? utf8_find_invalid(word) : WORD_LEN;
    return word;
}

static void add_text(struct diagnose *d, const char *text)
{
    if (buf_add(&d->text, sv_cstr(text)) < 0)
        d->oom = true;
}

static void add_colour(struct diagnose *d, const char *escape)
{
    if (d->colour)
        add_text(d, escape);
}

static void add_head(struct diagnose *d, enum severity severity, struct place at)
{
    int err = 0;

    add_colour(d, bold);
    if (at.source != NULL)
        err = diagnose_escape(&d->text, sv_cstr(at.source->name));
    if (err == 0 && at.source != NULL && at.line > 0)
        err = buf_addf(&d->text, ":%zu:%zu", at.line, at.col + 1);
    if (err < 0)
        d->oom = true;
    add_text(d, at.source != NULL ? ": " : "batond: ");
    add_colour(d, severities[severity].colour);
    add_text(d, severities[severity].name);
    add_text(d, ":");
    add_colour(d, plain);
    add_text(d, " ");
}

static void add_excerpt(struct diagnose *d, struct place at)
{
    struct excerpt e;

    if (at.source == NULL || at.line == 0)
        return;
    if (excerpt_init(&e, at) < 0) {
        d->oom = true;
        return;
    }
    add_text(d, "  ");
    add_text(d, e.line.p);
    add_text(d, "\n  ");
    add_colour(d, severities[ERROR].colour);
    add_text(d, e.caret.p);
    add_colour(d, plain);
    add_text(d, "\n");
    excerpt_fini(&e);
}

static void report(struct diagnose *d, enum severity severity, struct place at, const char *fmt, va_list ap)
{
    char message[MESSAGE_LEN];

    if (d->errors + d->warnings > DIAGNOSE_MAX)
        return;
    (void)vsnprintf(message, sizeof message, fmt, ap);
    add_head(d, severity, at);
    if (diagnose_escape(&d->text, sv_cstr(message)) < 0)
        d->oom = true;
    add_text(d, "\n");
    add_excerpt(d, at);
}

void diagnose_error(struct diagnose *d, struct place at, const char *fmt, ...)
{
    va_list ap;

    d->errors++;
    d->misuses += at.source != NULL && at.source->tier == SOURCE_COMMAND_LINE;
    va_start(ap, fmt);
    report(d, ERROR, at, fmt, ap);
    va_end(ap);
}

void diagnose_warning(struct diagnose *d, struct place at, const char *fmt, ...)
{
    va_list ap;

    d->warnings++;
    va_start(ap, fmt);
    report(d, WARNING, at, fmt, ap);
    va_end(ap);
}

void diagnose_note(struct diagnose *d, struct place at, const char *fmt, ...)
{
    va_list ap;

    if (at.source == NULL)
        return;
    va_start(ap, fmt);
    report(d, NOTE, at, fmt, ap);
    va_end(ap);
}

void diagnose_print(const struct diagnose *d, FILE *to)
{
    if (d->text.len > 0)
        (void)fwrite(d->text.p, 1, d->text.len, to);
    if (d->oom)
        (void)fprintf(to, "batond: error: %s\n", diagnose_no_memory);
    if (diagnose_left_out(d) > 0)
        (void)fprintf(to, "and %zu more\n", diagnose_left_out(d));
    (void)fflush(to);
}
