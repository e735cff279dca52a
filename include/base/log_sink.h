/* SPDX-License-Identifier: MIT */
/* base/log_sink.h: where a line of the error log ends up: a descriptor, and what became of the lines before.
 *
 * Where the disk took a part of a line, the next one begins on a line of its own. Lines that were lost are told of as soon as
 * one can be written.
 *
 * Ownership: none.
 * Threads:   any, all at once, for a descriptor that does not change meanwhile.
 * Errors:    a line that cannot be written is lost, and counted. A pipe, a socket or a terminal is not waited for; a file is.
 * Source:    write(2); the priority for the journal: sd-daemon(3).
 */
#ifndef BATON_BASE_LOG_SINK_H
#define BATON_BASE_LOG_SINK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log_sink {
    _Atomic int fd; /* borrowed */
    _Atomic bool journal;
    _Atomic bool torn;     /* of the last line a part was written */
    _Atomic uint32_t lost; /* lines, since that was last told */
};

/* One write(2) of a line, which ends with '\n'; so does whatever stands before it in memory. */
void log_sink_write(struct log_sink *s, const char *line, size_t len);
/* Tell of lines that were lost, where there are any. */
void log_sink_tell(struct log_sink *s);

#endif
