/* SPDX-License-Identifier: MIT */
/* base/scribe.h: a thread that writes lines to a file, so that no other waits for its disk.
 *
 * Lines wait in memory, SCRIBE_ROOM bytes of them. Where the disk hangs for longer they are lost, and the file says how many
 * once it can be written again.
 *
 * Ownership: the scribe owns its file. scribe_free tells the thread to end, and nobody waits for that: it writes what is
 *            there, closes the file and frees the scribe.
 * Threads:   put: any, as long as nobody frees the scribe; it never blocks on a disk. new, reopen: any that may open files,
 *            as they may block; reopen one at a time. free, wait: any.
 * Errors:    new and reopen return 0 or -errno; without a thread there is no scribe, and a file that cannot be opened anew
 *            leaves the old one in use.
 * Units:     milliseconds, of CLOCK_MONOTONIC.
 */
#ifndef BATON_BASE_SCRIBE_H
#define BATON_BASE_SCRIBE_H

#include <stddef.h>

#include "base/thread.h"

struct scribe;

enum { SCRIBE_ROOM = 64 * 1024 };

/* `path` is opened first, and then `enter` is what the thread does first. */
int scribe_new(struct scribe **out, const char *path, struct thread_enter enter);
/* A line ends with '\n'. */
void scribe_put(struct scribe *s, const char *line, size_t len);
/* Open the file of that path anew: somebody has renamed the one that is open. What was put before may go to either. */
int scribe_reopen(struct scribe *s);
/* No-op for a NULL scribe. */
void scribe_free(struct scribe **out);

/* Wait until all lines of all scribes are written, and no longer than `most_ms`. */
void scribes_wait(unsigned most_ms);

#endif
