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
    POLICY_ALL,  /* on each that an entry gives, errors and redirects too */
    POLICY_FILE, /* on those that a file gives: 200, 206, 304 */
};

/* Which of the rules that fit count. */
enum policy_count { POLICY_FIRST, POLICY_EACH };

enum { POLICY_KINDS = 1 };

struct head;

/* A kind of rules, and the line that one of them writes. */
struct policy_kind {
    const char *label; /* of its rules in --explain */
    enum rule_kind rules;
    enum policy_scope scope;
    enum policy_count count;
    void (*say)(struct head *h, const struct rule *rule);
};

extern const struct policy_kind policy_kinds[POLICY_KINDS];

/* The next rule behind `last` (NULL: the first of all) that counts; NULL if there is none. Those of POLICY_FILE are asked only
 * where there is a file. */
const struct rule *policy_next(const struct policy_kind *kind, const struct site *site, struct sv path, struct sv file,
                               const struct rule *last);

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
