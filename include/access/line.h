/* SPDX-License-Identifier: MIT */
/* access/line.h: what the access log says of one answer.
 *
 * A line is written in two steps, as a request's bytes are gone when its answer has been sent: what is known beforehand, as
 * two texts; and the line of them, with what was sent in between.
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

/* A line, and what access_line_whole adds to its two texts. */
enum { ACCESS_LINE_MAX = PIPE_BUF, ACCESS_END_MAX = 64 };

struct access_record {
    struct sv client; /* an address as text, "unix:" or "-" */
    uint64_t time_us;
    struct sv line; /* the request line; empty where there was none, as are those below */
    struct sv host;
    int status;
    struct sv referer;
    struct sv agent;
    struct sv cache; /* what it did for this answer */
};

enum access_format { ACCESS_COMBINED, ACCESS_JSON };

enum { ACCESS_DATE_MAX = 32 };

/* The second of the last line, as text. */
struct access_dates {
    int64_t second;
    char text[ACCESS_DATE_MAX];
};

/* What stands before the number of bytes, and, for ACCESS_COMBINED, what stands behind it. Each returns its length; the two
 * together have at most ACCESS_LINE_MAX bytes with what access_line_whole adds, ACCESS_END_MAX at most. */
size_t access_line_front(enum access_format format, struct access_dates *dates, const struct access_record *r,
                         char *room);
size_t access_line_back(enum access_format format, const struct access_record *r, char *room);

/* The line, of its two texts and of what is known in the end; at most ACCESS_LINE_MAX bytes. */
size_t access_line_whole(enum access_format format, struct sv front, struct sv back, uint64_t bytes,
                         uint64_t duration_us, char *room);

/* No second at all, so that the first line writes its own. */
void access_dates_init(struct access_dates *dates);

#endif
