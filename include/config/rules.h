/* SPDX-License-Identifier: MIT */
/* config/rules.h: rules between keys, and between sections.
 *
 * Ownership: none.
 * Threads:   one.
 * Errors:    mistakes go to the draft's report.
 */
#ifndef BATON_CONFIG_RULES_H
#define BATON_CONFIG_RULES_H

#include "config/draft.h"

/* `c` was made of the draft by resolve; a default that gives way to another key's value is changed in it. */
void rules_check(struct config *c, const struct draft *d);

#endif
