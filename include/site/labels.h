/* SPDX-License-Identifier: MIT */
/* site/labels.h: what a site puts on a file by rules of its own: its type, and what caches are told.
 *
 * Ownership: what is returned are views of the site's, or constants.
 * Threads:   any; no state.
 * Errors:    none; where no rule fits there is a default.
 */
#ifndef BATON_SITE_LABELS_H
#define BATON_SITE_LABELS_H

#include "base/sv.h"
#include "http/mime.h"
#include "site/site.h"

/* The rule of the site's `mime` for a whole name, or else for its extension; NULL if there is none, and the built-in table
 * decides. */
const struct site_rule *labels_find_mime(const struct site *site, struct sv name);

/* A rule that gives an extension another type than the built-in one takes its coding away too. */
struct mime labels_mime(const struct site *site, struct sv name);

/* The first of the site's `cache` whose pattern fits the path that was asked for, or the file that it stands for; NULL if
 * there is none. */
const struct site_rule *labels_find_cache(const struct site *site, struct sv path, struct sv file);

/* Its Cache-Control; empty where there is none. */
struct sv labels_cache_control(const struct site *site, struct sv path, struct sv file);

#endif
