/* SPDX-License-Identifier: MIT */
/* config/resolve.h: make a struct config of a draft.
 *
 * Ownership: the configuration owns copies of everything.
 * Threads:   one.
 * Errors:    mistakes go to the draft's report, and the call returns 0; -ENOMEM else. What was made so far is the
 *            caller's to free with config_fini in any case.
 */
#ifndef BATON_CONFIG_RESOLVE_H
#define BATON_CONFIG_RESOLVE_H

#include "config/draft.h"

/* c->written is there, and gets the places. Sections that are not in the draft, but must be, are added to it: they hold
 * the defaults. */
int resolve(struct config *c, struct draft *d);

/* How many sections of a kind the configuration has; one of those without names. */
size_t resolve_count(const struct config *c, enum section_id id);

/* The structure of the i-th section of a kind; i is 0 for those without names. */
void *resolve_base(struct config *c, enum section_id id, size_t i);

#endif
