/* SPDX-License-Identifier: MIT */
/* Reports about values after the configuration was loaded. Their places are config/written's; a default has none, and
 * is shown as the line that would set it. */

#include "config/blame.h"

#include <stdarg.h>
#include <stdio.h>

#include "config/value.h"
#include "config/written.h"

enum { MESSAGE_LEN = 512 };

/* The value-th of those in the text of the default. */
static struct sv default_value(const struct schema_key *k, size_t value)
{
    struct sv rest = sv_cstr(k->default_text);
    struct sv one = rest;

    for (size_t i = 0; i <= value && value_next(k, &rest, &one); i++)
        continue;
    return one;
}

static void report_default(struct diagnose *report, bool is_error, struct config_at at, const char *message)
{
    static char name[] = "default";
    const struct schema_key *k = &schema_keys[at.key];
    struct buf line = {0};

    if (buf_addf(&line, "%s = %s", k->name, k->default_text) < 0) {
        report->oom = true;
        return;
    }
    struct sv value = default_value(k, at.value);
    struct source source = {.name = name, .text = line.p, .len = line.len, .first_line = 1};
    size_t col = strlen(k->name) + 3 + (size_t)(value.p - k->default_text);
    struct place place = {.source = &source, .line = 1, .col = col, .len = value.len};
    (is_error ? diagnose_error : diagnose_warning)(report, place, "%s", message);
    buf_fini(&line);
}

static void tell(const struct config *c, struct diagnose *report, bool is_error, struct config_at at, const char *fmt,
                 va_list ap)
{
    const struct place *place = written_find(c->written, at);
    char message[MESSAGE_LEN];

    (void)vsnprintf(message, sizeof message, fmt, ap);
    if (place == NULL)
        report_default(report, is_error, at, message);
    else
        (is_error ? diagnose_error : diagnose_warning)(report, *place, "%s", message);
}

void config_blame(const struct config *c, struct diagnose *report, struct config_at at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    tell(c, report, true, at, fmt, ap);
    va_end(ap);
}

void config_warn(const struct config *c, struct diagnose *report, struct config_at at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    tell(c, report, false, at, fmt, ap);
    va_end(ap);
}

struct sv config_text(const struct config *c, struct config_at at)
{
    const struct place *place = written_find(c->written, at);

    if (place == NULL)
        return default_value(&schema_keys[at.key], at.value);
    return sv_of(place->source->text + place->line_at + place->col, place->len);
}

int config_origin(const struct config *c, struct config_at at, struct buf *to)
{
    return written_print(to, written_find(c->written, at));
}
