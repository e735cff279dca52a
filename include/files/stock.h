/* SPDX-License-Identifier: MIT */
/* files/stock.h: the entries that one worker keeps, by tree, path and coding, and what they may take.
 *
 * Counted is every entry that the stock was told of, until it ends: also one that is not kept any more, and that somebody is
 * still being sent. So the bounds hold however slow those who are sent are. Entries wait for their eviction in three queues:
 *     MISSING    tell of a path that it is not served; an eighth of the memory, as anybody can ask for any number of them
 *     IN_MEMORY  hold all that is sent
 *     OPEN       hold a file open
 * Eviction is second chance: one that was used since it was last at the front goes to the back instead of out, and so does
 * one that somebody is being sent, as nothing would be gained.
 *
 * Ownership: the stock holds a reference to each entry in it; it must outlive all that were counted.
 * Threads:   the owning worker.
 * Errors:    what cannot be kept is not; stock_init returns 0 or -ENOMEM.
 */
#ifndef BATON_FILES_STOCK_H
#define BATON_FILES_STOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/counters.h"
#include "base/list.h"
#include "files/entry.h"
#include "io/seats.h"

struct stock_limits {
    uint64_t memory;           /* bytes of all entries */
    uint32_t fds;              /* files kept open while nobody is sent them */
    struct seats *seats;       /* borrowed: each file takes one; NULL = they are not counted */
    struct counters *counters; /* borrowed: the worker's */
};

enum stock_kind { STOCK_MISSING, STOCK_IN_MEMORY, STOCK_OPEN, STOCK_KINDS };

struct stock {
    struct stock_limits limits;
    struct entry_account account;
    struct entry **bucket; /* owned */
    size_t n_buckets;      /* a power of two */
    size_t n;              /* entries in it */
    struct stock_queue {
        struct list order; /* the first goes first */
        size_t n;
    } queue[STOCK_KINDS];
    uint64_t missing; /* bytes of those in that queue */
    size_t to_sweep;  /* open files that this sweep has still to look at */
    bool closed;      /* nothing is taken in any more */
};

int stock_init(struct stock *s, const struct stock_limits *limits);
void stock_fini(struct stock *s);

/* The entry with this hash and key; NULL where it is not kept. */
struct entry *stock_find(const struct stock *s, uint64_t hash, const struct tree *tree, struct sv path,
                         enum coding coding);

/* Count an entry that was made; false where it holds a file open and there is no seat for one. */
bool stock_count(struct stock *s, struct entry *e);
/* Keep one that is counted, if it fits. */
void stock_add(struct stock *s, struct entry *e);
void stock_remove(struct stock *s, struct entry *e);

/* Is there, or can there be made, memory for a body of so many bytes? */
bool stock_has_room(struct stock *s, uint64_t bytes);
/* Close a file that nobody is being sent; false where there is none, or none was found soon enough. */
bool stock_evict_open(struct stock *s);

/* What becomes of an entry that holds a file open. STOCK_CLOSE: the file is of no use, so that it is closed, unless somebody is
 * being sent it; what was known of it stays, for the next that is loaded in its place (files/times). */
enum stock_verdict { STOCK_KEEP, STOCK_CLOSE, STOCK_FORGET };

/* Look at all open files, some of them at a time; those that are more than may be kept go. stock_sweep_begin starts with the
 * first; stock_sweep returns true while there are more to look at. */
void stock_sweep_begin(struct stock *s);
bool stock_sweep(struct stock *s, enum stock_verdict (*judge)(const struct entry *e, const void *of), const void *of);

/* Keep nothing any more. What is there goes, some at a time; true while there is more. */
bool stock_close(struct stock *s);

#endif
