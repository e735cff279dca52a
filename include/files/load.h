/* SPDX-License-Identifier: MIT */
/* files/load.h: from a path to an entry, through the file system.
 *
 * Only regular files are opened for reading: what a name leads to is looked at through an O_PATH descriptor first, so
 * no FIFO is joined and no device touched. A small file is read whole, and read again if it changed meanwhile.
 *
 * Ownership: borrows everything; the entry that is returned has one reference, the caller's.
 * Threads:   the owning worker.
 * Errors:    what goes wrong becomes an entry with the status that says it: 404, 403, 500, 503. NULL without memory.
 * Source:    open(2), statx(2).
 */
#ifndef BATON_FILES_LOAD_H
#define BATON_FILES_LOAD_H

#include "base/clock.h"
#include "config/config.h"
#include "files/entry.h"
#include "files/root.h"

struct load_options {
    const struct config_site *site; /* borrowed */
    uint64_t body_max;              /* larger files stay behind their descriptor */
};

struct entry *load_path(const struct load_options *options, const struct root *root, struct sv path,
                        const struct clock *clock);

#endif
