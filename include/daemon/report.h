/* SPDX-License-Identifier: MIT */
/* daemon/report.h: tell people of a report about a configuration: at their terminal as it is, in the log line by line.
 *
 * Threads: the master.
 * Errors:  nothing here allocates. Where the report ran out of memory, that is what is told.
 */
#ifndef BATON_DAEMON_REPORT_H
#define BATON_DAEMON_REPORT_H

#include "base/log.h"
#include "text/diagnose.h"

/* Does standard error lead to people, or to a file that they read, rather than to the journal? */
bool report_is_for_people(void);

/* Of a start: to standard error; in the journal each line has its priority. */
void report_print(const struct diagnose *report, enum log_level level);
/* Of a reload: to the error log. `level` is that of what is not said to be a warning. */
void report_log(const struct diagnose *report, enum log_level level);

/* The first error, with its place, or the first line at all; where the report lost a part for want of memory, that. */
void report_first(const struct diagnose *report, char *room, size_t size);

#endif
