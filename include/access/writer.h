/* SPDX-License-Identifier: MIT */
/* access/writer.h: from the workers' queues to the access log's target.
 *
 * Records are merged, the lines of them make a batch, and the batch is written piece by piece. What the target refuses is
 * lost and counted, or, with `wait`, offered again. A note of lines that are missing stands where they would, in a format
 * that has a form for it.
 *
 * Ownership: borrows the queues; owns its batch and its target.
 * Threads:   the logger's.
 * Errors:    init returns 0 or -errno; fini is due in both cases.
 */
#ifndef BATON_ACCESS_WRITER_H
#define BATON_ACCESS_WRITER_H

#include "access/line.h"
#include "access/merge.h"
#include "access/target.h"

/* What came of a step.
 *     DONE      there is nothing that may be written now
 *     GO_ON     something was written, or is lost
 *     BLOCKED   the target takes nothing until it is POLLOUT
 *     REFUSED   nor is there anything to wait for but time: another writer's lock; with `wait`, an error */
enum log_writer_result { LOG_WRITER_DONE, LOG_WRITER_GO_ON, LOG_WRITER_BLOCKED, LOG_WRITER_REFUSED };

struct log_writer {
    struct log_ring *ring; /* borrowed: n of them */
    size_t n;
    struct log_target target;
    struct log_merge merge;
    const struct access_format *format; /* static */
    struct access_dates dates;
    char *batch; /* owned */
    size_t from, to;
    size_t note_len; /* of the note at the front of what is left of the batch; 0 = none */
    uint64_t untold; /* lines before the batch that are missing, and of which the log itself does not tell yet */
    bool wait;
    bool failing; /* the last write failed, and its lines are lost */
};

/* `fd` is the writer's in any case. */
int log_writer_init(struct log_writer *w, const struct access_format *format, struct log_ring *rings, size_t n, int fd);
void log_writer_fini(struct log_writer *w);

/* Take lines, where the batch is empty, and write once. */
enum log_writer_result log_writer_step(struct log_writer *w);
/* The same for the rest of a line that was written in part, and nothing else. */
enum log_writer_result log_writer_finish(struct log_writer *w);
/* All that is there is lost. */
void log_writer_drop(struct log_writer *w);
/* Close the target; what is left of its last line is lost. */
void log_writer_leave(struct log_writer *w);

/* Lines that are missing, for whatever reason. */
uint64_t log_writer_missing(const struct log_writer *w);

#endif
