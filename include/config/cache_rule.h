/* SPDX-License-Identifier: MIT */
/* config/cache_rule.h: the type CACHE, a rule of a site's `cache`: which paths, and what caches are told about them.
 *
 *     PATTERN AGE [immutable]     may be kept for so long, and with immutable need not be asked for again meanwhile
 *     PATTERN no-cache            may be kept, but is asked for again before each use
 *     PATTERN no-store            is not kept at all
 *
 * The first rule whose pattern (config/rule_pattern) matches decides; one for the same pattern as another is an
 * error. Kept as "PATTERN VALUE", with one space: VALUE is that of the field Cache-Control.
 *
 * Source: RFC 9111 5.2.2 (max-age, no-cache, no-store), RFC 8246 (immutable).
 */
#ifndef BATON_CONFIG_CACHE_RULE_H
#define BATON_CONFIG_CACHE_RULE_H

#include "config/type.h"

extern const struct value_type type_CACHE;

#endif
