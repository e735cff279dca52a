/* SPDX-License-Identifier: MIT */
/* Sites, one by one, as a worker has them. */

#include "files/tree.h"

int tree_init(struct tree *t, const struct site *site, struct root_swaps *swaps)
{
    *t = (struct tree){.site = site, .root = {.fd = -1}};
    policies_init(&t->policies);
    return root_init(&t->root, site->root, swaps);
}

void tree_fini(struct tree *t)
{
    root_fini(&t->root);
}
