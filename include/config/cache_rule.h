/* SPDX-License-Identifier: MIT */
/* config/cache_rule.h: one rule of a site's `cache`: which paths, and what caches are told about them.
 *
 *     PATTERN AGE [immutable]     may be kept for so long, and with immutable need not be asked for again meanwhile
 *     PATTERN no-cache            may be kept, but is asked for again before each use
 *     PATTERN no-store            is not kept at all
 *
 * A pattern (http/pattern) begins with '/' or '*' and holds no white space. It is compared with the path as
 * http/path gives it: percent-encoding is undone, and the query is no part of it.
 *
 * Ownership: a rule borrows the text that it was read from.
 * Threads:   any. Pure.
 * Errors:    a fault, which says what to write instead; cache_rule_print: -ENOMEM.
 * Units:     ages in seconds.
 * Source:    RFC 9111 5.2.2 (max-age, no-cache, no-store), RFC 8246 (immutable).
 */
#ifndef BATON_CONFIG_CACHE_RULE_H
#define BATON_CONFIG_CACHE_RULE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/sv.h"
#include "text/fault.h"

enum { CACHE_AGE_MAX = 10 * 31536000 };

struct cache_rule {
    struct sv pattern;
    struct sv directive; /* no-cache or no-store; its length is 0 where there is an age */
    uint64_t age;
    bool immutable;
};

/* `text` is trimmed, and not empty. */
bool cache_rule_read(struct sv text, struct cache_rule *rule, struct fault *fault);

/* Append "PATTERN VALUE", one space between them: VALUE is that of the field Cache-Control. */
int cache_rule_print(struct buf *b, const struct cache_rule *rule);

#endif
