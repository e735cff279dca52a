/* SPDX-License-Identifier: MIT */
/* The lines of several workers in the order of their ends. There are few queues, so the first of them is searched for; and
 * not for each line, as those of one turn of a worker stand together. */

#include "access/merge.h"

#include <errno.h>
#include <stdlib.h>

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

static void find_first(struct log_merge *m)
{
    m->first = 0;
    m->next_us = UINT64_MAX;
    for (size_t i = 1; i < m->n; i++) {
        uint64_t later = m->head[i].time_us;
        if (later < m->head[m->first].time_us) {
            later = m->head[m->first].time_us;
            m->first = i;
        }
        if (later < m->next_us)
            m->next_us = later;
    }
}

void log_merge_look(struct log_merge *m, uint64_t now_us)
{
    m->until_us = taken_until(m, now_us);
    for (size_t i = 0; i < m->n; i++)
        look_at(m, i);
    find_first(m);
}

const struct log_line *log_merge_front(const struct log_merge *m)
{
    const struct log_line *line = &m->head[m->first];

    return line->time_us <= m->until_us ? line : NULL;
}

void log_merge_pop(struct log_merge *m)
{
    struct log_line *line = &m->head[m->first];

    log_ring_pop(&m->ring[m->first], line);
    look_at(m, m->first);
    if (line->time_us > m->next_us)
        find_first(m);
}

static bool nothing_waits(const struct log_merge *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->head[i].time_us != UINT64_MAX)
            return false;
    return true;
}

uint64_t log_merge_last_gap(struct log_merge *m)
{
    uint64_t gap = 0;

    if (!nothing_waits(m))
        return 0;
    for (size_t i = 0; i < m->n; i++)
        gap += log_ring_last_gap(&m->ring[i]);
    return gap;
}

uint64_t log_merge_drop(struct log_merge *m)
{
    uint64_t lines = 0;

    for (size_t i = 0; i < m->n; i++) {
        for (; log_ring_front(&m->ring[i], &m->head[i]); lines++)
            log_ring_pop(&m->ring[i], &m->head[i]);
        m->head[i].time_us = UINT64_MAX;
    }
    return lines;
}
