/* SPDX-License-Identifier: MIT */
/* Reports about configurations, on their way to people. */

#include "daemon/report.h"

#include <stdio.h>
#include <string.h>

/* What stands in front of an error that has no place, and the log writes by itself. */
static const char our_error[] = "batond: error: ";
static const char our_warning[] = "batond: warning: ";

bool report_is_for_people(void)
{
    return !log_is_journal() && diagnose_wants_colour(stderr);
}

/* Takes `front` off a line where it begins with that. */
static bool take(struct sv *line, const char *front)
{
    bool begins = sv_starts(*line, sv_cstr(front));

    if (begins)
        *line = sv_skip(*line, strlen(front));
    return begins;
}

/* The next line of what is left of a report, without its end. */
static struct sv next_line(struct sv *rest)
{
    struct sv line = sv_of(rest->p, sv_find(*rest, '\n'));

    *rest = sv_skip(*rest, line.len < rest->len ? line.len + 1 : line.len);
    return line;
}

void report_log(const struct diagnose *report, enum log_level level)
{
    struct sv rest = buf_sv(&report->text);

    while (rest.len > 0) {
        struct sv line = next_line(&rest);
        bool warns = take(&line, our_warning);
        (void)(warns || take(&line, our_error));
        if (line.len > 0)
            log_write(NULL, warns ? LOG_LEVEL_WARNING : level, "%.*s", SV_ARG(line));
    }
    if (report->oom)
        log_write(NULL, level, "%s", diagnose_no_memory);
    if (diagnose_left_out(report) > 0)
        log_write(NULL, level, "and %zu more", diagnose_left_out(report));
}

void report_print(const struct diagnose *report, enum log_level level)
{
    if (log_is_journal())
        report_log(report, level);
    else
        diagnose_print(report, stderr);
}

static bool is_error(struct sv line)
{
    static const char mark[] = ": error: ";

    return line.len >= sizeof mark - 1 && memmem(line.p, line.len, mark, sizeof mark - 1) != NULL;
}

/* Without memory the report may have lost what counts. */
void report_first(const struct diagnose *report, char *room, size_t size)
{
    struct sv rest = buf_sv(&report->text);
    struct sv first = next_line(&rest);

    while (!is_error(first) && rest.len > 0) {
        struct sv line = next_line(&rest);
        if (is_error(line))
            first = line;
    }
    if (report->oom)
        first = sv_cstr(diagnose_no_memory);
    else if (first.len == 0)
        first = SV("see the log"); /* to be told nothing means that all went well */
    (void)(take(&first, our_error) || take(&first, our_warning));
    (void)snprintf(room, size, "%.*s", SV_ARG(first));
}
