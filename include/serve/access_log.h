/* SPDX-License-Identifier: MIT */
/* serve/access_log.h: one line for each answer, for people and their tools.
 *
 * The combined format: client, time, request line, status, bytes of body, Referer, User-Agent. A byte that could end a
 * field or a line is written as \xHH, so that no client can forge one. A line has at most PIPE_BUF bytes; what a client
 * said at greater length is cut off.
 *
 * A worker gathers the lines of a turn and writes them together. A reader that does not read stops nobody: while the
 * pipe is full lines are kept up to a bound, and dropped and counted beyond it.
 *
 * Ownership: borrows the descriptor; owns the lines that wait.
 * Threads:   the owning worker. Several may write to one descriptor: what is written at once is whole lines.
 * Errors:    a line that cannot be kept is counted in `dropped`; the next line that can says how many.
 * Source:    the combined log format of Apache's mod_log_config; pipe(7) on PIPE_BUF.
 */
#ifndef BATON_SERVE_ACCESS_LOG_H
#define BATON_SERVE_ACCESS_LOG_H

#include <stdint.h>

#include "base/buf.h"
#include "base/sv.h"

struct access_log {
    int fd; /* borrowed; -1 = off */
    struct buf lines;
    uint64_t dropped;
};

struct access_record {
    struct sv client; /* an address as text, or "unix:" */
    int64_t time;
    struct sv line; /* the request line; empty where there was none */
    int status;
    uint64_t bytes;
    struct sv referer;
    struct sv agent;
};

void access_log_init(struct access_log *log, int fd);
void access_log_fini(struct access_log *log);
void access_log_add(struct access_log *log, const struct access_record *r);

/* Write what waits, as far as that can be done without waiting. */
void access_log_flush(struct access_log *log);

#endif
