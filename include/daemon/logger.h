/* SPDX-License-Identifier: MIT */
/* daemon/logger.h: the thread that writes the access log of one generation.
 *
 * Each worker has a ring of its own. The thread sleeps until one of them has lines, lets more come for a moment, and writes
 * what there is: to a file in pieces as large as they lie there; to a pipe, a terminal or a socket in whole lines of
 * at most PIPE_BUF bytes together, which such a thing takes at once or not at all. A target that takes nothing stops this
 * thread and nobody else: the rings fill up, and what finds no room in them is dropped and counted.
 *
 * Who reads the logs learns of lines that are missing: the error log says how many, at once and then every ten seconds; and a
 * log in JSON has, where they are missing, the line {"time":"...","dropped":N}. The combined format has no form for it.
 *
 * Ownership: the logger owns its rings and its file, and copies what it needs of the configuration. logger_free gives all of
 *            it to the thread, which writes what is there, within LOGGER_END_MS, and ends.
 * Threads:   the master; logger_ring's are for the workers, which are gone when logger_free is called. logger_lost: any.
 * Errors:    logger_new returns 0 or -errno, after saying in the log what it could not do. A file that cannot be opened anew
 *            is said in the log, and the old one stays.
 * Source:    pipe(7) on PIPE_BUF; write(2).
 */
#ifndef BATON_DAEMON_LOGGER_H
#define BATON_DAEMON_LOGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "io/log_ring.h"

struct logger;

enum { LOGGER_RING = 1024 * 1024, LOGGER_END_MS = 2000 };

/* *l is NULL where there is no access log. */
int logger_new(struct logger **l, const struct config_log *config, size_t n_rings);
/* NULL of NULL. */
struct log_ring *logger_ring(struct logger *l, size_t i);
/* Open the file anew, soon: somebody has renamed the one that is open. */
void logger_reopen(struct logger *l);
/* Does not wait. */
void logger_free(struct logger **l);

/* Lines that the target did not take; those that found no room are counted by each ring. */
uint64_t logger_lost(const struct logger *l);

/* The process ends: wait until all that were freed have ended, for so long at most. False where one has not. */
bool loggers_join(uint64_t most_ms);

#endif
