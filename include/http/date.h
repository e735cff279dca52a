/* SPDX-License-Identifier: MIT */
/* http/date.h: the dates of HTTP.
 *
 * Writes IMF-fixdate; reads it and the two obsolete forms. Times are seconds since 1970-01-01 UTC, leap seconds aside.
 *
 * Ownership: none.
 * Threads:   any; no state, no clock: the two-digit years of RFC 850 need `now` from the caller.
 * Errors:    date_read returns false for what is not a date; such a field is ignored (RFC 9110 13.1.3).
 * Source:    RFC 9110 5.6.7.
 */
#ifndef BATON_HTTP_DATE_H
#define BATON_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sv.h"

enum { DATE_LEN = sizeof "Sun, 06 Nov 1994 08:49:37 GMT" - 1 };

/* DATE_LEN bytes to `room`, not terminated. The year must have four digits, as it has from 0 to 253402300799. */
void date_write(int64_t time, char *room);

bool date_read(struct sv text, int64_t now, int64_t *time);

/* "22/Nov/2026:21:14:39 +0000", the form of the common log format; DATE_LOG_LEN bytes. */
enum { DATE_LOG_LEN = sizeof "06/Nov/1994:08:49:37 +0000" - 1 };
void date_write_log(int64_t time, char *room);

/* "2026-11-22T21:14:39", the form of RFC 3339 without its zone; DATE_ISO_LEN bytes. */
enum { DATE_ISO_LEN = sizeof "1994-11-06T08:49:37" - 1 };
void date_write_iso(int64_t time, char *room);

#endif
