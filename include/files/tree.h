/* SPDX-License-Identifier: MIT */
/* files/tree.h: a site as one worker serves it: the directory that its root leads to now. The worker's cache keeps the
 * entries of all of its trees.
 *
 * Ownership: borrows the site and what is shared; the tree owns its root. Entries borrow their tree, so it must outlive them
 *            and stay where it is.
 * Threads:   the owning worker.
 * Errors:    tree_init returns 0 or -errno, of the root's open(2) as a rule; tree_fini is due in both cases.
 */
#ifndef BATON_FILES_TREE_H
#define BATON_FILES_TREE_H

#include "roots/root.h"
#include "site/policy.h"

struct tree {
    const struct site *site; /* borrowed */
    struct root root;
    struct policies policies; /* those that its entries have */
    uint64_t seed;            /* the cache's: of the hashes of its paths */
};

/* `swaps`: of the root, shared by all workers; NULL = none do. */
int tree_init(struct tree *t, const struct site *site, struct root_swaps *swaps);
void tree_fini(struct tree *t);

#endif
