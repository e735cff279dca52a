/* SPDX-License-Identifier: MIT */
/* text/source.h: the files, variables and arguments that a configuration is read from.
 *
 * Ownership: `struct sources` owns each source that it hands out; they live until sources_fini.
 * Threads:   one.
 * Errors:    0 or -errno. Nothing is kept of a file that fails.
 */
#ifndef BATON_TEXT_SOURCE_H
#define BATON_TEXT_SOURCE_H

#include "text/place.h"

enum { SOURCE_MAX = 1 << 20, SOURCES_MAX = 16 << 20, SOURCE_WAIT_MS = 30000 };

struct sources {
    struct source **v; /* owned, each and all */
    size_t n;
    size_t file_bytes; /* of all files */
};

void sources_fini(struct sources *all);

/* Read a file. What is none does not hold the caller, and is not even opened; but with may_wait a FIFO is read too,
 * such as /dev/stdin behind a pipe, for SOURCE_WAIT_MS at most.
 * Returns: 0
 *          -EISDIR, -ESPIPE, -ENXIO, -ENODEV   a directory, a FIFO, a socket, a device
 *          -EFBIG      more than SOURCE_MAX bytes
 *          -E2BIG      more than SOURCES_MAX bytes with the other files
 *          -ENODATA    nothing came through the FIFO
 *          -ETIMEDOUT  and nobody closed it
 *          -errno      of open(2), fstat(2) and read(2) */
int sources_read(struct sources *all, const char *path, bool may_wait, struct source **out);

/* Keep a copy of an option's argument; `ordinal` counts from 1. */
int sources_argument(struct sources *all, struct sv text, size_t ordinal, struct source **out);

/* Keep a copy of NAME=VALUE, a variable of the environment. */
int sources_variable(struct sources *all, struct sv text, struct source **out);

/* What -errno of sources_read means, and what to do about it. */
const char *sources_why(int err);

#endif
