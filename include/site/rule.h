/* SPDX-License-Identifier: MIT */
/* site/rule.h: what one line of a site's configuration says of some of its paths.
 *
 * Ownership: struct rules owns its table; the texts are views of the configuration, which must outlive it.
 * Threads:   made by one, read by all.
 * Errors:    rules_init returns 0 or -ENOMEM; rules_fini is due in both cases.
 */
#ifndef BATON_SITE_RULE_H
#define BATON_SITE_RULE_H

#include "base/sv.h"
#include "config/schema.h"

enum rule_kind {
#define RULE(key) RULE_##key,
#include "site/rule.def"
#undef RULE
    RULE_KINDS
};

struct rule {
    struct sv of;        /* which paths: a pattern; of `mime`, a name, or an extension with its dot */
    struct sv says;      /* what it says of them: a type, the value of Cache-Control */
    struct config_at at; /* where it is written */
};

struct rules {
    struct rule *v; /* owned */
    size_t n;
};

/* Of the values of one key. */
int rules_init(struct rules *r, const struct strings *values, enum key_id key, size_t section);
void rules_fini(struct rules *r);

/* The next behind `last` (NULL: the first of all) whose pattern fits the path that was asked for, or the file that it stands
 * for; NULL if there is none. */
const struct rule *rules_next(const struct rules *r, const struct rule *last, struct sv path, struct sv file);

#endif
