/* SPDX-License-Identifier: MIT */
/* files/content.h: the bytes of an entry, from its file.
 *
 * Ownership: borrows the entry and the descriptor.
 * Threads:   the owning worker.
 * Errors:    content_read returns 0 or -errno of pread(2); -ERANGE where the file does not have just as many bytes as the
 *            entry has room for.
 * Source:    pread(2).
 */
#ifndef BATON_FILES_CONTENT_H
#define BATON_FILES_CONTENT_H

#include <stdint.h>

#include "files/entry.h"

/* All of the file into the entry's body. */
int content_read(struct entry *e, int fd);

/* How large the original of a sibling is, as the sibling's bytes tell it, from memory or through its descriptor; else
 * CODED_SIZE_UNKNOWN. */
uint64_t content_of_original(const struct entry *e);

#endif
