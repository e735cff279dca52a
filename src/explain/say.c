/* SPDX-License-Identifier: MIT */
/* The lines of --explain. Paths, URLs and fields are anybody's bytes, so nothing is printed past this file. */

#include "explain/say.h"

#include <stdarg.h>
#include <stdlib.h>

#include "text/diagnose.h"

enum { LABEL_COLUMNS = 10 };

void say_bytes(FILE *to, struct sv bytes)
{
    struct buf line = {0};

    if (diagnose_escape(&line, bytes) == 0 && line.len > 0)
        (void)fwrite(line.p, 1, line.len, to);
    (void)fputc('\n', to);
    buf_fini(&line);
}

void say(FILE *to, const char *label, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    int len = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (len < 0)
        return;
    (void)fprintf(to, "%-*s", LABEL_COLUMNS, label);
    say_bytes(to, sv_of(text, (size_t)len));
    free(text);
}
