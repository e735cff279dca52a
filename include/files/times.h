/* SPDX-License-Identifier: MIT */
/* files/times.h: was a file's time written by a clock?
 *
 * Image builders and packers give all files one time that is none: 1970, 1980, that of some commit. The next release has
 * it too, so neither a tag made of it nor Last-Modified tells the two apart. Such a time is told
 *   - by lying before 1990, when nobody served files by HTTP;
 *   - by a file that changed, size and time as before, while the process ran (files/caught): then nobody's with that time
 *     is trusted any more;
 *   - by being a whole second (clocks write fractions), far older than the file's own change, and that of its neighbours.
 *     Of many neighbours only those with whole seconds count: what a container wrote as it started says nothing of the
 *     files that its image brought.
 *     Where the file system tells no time of a change but repeats the file's: far older than now.
 * Mirrors have old, whole seconds too, but each file its own.
 *
 * Ownership: struct times belongs to one worker; it owns what it remembers.
 * Threads:   the owning worker.
 * Errors:    none; what cannot be looked at is not there.
 * Units:     nanoseconds since 1970; milliseconds of the worker's clock.
 * Source:    RFC 9110 8.8.1, 8.8.2.2.
 */
#ifndef BATON_FILES_TIMES_H
#define BATON_FILES_TIMES_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/hash.h"
#include "files/entry.h"
#include "files/tag.h"
#include "roots/root.h"

/* Days by which a time must be older than the file's change to be doubted: where most neighbours have it; where there are
 * too few to tell. */
enum { TIMES_SHARED_DAYS = 30, TIMES_LONE_DAYS = 365 };

/* For people; of TIME_TRUSTED empty. */
const char *times_reason(enum time_verdict verdict);

enum { TIMES_SAMPLE = 16, TIMES_CANDIDATES = 2 * TIMES_SAMPLE, TIMES_DIRECTORIES = 32 };

/* Some of a directory's files. */
struct times_directory {
    uint64_t key; /* of which; 0 for none */
    uint64_t read_ms;
    uint32_t n;
    struct {
        uint64_t inode;
        int64_t modified_ns;
    } file[TIMES_SAMPLE];
};

/* Names of a directory's files: those with the least hashes, which are the same on each machine, in whatever order its file
 * system gives them. */
struct times_names {
    size_t n;
    struct {
        uint64_t hash;
        char name[NAME_MAX + 1];
    } file[TIMES_CANDIDATES];
};

struct times {
    struct hash_key key;
    struct times_directory directory[TIMES_DIRECTORIES]; /* by key */
    struct times_names names;                            /* of the directory that is read: large, so not on the stack */
    /* The file that was known by the path that is loaded next. */
    bool known;
    struct stamp before;
    struct entry *entry; /* counted; NULL where its content was not in memory */
};

void times_init(struct times *t);
void times_fini(struct times *t);

/* Below, `t` may be NULL: then neighbours are not looked at, and nothing is remembered. */

/* Of the file `name` below the root. Reads its directory where that has to be known and is not. */
enum time_verdict times_judge(struct times *t, const struct root *root, struct sv name, const struct stamp *stamp,
                              const struct clock *clock);

/* An entry is about to be loaded anew: what it was. */
void times_remember(struct times *t, struct entry *old);
/* What is there now, the file `name` below the root: true where its time is that of the one before, or of one that any
 * worker had by this name, and its content is not. Content that is not in memory (its pointer is NULL) counts as another
 * where the file is, and its time a whole second. The time is not trusted from then on, and the one before is forgotten. */
bool times_caught(struct times *t, const struct root *root, struct sv name, const struct stamp *now, struct sv content);
/* It is loaded. */
void times_forget(struct times *t);

/* Of an entry that was loaded a while ago: false where its time was caught since, so it must be loaded anew. */
bool times_stands(struct entry *e);

#endif
