/* SPDX-License-Identifier: MIT */
/* A line for each answer, once it has been sent: a request leaves its last trace here. Nothing of it happens where the
 * log is off. */

#include "access/log.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

/* What stands before each record: of what its last two numbers are worked out in the end. */
struct pending {
    uint64_t since_us;
    uint64_t body;
    uint64_t end;
    uint64_t len; /* of the record */
};

enum { CLOCK_TRIES = 5, CLOCK_GAP_US = 10 };

enum { LINES_ROOM = 64 * 1024, PENDING_MAX = sizeof(struct pending) + ACCESS_RECORD_MAX };

_Static_assert((int)ACCESS_RECORD_MAX <= (int)LOG_RING_PIECE, "the ring takes the longest record");

int access_log_init(struct access_log *log, struct log_ring *ring, bool waits)
{
    *log = (struct access_log){.ring = ring, .waits = waits, .wall = -1};
    if (ring == NULL)
        return 0;
    log->lines = malloc(sizeof *log->lines + LINES_ROOM);
    if (log->lines == NULL)
        return -ENOMEM;
    *log->lines = (struct access_lines){0};
    return 0;
}

void access_log_fini(struct access_log *log)
{
    free(log->lines);
    log->lines = NULL;
    log->ring = NULL;
}

bool access_log_look_for_room(struct access_log *log)
{
    if (LINES_ROOM - log->lines->len < (uint32_t)PENDING_MAX)
        return false;
    return !log->waits || log_ring_has_room(log->ring, log->promised + LOG_RING_COST_MAX);
}

void access_log_wait(struct access_log *log)
{
    log_ring_wait(log->ring);
}

/* 1970 to the beginning of CLOCK_MONOTONIC. A thread that loses its CPU between two looks at a clock looks again: the workers
 * are to agree, as their lines are merged. */
static uint64_t look_at_clocks(void)
{
    uint64_t epoch_us = 0, least = UINT64_MAX;

    for (int i = 0; i < CLOCK_TRIES && least > CLOCK_GAP_US; i++) {
        struct timespec ts;
        uint64_t before = clock_now_us();
        clock_gettime(CLOCK_REALTIME, &ts);
        uint64_t gap = clock_now_us() - before;
        if (gap >= least)
            continue;
        least = gap;
        epoch_us = (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000 - before - gap / 2;
    }
    return epoch_us;
}

/* CLOCK_MONOTONIC as a time of day: how far the two are apart is looked at once a second. */
static uint64_t time_of_day(struct access_log *log, uint64_t us, int64_t wall)
{
    if (log->wall != wall) {
        log->epoch_us = look_at_clocks();
        log->wall = wall;
    }
    return us + log->epoch_us;
}

void access_log_add(struct access_log *log, struct access_answer *a, int64_t wall)
{
    struct access_lines *lines = log->lines;
    char *at = lines->bytes + lines->len;
    struct pending e = {a->since_us, a->body, a->end, 0};

    a->record.time_us = time_of_day(log, a->since_us, wall);
    e.len = access_record_write(&a->record, at + sizeof e);
    memcpy(at, &e, sizeof e);
    lines->len += (uint32_t)(sizeof e + e.len);
    lines->n++;
    log->promised += log_ring_cost(e.len);
}

/* Of its body, the part that is in the front of the row. */
static uint64_t body_sent(const struct pending *e, uint64_t sent)
{
    uint64_t begin = e->end - e->body;

    if (sent >= e->end)
        return e->body;
    return sent > begin ? sent - begin : 0;
}

static void end_all(struct access_log *log, struct access_lines *lines, uint64_t now_us)
{
    for (uint32_t at = 0; at < lines->len;) {
        struct pending e;
        memcpy(&e, lines->bytes + at, sizeof e);
        at += (uint32_t)sizeof e;
        char *room = log_ring_room(log->ring);
        if (room != NULL) {
            memcpy(room, lines->bytes + at, e.len);
            access_record_end(room, body_sent(&e, lines->sent), now_us - e.since_us);
            log_ring_push(log->ring, e.len, now_us);
        } else {
            log_ring_drop(log->ring, 1);
        }
        log->promised -= log_ring_cost(e.len);
        at += (uint32_t)e.len;
    }
    *lines = (struct access_lines){0};
}

void access_log_end(struct access_log *log, uint64_t now_us)
{
    if (log->lines != NULL)
        end_all(log, log->lines, now_us);
}

bool access_log_hold(struct access_log *log, struct access_lines **held)
{
    struct access_lines *lines = log->lines;

    *held = NULL;
    if (lines == NULL)
        return true;
    if (lines->n > 0) {
        *held = malloc(sizeof **held + lines->len);
        if (*held == NULL)
            return false;
        memcpy(*held, lines, sizeof **held + lines->len);
    }
    *lines = (struct access_lines){0};
    return true;
}

void access_log_end_held(struct access_log *log, struct access_lines **held, uint64_t now_us)
{
    if (*held == NULL)
        return;
    end_all(log, *held, now_us);
    free(*held);
    *held = NULL;
}
