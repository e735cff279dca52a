/* SPDX-License-Identifier: MIT */
/* files/sums.h: the SHA-256 of files that are too large to be read between two requests.
 *
 * One thread reads them, one after the other, so that no worker waits for a disk. What it found is kept in a table of
 * fixed size, by the file's stamp, for all workers.
 *
 * Ownership: sums_get borrows the descriptor and takes a duplicate of its own where it has to.
 * Threads:   sums_new, sums_free: the master, which waits for no disk; sums_get, sums_news: any. A mutex guards the table: the one lock on a request's way,
 *            taken where a client asks for a digest, or a tag is made of content, and the entry does not know it yet.
 * Errors:    sums_new returns 0 or -errno. A file that cannot be read, or changes meanwhile, stays SUM_LATER.
 * Source:    RFC 9530 (what it is for), pthreads(7).
 */
#ifndef BATON_FILES_SUMS_H
#define BATON_FILES_SUMS_H

#include <stdint.h>

#include "base/sha256.h"
#include "base/thread.h"
#include "roots/root.h"

/* SUM_READY: it is in `sum`. SUM_LATER: ask again. SUM_NEVER: the file is too large. */
enum sum_state { SUM_READY, SUM_LATER, SUM_NEVER };

/* Larger files are not summed: reading them would take seconds in which all others wait. */
enum { SUM_FILE_MAX = 256 * 1024 * 1024 };

struct sums;

/* `enter` is what its thread gives up first. */
int sums_new(struct sums **sums, struct thread_enter enter);
/* Its thread ends, in the middle of a file if need be. It may hang, as disks may: nobody waits for it. */
void sums_free(struct sums **sums);

/* The sum of the file that fd is open on, in the state that the stamp tells. Where `s` is NULL, nothing is summed. */
enum sum_state sums_get(struct sums *s, int fd, const struct stamp *stamp, uint8_t sum[SHA256_LEN]);

/* Another number once a file was summed, or could not be: until then there is no use in asking again. */
uint32_t sums_news(struct sums *s);

#endif
