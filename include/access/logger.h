/* SPDX-License-Identifier: MIT */
/* access/logger.h: the thread that writes the access log of one generation.
 *
 * Each worker has a queue of its own, which holds seconds of it. The thread sleeps until one of them has lines, lets more
 * come for a moment, merges them in the order in which their answers ended, makes text of the workers' records, and writes
 * it: to a file in large pieces; to a pipe, a terminal or a socket in whole lines of at most PIPE_BUF bytes together. A
 * target that takes nothing stops this thread and nobody else: the queues fill up. What finds no room in them is dropped
 * and counted; with full = wait no answer is begun whose line would find none, and a line that the target refuses is
 * offered until it is taken.
 *
 * Who reads the logs learns of lines that are missing: the error log says how many and why, at once and then every ten
 * seconds; and a log in JSON has, where they are missing, the line {"time":"...","dropped":N}. The combined format has no
 * form for it. That requests wait is said in the error log at the same pace.
 *
 * A retired generation's lines do not wait for a target that takes nothing for LOGGER_END_MS: its memory is given back. With
 * full = wait they do.
 *
 * Ownership: the caller's from logger_new to logger_free, and its thread's, whichever is the later to let go of it: after
 *            logger_free the thread writes what is there, as long as the target takes any of it within LOGGER_END_MS, and
 *            ends; nobody waits for it.
 * Threads:   new, ring, retire, count, free: the master. The queues are for the workers, which are gone when logger_free is
 *            called. logger_reopen: any thread that may open files; one at a time for one logger, and not while the master
 *            calls logger_free. It may block on a disk; the thread goes on with the old file until it is done.
 *            loggers_missing_late: any.
 * Errors:    logger_new returns 0 or -errno. A file that cannot be opened anew is said in the log, and the old one stays;
 *            that it could be after all is said too.
 * Source:    pipe(7) on PIPE_BUF; write(2).
 */
#ifndef BATON_ACCESS_LOGGER_H
#define BATON_ACCESS_LOGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access/ring.h"
#include "base/thread.h"
#include "config/config.h"

struct logger;

/* LOGGER_RING holds two seconds of a worker that answers 100,000 requests a second, at 300 bytes a record. Where requests
 * wait it needs to hold what comes while the disk is slow for a moment. */
enum { LOGGER_RING = 64 * 1024 * 1024, LOGGER_WAIT_RING = 8 * 1024 * 1024 };

/* A target that takes nothing has so long at the end; a process that nobody waits for gives one that is slow so long. */
enum { LOGGER_END_MS = 600, LOGGER_LEAVE_MS = 5000 };

struct logger_options {
    const struct config_log *config; /* borrowed for the call */
    size_t n_rings;
    uint64_t memory;           /* bytes that all queues together may take; LOGGER_RING for each is enough */
    struct thread_enter enter; /* what the thread gives up first; it has its file by then */
};

/* *l is NULL where there is no access log. */
int logger_new(struct logger **l, const struct logger_options *options);
/* Of worker i. NULL for a NULL logger. */
struct log_ring *logger_ring(struct logger *l, size_t i);

/* Open the file anew: somebody has renamed the one that is open. The thread turns to it between two writes. With `again` it is
 * tried after a time when some log could not be opened, and a failure is not said twice. 0 or -errno. */
int logger_reopen(struct logger *l, bool again);
/* Its generation retires. */
void logger_retire(struct logger *l);
/* The figures have so many of its lines as missing. Those that go missing after logger_free, all loggers' together, are told by
 * loggers_missing_late, once their thread has ended. */
void logger_count(struct logger *l, uint64_t missing);
uint64_t loggers_missing_late(void);
void logger_free(struct logger **l);

/* The process ends: wait for the threads of all that were freed, and no longer than `most_ms`. What they have not written a
 * moment before is missing. False where one is stuck. */
bool loggers_join(uint64_t most_ms);

#endif
