/* SPDX-License-Identifier: MIT */
/* The lines of several workers in the order of their ends. There are few queues, so the first of them is searched for; and
 * not for each line, as those of one turn of a worker stand together. */

#include "access/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int log_merge_init(struct log_merge *m, struct log_ring *rings, size_t n)
{
    *m = (struct log_merge){.ring = rings, .n = n, .head = calloc(n, sizeof *m->head)};
    return m->head != NULL ? 0 : -ENOMEM;
}

void log_merge_fini(struct log_merge *m)
{
    free(m->head);
    *m = (struct log_merge){0};
}

/* Until when may lines be taken? Looked at before the lines are. */
static uint64_t taken_until(const struct log_merge *m, uint64_t now_us)
{
    uint64_t until = now_us;

    for (size_t i = 0; i < m->n; i++)
        until = log_ring_until(&m->ring[i], until);
    return until + LOG_MERGE_PATIENCE_US > now_us ? until : now_us - LOG_MERGE_PATIENCE_US;
}

static void look_at(struct log_merge *m, size_t i)
{
    if (!log_ring_front(&m->ring[i], &m->head[i]))
        m->head[i] = (struct log_line){.time_us = UINT64_MAX};
}

/* The queue with the oldest line; *next_us is the time of the oldest in the others. */
static size_t oldest(const struct log_merge *m, uint64_t *next_us)
{
    size_t first = 0;

    *next_us = UINT64_MAX;
    for (size_t i = 1; i < m->n; i++) {
        uint64_t later = m->head[i].time_us;
        if (later < m->head[first].time_us) {
            later = m->head[first].time_us;
            first = i;
        }
        if (later < *next_us)
            *next_us = later;
    }
    return first;
}

/* Lines of one queue, until those of another are older, or there is a gap. Returns the bytes of them. */
static size_t take_run(struct log_merge *m, size_t i, uint64_t until_us, char *room, size_t len)
{
    struct log_line *line = &m->head[i];
    size_t used = 0;

    do {
        memcpy(room + used, line->text.p, line->text.len);
        used += line->text.len;
        log_ring_pop(&m->ring[i], line);
        look_at(m, i);
    } while (line->time_us <= until_us && line->text.len <= len - used && line->gap == 0);
    return used;
}

static bool nothing_waits(const struct log_merge *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->head[i].time_us != UINT64_MAX)
            return false;
    return true;
}

static uint64_t last_gaps(struct log_merge *m)
{
    uint64_t gap = 0;

    for (size_t i = 0; i < m->n; i++)
        gap += log_ring_last_gap(&m->ring[i]);
    return gap;
}

size_t log_merge_take(struct log_merge *m, char *room, size_t len, uint64_t now_us, uint64_t *gap)
{
    uint64_t until = taken_until(m, now_us);
    size_t used = 0;

    *gap = 0;
    for (size_t i = 0; i < m->n; i++)
        look_at(m, i);
    for (;;) {
        uint64_t next_us;
        size_t i = oldest(m, &next_us);
        const struct log_line *line = &m->head[i];
        if (line->time_us > until || line->text.len > len - used || (line->gap > 0 && used > 0))
            break;
        *gap += line->gap;
        used += take_run(m, i, next_us < until ? next_us : until, room + used, len - used);
    }
    if (used == 0 && nothing_waits(m))
        *gap = last_gaps(m);
    return used;
}

uint64_t log_merge_drop(struct log_merge *m)
{
    uint64_t lines = 0;

    for (size_t i = 0; i < m->n; i++) {
        for (struct log_line line; log_ring_front(&m->ring[i], &line); lines++)
            log_ring_pop(&m->ring[i], &line);
    }
    return lines;
}
