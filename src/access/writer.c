/* SPDX-License-Identifier: MIT */
/* From the workers' queues to the access log's target: lines of many requests become one write here. */

#include "access/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "http/date.h"

enum { BATCH = 128 * 1024, NOTE_MAX = 128 /* before it */ };

int log_writer_init(struct log_writer *w, struct log_ring *rings, size_t n, int fd)
{
    *w = (struct log_writer){.ring = rings, .n = n, .batch = malloc(NOTE_MAX + BATCH)};
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
    char line[NOTE_MAX], date[DATE_ISO_LEN];
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    date_write_iso(ts.tv_sec, date);
    int len = snprintf(line, sizeof line, "{\"time\":\"%.*s.%06ldZ\",\"dropped\":%" PRIu64 "}\n", DATE_ISO_LEN, date,
                       ts.tv_nsec / 1000, w->untold);
    w->note_len = (size_t)len;
    w->from -= w->note_len;
    memcpy(w->batch + w->from, line, w->note_len);
}

/* A note alone is not tried on a target that has just refused lines: it would be refused for ever. */
static void fill(struct log_writer *w)
{
    uint64_t gap;
    size_t len = log_merge_take(&w->merge, w->batch + NOTE_MAX, BATCH, clock_now_us(), &gap);

    w->from = NOTE_MAX;
    w->to = NOTE_MAX + len;
    w->untold += gap;
    if (w->json && w->untold > 0 && (len > 0 || !w->failing))
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
