/* SPDX-License-Identifier: MIT */
/* config/agree.h: do keys, and sections, agree with each other?
 *
 * Ownership: none.
 * Threads:   one.
 * Errors:    mistakes go to the draft's report.
 */
#ifndef BATON_CONFIG_AGREE_H
#define BATON_CONFIG_AGREE_H

#include "config/draft.h"

/* `c` was made of the draft by resolve; a default that gives way to another key's value is changed in it. */
void agree_check(struct config *c, const struct draft *d);

#endif
