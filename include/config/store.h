/* SPDX-License-Identifier: MIT */
/* config/store.h: members of struct config by the rows of the schema: set, freed, and written as text; and what types
 * that keep text share to do so.
 *
 * `base` is the structure of the key's section: struct config_server for a key of [server].
 *
 * Ownership: what store_set allocates belongs to the structure, and store_free gives it back.
 * Threads:   one; config_load only.
 * Errors:    0 or -ENOMEM.
 */
#ifndef BATON_CONFIG_STORE_H
#define BATON_CONFIG_STORE_H

#include "config/schema.h"

/* Store a value that value_check let pass, one word of those of a type that shares lines: in place of what a scalar
 * holds, or behind what a list does. */
int store_set(const struct schema_key *k, void *base, struct sv text);

/* Give back what the key's member holds. */
void store_free(const struct schema_key *k, void *base);

/* Append a scalar's value, in the shortest form that reads back as the same. */
int store_print(struct buf *b, const struct schema_key *k, const void *base);

/* A terminated copy of a view, the caller's; NULL without memory. */
char *store_copy(struct sv text);

/* Members of a struct value_type that keeps text. */
int store_as_written(const struct schema_key *k, void *member, struct sv text);
void store_clear_text(void *member);
void store_clear_list(void *member);
int store_print_text(struct buf *b, const struct schema_key *k, const void *member);

/* For types: store a text that was made, unless making it failed with `err`. The text is freed in any case. */
int store_made(const struct schema_key *k, void *member, struct buf *made, int err);

#endif
