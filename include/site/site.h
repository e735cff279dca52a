/* SPDX-License-Identifier: MIT */
/* site/site.h: what a site is, once its keys are read: compiled when a generation opens, const from then on, and shared by
 * all workers. Each rule knows where it is written.
 *
 * Ownership: a site owns its rules; all else it borrows from the configuration, which must outlive it.
 * Threads:   made by one, read by all.
 * Errors:    sites_init returns 0 or -ENOMEM; sites_fini is due in both cases.
 */
#ifndef BATON_SITE_SITE_H
#define BATON_SITE_SITE_H

#include "base/sv.h"
#include "config/config.h"
#include "config/schema.h"
#include "http/negotiate.h"
#include "site/hosts.h"
#include "site/rule.h"

/* The codings that are looked for beside a file, the preferred one first. */
struct codings {
    uint8_t order[CODING_COUNT]; /* enum coding */
    size_t n;
};

struct site {
    size_t section; /* [site NAME]: which of them */
    const char *name;
    const char *root;
    const struct strings *index; /* for a directory, the first of these that is there */
    enum etag_mode etag;
    struct codings codings;
    struct rules rules[RULE_KINDS];
};

struct sites {
    struct site *v; /* owned */
    size_t n;
    struct hosts hosts; /* which of them a request is for */
};

int sites_init(struct sites *all, const struct config *config);
void sites_fini(struct sites *all);

/* One of them. 0 or -ENOMEM; site_fini is due in both cases. */
int site_init(struct site *s, const struct config_site *config, size_t section);
void site_fini(struct site *s);

/* Where a value of the site's is written. */
static inline struct config_at site_at(const struct site *s, enum key_id key, size_t value)
{
    return (struct config_at){key, s->section, value};
}

#endif
