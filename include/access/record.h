/* SPDX-License-Identifier: MIT */
/* access/record.h: what a worker notes of an answer, for the thread that makes a line of it.
 *
 * A record is written when its answer is put into a row, as the request's bytes are gone once that is sent. It has numbers,
 * and the client's bytes as they came: to escape them is left to access/line. When the answer has been sent, or never will
 * be, two numbers are filled in; a record never changes its length.
 *
 * Of a text no more is taken along than a line shows. There each byte stands as one byte at least, so what is cut off here
 * would be cut off there.
 *
 * Ownership: write takes the caller's room; what read returns points into the bytes that were read.
 * Threads:   any; no state.
 * Errors:    none. A record is only ever read by the process that wrote it.
 * Units:     microseconds, in UTC since 1970 for a time; bytes.
 */
#ifndef BATON_ACCESS_RECORD_H
#define BATON_ACCESS_RECORD_H

#include <stdint.h>

#include "base/sv.h"
#include "io/peer.h"

/* Empty where there was none. ACCESS_CACHE: what the cache did for this answer. */
enum access_text { ACCESS_REQUEST, ACCESS_HOST, ACCESS_REFERER, ACCESS_AGENT, ACCESS_CACHE, ACCESS_TEXTS };

/* How much of each is kept. */
enum { ACCESS_REQUEST_MAX = 2048, ACCESS_HOST_MAX = 256, ACCESS_FIELD_MAX = 736, ACCESS_CACHE_MAX = 16 };

enum {
    ACCESS_NUMBERS_MAX = 64,
    ACCESS_RECORD_MAX =
        ACCESS_NUMBERS_MAX + ACCESS_REQUEST_MAX + ACCESS_HOST_MAX + 2 * ACCESS_FIELD_MAX + ACCESS_CACHE_MAX
};

struct access_record {
    uint64_t time_us; /* when the request's first bytes came */
    uint64_t bytes;   /* of the body, that were sent */
    uint64_t duration_us;
    struct peer client;
    uint16_t status;
    struct sv text[ACCESS_TEXTS];
};

/* ACCESS_RECORD_MAX bytes at most; returns how many. */
size_t access_record_write(const struct access_record *r, char *room);
/* The answer has ended; `written` is its record. */
void access_record_end(char *written, uint64_t bytes, uint64_t duration_us);
/* All of one record. */
void access_record_read(struct sv written, struct access_record *r);

#endif
