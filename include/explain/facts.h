/* SPDX-License-Identifier: MIT */
/* explain/facts.h: what --explain says of the file behind an answer, and which rules of the site made its head.
 *
 * Ownership: borrows everything.
 * Threads:   one.
 * Errors:    none.
 */
#ifndef BATON_EXPLAIN_FACTS_H
#define BATON_EXPLAIN_FACTS_H

#include <stdio.h>

#include "config/config.h"
#include "files/entry.h"
#include "serve/serve.h"

struct facts {
    const struct config *config;
    const struct site *site;
    const struct serve *serve; /* to look at files with */
    struct sv path;            /* that is asked for */
    bool coded;                /* the request has an Accept-Encoding */
    const struct entry *plain; /* what lies at the path, without a coding */
    const struct entry *sent;  /* what answers: that, or its sibling */
};

void facts_say(const struct facts *f, FILE *to);

#endif
