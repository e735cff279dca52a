/* SPDX-License-Identifier: MIT */
/* site/labels.h: what a site puts on a file by rules of its own: its type, and what caches are told.
 *
 * Ownership: what is returned are views of the site's configuration, or constants.
 * Threads:   any; no state.
 * Errors:    none; where no rule fits there is a default.
 */
#ifndef BATON_SITE_LABELS_H
#define BATON_SITE_LABELS_H

#include "base/sv.h"
#include "config/config.h"
#include "http/mime.h"

/* The row of the site's `mime` for a whole name, or else for its extension; mime.n where there is none, and the built-in
 * table decides. */
size_t labels_find_mime(const struct config_site *site, struct sv name);

/* A row that gives an extension another type than the built-in one takes its coding away too. */
struct mime labels_mime(const struct config_site *site, struct sv name);

/* The first of the site's `cache` whose pattern fits the path that was asked for, or the file that it stands for; cache.n
 * where there is none. */
size_t labels_find_cache(const struct config_site *site, struct sv path, struct sv file);

/* Its Cache-Control; empty where there is none. */
struct sv labels_cache_control(const struct config_site *site, struct sv path, struct sv file);

#endif
