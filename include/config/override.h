/* SPDX-License-Identifier: MIT */
/* config/override.h: one key that is set from outside the files, by an option or a variable of the environment.
 *
 * Ownership: the parts borrow text of the sources, which also keep what is made of it.
 * Threads:   one.
 * Errors:    mistakes go to the draft's report, and the call returns 0; -ENOMEM else.
 */
#ifndef BATON_CONFIG_OVERRIDE_H
#define BATON_CONFIG_OVERRIDE_H

#include "config/draft.h"
#include "text/source.h"

struct override {
    struct ini_part kind;
    struct ini_part name; /* of the section; its length is 0 where it is left out */
    struct ini_part key;
    struct ini_part value; /* of a list, one on each line */
};

/* The part of a source of one line. */
struct ini_part override_part(const struct source *s, size_t at, size_t len);

/* Set the key. A name that is left out is that of the one section of the kind. */
int override_set(struct draft *d, struct sources *sources, const struct override *o);

/* The first section of a kind, or a new one with the default name; `at` is then what it is there for. *out is NULL after
 * an error. */
int override_open(struct draft *d, enum section_id id, struct place at, struct draft_section **out);

/* Make a relative path start in the current directory; its place stays where it was written. */
int override_absolute(struct draft *d, struct sources *sources, struct ini_part *path);

#endif
