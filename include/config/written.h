/* SPDX-License-Identifier: MIT */
/* config/written.h: where each value of a configuration was written, for as long as the configuration lives.
 *
 * Ownership: it owns the sources, and so the text that places point into.
 * Threads:   filled by one, config_load; const from then on.
 * Errors:    0 or -ENOMEM.
 */
#ifndef BATON_CONFIG_WRITTEN_H
#define BATON_CONFIG_WRITTEN_H

#include "config/schema.h"
#include "text/source.h"

struct written_value {
    struct config_at at;
    struct place place;
};

struct written {
    struct sources sources;
    struct written_value *v; /* owned */
    size_t n;
    size_t cap;
};

/* NULL without memory. */
struct written *written_new(void);

/* Also for NULL. */
void written_free(struct written **out);

/* Where a value is, which has no place yet. */
int written_add(struct written *w, struct config_at at, struct place place);

/* NULL for a default. */
const struct place *written_find(const struct written *w, struct config_at at);

/* Append "/etc/baton/baton.ini:7", "environment:NAME", "command line"; or "default" for NULL. */
int written_print(struct buf *to, const struct place *place);

#endif
