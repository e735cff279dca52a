/* SPDX-License-Identifier: MIT */
/* site/types.h: the type of a file, by the rules of its site or by the built-in table.
 *
 * Ownership: what is returned are views of the site's, or constants.
 * Threads:   any; no state.
 * Errors:    none; where no rule fits there is a default.
 */
#ifndef BATON_SITE_TYPES_H
#define BATON_SITE_TYPES_H

#include "base/sv.h"
#include "http/mime.h"
#include "site/site.h"

/* The rule of the site's `mime` for a whole name, or else for its extension; NULL if there is none, and the built-in table
 * decides. */
const struct rule *types_find(const struct site *site, struct sv name);

/* A rule that gives an extension another type than the built-in one takes its coding away too. */
struct mime types_of(const struct site *site, struct sv name);

#endif
