/* SPDX-License-Identifier: MIT */
/* Reports about configurations, on their way to people. */

#include "daemon/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands in front of an error that has no place, and the log writes by itself. */
static const char our_error[] = "batond: error: ";
static const char our_warning[] = "batond: warning: ";

bool report_is_for_people(void)
{
    return !log_is_journal() && diagnose_wants_colour(stderr);
}

static bool take(const char **line, const char *front)
{
    size_t len = strlen(front);

    if (strncmp(*line, front, len) != 0)
        return false;
    *line += len;
    return true;
}

/* The text of a report, which the caller frees; NULL where there is none. */
static char *text_of(const struct diagnose *report)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    if (to == NULL)
        return NULL;
    diagnose_print(report, to);
    if (fclose(to) == 0)
        return text;
    free(text);
    return NULL;
}

void report_log(const struct diagnose *report, enum log_level level)
{
    char *text = text_of(report);
    char *rest = text;

    for (char *all; (all = strsep(&rest, "\n")) != NULL;) {
        const char *line = all;
        bool warns = take(&line, our_warning);
        (void)(warns || take(&line, our_error));
        if (*line != '\0')
            log_write(NULL, warns ? LOG_LEVEL_WARNING : level, "%s", line);
    }
    free(text);
}

void report_print(const struct diagnose *report, enum log_level level)
{
    if (log_is_journal())
        report_log(report, level);
    else
        diagnose_print(report, stderr);
}

void report_first(const struct diagnose *report, char *room, size_t size)
{
    char *text = text_of(report);
    const char *first = text != NULL && text[0] != '\0' ? text : "see the log";
    const char *error = text != NULL ? strstr(text, ": error: ") : NULL;

    if (error != NULL)
        for (first = error; first > text && first[-1] != '\n';)
            first--;
    (void)(take(&first, our_error) || take(&first, our_warning));
    (void)snprintf(room, size, "%.*s", (int)strcspn(first, "\n"), first);
    free(text);
}
