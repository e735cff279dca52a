/* SPDX-License-Identifier: MIT */
/* config/source.h: the files, variables and arguments that a configuration is read from.
 *
 * Ownership: `struct sources` owns each source that it hands out; they live until sources_fini.
 * Threads:   one.
 * Errors:    0 or -errno; -EFBIG for a file of more than SOURCE_MAX bytes. Nothing is kept of a file that fails.
 */
#ifndef BATON_CONFIG_SOURCE_H
#define BATON_CONFIG_SOURCE_H

#include "config/place.h"

enum { SOURCE_MAX = 1 << 20 };

struct sources {
    struct source **v; /* owned, each and all */
    size_t n;
};

void sources_fini(struct sources *all);

/* Read a file. */
int sources_read(struct sources *all, const char *path, struct source **out);

/* Keep a copy of an option's argument; `ordinal` counts from 1. */
int sources_argument(struct sources *all, struct sv text, size_t ordinal, struct source **out);

/* Keep a copy of NAME=VALUE, a variable of the environment. */
int sources_variable(struct sources *all, struct sv text, struct source **out);

/* What -errno of sources_read means, and what to do about it. */
const char *sources_why(int err);

#endif
