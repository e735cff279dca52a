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
#include "files/entry.h"
#include "files/sums.h"
#include "files/times.h"
#include "files/tree.h"
#include "roots/root.h"

/* Whoever keeps what is loaded says whether so many bytes of content can be. */
struct load_room {
    bool (*has)(void *of, uint64_t bytes);
    void *of;
};

struct load_options {
    uint64_t body_max;     /* larger files stay behind their descriptor */
    struct load_room room; /* so do others while there is none; NULL = there always is */
    struct sums *sums;     /* borrowed */
    struct times *times;   /* borrowed; NULL = no neighbours are looked at, and no file is remembered */
};

/* The file that a path stands for. */
struct entry *load_path(const struct load_options *options, struct tree *tree, struct sv path,
                        const struct clock *clock);

/* The same file in another coding, if it lies there. */
struct entry *load_sibling(const struct load_options *options, struct tree *tree, const struct entry *original,
                           enum coding coding, const struct clock *clock);

/* Have the file's sum in e->sum: at once where it is small, else through files/sums. */
enum sum_state load_sum(const struct load_options *options, struct entry *e);
/* Would load_sum have it at once? */
bool load_sum_is_at_hand(const struct entry *e);

#endif
