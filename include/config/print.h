/* SPDX-License-Identifier: MIT */
/* config/print.h: a configuration as text that batond reads: what is in effect, and what the defaults are.
 *
 * Ownership: the text is the caller's.
 * Threads:   one.
 * Errors:    0 or -ENOMEM.
 */
#ifndef BATON_CONFIG_PRINT_H
#define BATON_CONFIG_PRINT_H

#include "config/draft.h"

/* Every section and key in effect, each line with its origin. It reads back as the same configuration, but for
 * includes: what they brought is here already, and they are shown as comments. */
int print_effective(struct buf *b, struct config *c, const struct draft *d);

/* Every section and key with its default, what it takes, and its line of help. */
int print_defaults(struct buf *b);

#endif
