/* SPDX-License-Identifier: MIT */
/* access/log.h: a line for each answer, once it has been sent.
 *
 * What becomes a line is a record (access/record) until the thread that writes it makes a line of it. The records of the
 * answers in a worker's row wait here until the row has been sent. Then they go to the ring of that thread, with what
 * was sent and how long it took. Where a row cannot be sent at once, its connection holds its records as long as it
 * holds the row.
 *
 * Where lines that find no room are dropped, answers never wait for the log. Where they have to wait (log.full = wait), none
 * is begun before there is room for its line behind all that are promised: those in the worker's row, and those that
 * connections hold.
 *
 * Ownership: borrows the ring; owns the records that wait. What access_log_hold returns is the caller's, until
 *            access_log_end_held takes it.
 * Threads:   the owning worker.
 * Errors:    init returns 0 or -ENOMEM; fini is due in both cases. A line that finds no room in the ring is dropped and
 *            counted there.
 * Units:     bytes; microseconds of CLOCK_MONOTONIC.
 */
#ifndef BATON_ACCESS_LOG_H
#define BATON_ACCESS_LOG_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "access/record.h"
#include "access/ring.h"

/* The records of the answers of one row, in their order. */
struct access_lines {
    uint64_t sent; /* of the row, so far */
    uint32_t len;
    uint32_t n;
    char bytes[];
};

struct access_log {
    struct log_ring *ring;      /* borrowed; NULL = off */
    uint64_t promised;          /* what lines that are not in the ring yet will cost there at most */
    bool waits;                 /* an answer without room for its line waits */
    int64_t wall;               /* the second in which `epoch_us` was taken */
    uint64_t epoch_us;          /* 1970 to the beginning of CLOCK_MONOTONIC */
    struct access_lines *lines; /* owned: of the worker's row; NULL = off */
};

/* An answer: which one, and where its body is in the row. */
struct access_answer {
    struct access_record record; /* its time, bytes and duration are filled in */
    uint64_t since_us;           /* when the request's first bytes came */
    uint64_t body;               /* bytes */
    uint64_t end;                /* bytes of the row up to here, where the body ends */
};

int access_log_init(struct access_log *log, struct log_ring *ring, bool waits);
void access_log_fini(struct access_log *log);

static inline bool access_log_is_on(const struct access_log *log)
{
    return log->ring != NULL;
}

/* Of one that is on: see below. */
bool access_log_look_for_room(struct access_log *log);
/* May another answer be added before those that are there are ended? Where there are none, false means that it has to wait
 * until the ring has room. */
static inline bool access_log_has_room(struct access_log *log)
{
    return !access_log_is_on(log) || access_log_look_for_room(log);
}
/* It does. */
void access_log_wait(struct access_log *log);
/* An answer was put into the worker's row; `wall` is the current second. */
void access_log_add(struct access_log *log, struct access_answer *a, int64_t wall);

/* So many bytes of the row were sent. */
static inline void access_log_sent(struct access_log *log, uint64_t bytes)
{
    if (log->lines != NULL)
        log->lines->sent += bytes;
}

/* The row was sent, or never will be. */
void access_log_end(struct access_log *log, uint64_t now_us);

/* The rest of the row is sent later: take its lines along; *held is NULL where there are none. False without memory: they
 * are still the row's. */
bool access_log_hold(struct access_log *log, struct access_lines **held);
/* That row was sent, or never will be. */
void access_log_end_held(struct access_log *log, struct access_lines **held, uint64_t now_us);

/* A turn of the loop begins. */
static inline void access_log_turn(struct access_log *log, uint64_t now_us)
{
    if (log->ring != NULL)
        log_ring_begin(log->ring, now_us);
}

/* The turn is over: let the writing thread see its lines, and have the CPU where it lags. */
static inline void access_log_tell(struct access_log *log)
{
    if (log->ring == NULL)
        return;
    log_ring_tell(log->ring);
    if (log_ring_is_crowded(log->ring))
        (void)sched_yield();
}

/* Lines that found no room, or could not be written. */
static inline uint64_t access_log_dropped(const struct access_log *log)
{
    return log->ring != NULL ? log_ring_dropped(log->ring) : 0;
}

#endif
