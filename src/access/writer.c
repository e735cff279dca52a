/* SPDX-License-Identifier: MIT */
/* From the workers' queues to the access log's target: here a record becomes a line, and the lines of many requests one
 * write. */

#include "access/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

/* A note has room before the lines. */
enum { BATCH = 128 * 1024, BATCH_END = ACCESS_NOTE_MAX + BATCH };

int log_writer_init(struct log_writer *w, const struct access_format *format, struct log_ring *rings, size_t n, int fd)
{
    *w = (struct log_writer){.format = format, .ring = rings, .n = n, .batch = malloc(BATCH_END)};
    access_dates_init(&w->dates);
    log_target_init(&w->target, fd);
    return w->batch != NULL ? log_merge_init(&w->merge, rings, n) : -ENOMEM;
}

void log_writer_fini(struct log_writer *w)
{
    log_target_close(w->target.fd);
    log_merge_fini(&w->merge);
    free(w->batch);
}

uint64_t log_writer_missing(const struct log_writer *w)
{
    uint64_t n = 0;

    for (size_t i = 0; i < w->n; i++)
        n += log_ring_dropped(&w->ring[i]);
    return n;
}

/* Whose lines these were is not known any more; the first worker tells of them. */
static void lose(struct log_writer *w, uint64_t lines)
{
    log_ring_lose(&w->ring[0], lines);
    w->untold += lines;
}

/* What is left of the batch is lost; a note is not one of the lines. */
static void lose_batch(struct log_writer *w)
{
    uint64_t n = 0;

    for (struct sv s = sv_of(w->batch + w->from, w->to - w->from); s.len > 0; s = sv_skip(s, sv_find(s, '\n') + 1))
        n++;
    lose(w, n - (w->note_len > 0 ? 1 : 0));
    w->note_len = 0;
    w->from = w->to;
}

static void add_note(struct log_writer *w)
{
    char line[ACCESS_NOTE_MAX];
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    uint64_t now_us = (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
    w->note_len = w->format->note(&w->dates, now_us, w->untold, line);
    w->from -= w->note_len;
    memcpy(w->batch + w->from, line, w->note_len);
}

/* As many lines as the batch has room for; those behind a gap come with the next one. Returns how many are missing before
 * them, or, where there are none, so far. */
static uint64_t take_lines(struct log_writer *w)
{
    const struct log_line *line;
    uint64_t gap = 0;

    log_merge_look(&w->merge, clock_now_us());
    while ((line = log_merge_front(&w->merge)) != NULL && BATCH_END - w->to >= ACCESS_LINE_MAX) {
        if (line->gap > 0 && w->to > w->from)
            break;
        gap += line->gap;
        w->to += w->format->line(&w->dates, line->record, w->batch + w->to);
        log_merge_pop(&w->merge);
    }
    return w->to > w->from ? gap : log_merge_last_gap(&w->merge);
}

/* A note alone is not tried on a target that has just refused lines: it would be refused for ever. */
static void fill(struct log_writer *w)
{
    w->from = w->to = ACCESS_NOTE_MAX;
    w->untold += take_lines(w);
    if (w->format->note != NULL && w->untold > 0 && (w->to > w->from || !w->failing))
        add_note(w);
}

static enum log_writer_result refused(const struct log_writer *w, ssize_t err)
{
    if (err == -EAGAIN && !w->target.is_file)
        return LOG_WRITER_BLOCKED;
    return err == -EAGAIN || err == -EBUSY || w->wait ? LOG_WRITER_REFUSED : LOG_WRITER_GO_ON;
}

enum log_writer_result log_writer_step(struct log_writer *w)
{
    if (w->from == w->to)
        fill(w);
    if (w->from == w->to)
        return LOG_WRITER_DONE;
    ssize_t n = log_target_write(&w->target, sv_of(w->batch + w->from, w->to - w->from));
    if (n > 0) {
        w->from += (size_t)n;
        if (w->note_len > 0)
            w->untold = 0;
        w->note_len = 0;
        w->failing = false;
        return LOG_WRITER_GO_ON;
    }
    enum log_writer_result result = refused(w, n);
    if (result == LOG_WRITER_GO_ON) {
        w->failing = true;
        lose_batch(w);
    }
    return result;
}

enum log_writer_result log_writer_finish(struct log_writer *w)
{
    int err = log_target_finish(&w->target);
    enum log_writer_result result = err < 0 ? refused(w, err) : LOG_WRITER_DONE;

    return result == LOG_WRITER_GO_ON ? LOG_WRITER_DONE : result;
}

void log_writer_drop(struct log_writer *w)
{
    lose_batch(w);
    lose(w, log_merge_drop(&w->merge));
}

void log_writer_leave(struct log_writer *w)
{
    lose(w, log_target_fini(&w->target));
}
