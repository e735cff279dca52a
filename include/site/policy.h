/* SPDX-License-Identifier: MIT */
/* site/policy.h: what all rules of a site together say of one path: lines for the heads of its answers.
 *
 * It is found once for each entry of the cache, those of missing files too, so that an answer costs the same with no rule
 * and with 2,000. Entries of which the same is said share one.
 *
 * Ownership: a policy is counted; policy_find gives the caller a reference. struct policies holds none: it knows those that
 *            are in use, and must outlive them.
 * Threads:   the owning worker; plain counts.
 * Errors:    policy_find returns 0 or -ENOMEM.
 */
#ifndef BATON_SITE_POLICY_H
#define BATON_SITE_POLICY_H

#include "base/list.h"
#include "base/ref.h"
#include "site/site.h"

/* On which answers about a path a line stands. */
enum policy_scope {
    POLICY_ALL,  /* on each, errors and redirects too */
    POLICY_FILE, /* on those that a file gives: 200, 206, 304 */
};

struct policy {
    struct ref ref;
    struct list link;
    struct sv all;  /* lines of POLICY_ALL, each with its CR LF */
    struct sv file; /* what a file's answers have: those, and then those of POLICY_FILE */
    size_t cost;    /* bytes that it takes */
};

struct policies {
    struct list in_use; /* the one found last stands first */
};

void policies_init(struct policies *all);

/* What the site says of a path, and of the file that it stands for (empty: it stands for none, and only lines of POLICY_ALL
 * are found). *found is NULL where it says nothing. */
int policy_find(struct policies *all, const struct site *site, struct sv path, struct sv file, struct policy **found);

#endif
