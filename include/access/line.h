/* SPDX-License-Identifier: MIT */
/* access/line.h: what the access log says of one answer: the line that becomes of its record.
 *
 *     combined    client, time, "request line", status, bytes, "Referer", "User-Agent". A byte that is no printable ASCII,
 *                 and the quote and the backslash, is written as \xHH. What is not there is "-".
 *     json        an object a line: the same, and host, duration and what the cache did. Valid UTF-8 is kept; any other
 *                 byte from 0x80 up is \u00HH, and every character that controls, reorders or is not seen is \uHHHH.
 *                 What is not there is null.
 *
 * No byte of a client can end a field or a line. A line has at most ACCESS_LINE_MAX bytes, which a pipe takes whole or not at
 * all; of what a client said at greater length the front is kept.
 *
 * The time is that at which the request's first bytes came.
 *
 * Ownership: writes to the caller's room, and borrows the record for the call.
 * Threads:   one for each struct access_dates.
 * Errors:    none.
 * Units:     microseconds, in UTC since 1970 for a time; bytes.
 * Source:    the combined log format of Apache's mod_log_config; RFC 8259; RFC 3339; pipe(7) on PIPE_BUF.
 */
#ifndef BATON_ACCESS_LINE_H
#define BATON_ACCESS_LINE_H

#include <limits.h>
#include <stdint.h>

#include "base/sv.h"
#include "http/date.h"

enum { ACCESS_LINE_MAX = PIPE_BUF, ACCESS_NOTE_MAX = 128 };

/* The second of the last line, as text of its format. */
struct access_dates {
    int64_t second;
    char text[DATE_LOG_LEN];
};

/* Each function writes one line, and returns its length. */
struct access_format {
    /* Of a record of access/record; ACCESS_LINE_MAX bytes at most. */
    size_t (*line)(struct access_dates *dates, struct sv record, char *room);
    /* Where `missing` lines are missing, as was seen at this time; ACCESS_NOTE_MAX bytes at most. NULL where the format has
     * no form for it. */
    size_t (*note)(struct access_dates *dates, uint64_t time_us, uint64_t missing, char *room);
};

extern const struct access_format access_combined, access_json;

/* No second at all, so that the first line writes its own. They serve one format from then on. */
void access_dates_init(struct access_dates *dates);

#endif
