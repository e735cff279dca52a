/* SPDX-License-Identifier: MIT */
/* files/caught.h: times that files kept while they changed.
 *
 * Which file had which content is remembered by its name, size and time, for all workers and across reloads: a release is
 * often turned in a moment when no cache holds the file. The memory is a table of fixed size, in which the latest displaces
 * what has its place; so a change may be missed, but none is seen where there was none.
 *
 * Ownership: borrows for the call; what is remembered is the process's.
 * Threads:   any; no locks. caught_forget is for tests.
 * Errors:    none.
 * Units:     nanoseconds since 1970.
 */
#ifndef BATON_FILES_CAUGHT_H
#define BATON_FILES_CAUGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sv.h"
#include "roots/root.h"

/* Is it one of the latest that were caught? */
bool caught_has(int64_t ns);
void caught_add(int64_t ns);

/* Another number once a time was caught. Read it before caught_has: what comes after that has changed it. */
uint32_t caught_count(void);

/* Could another file have this size and time? They do not tell of one with fractions of a second, nor of an empty one; for
 * one that is too large to be summed there is nothing better. */
bool caught_may_happen(const struct stamp *stamp);

/* Remember the file `name` below the root. True where the one that is remembered with its size and time had other content;
 * where the content of one of them is not in memory (its pointer is NULL): where it was another file. Reads all content:
 * for loading, not for requests. */
bool caught_look(const struct root *root, struct sv name, const struct stamp *now, struct sv content);

/* As if the process had just begun. */
void caught_forget(void);

#endif
