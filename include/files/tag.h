/* SPDX-License-Identifier: MIT */
/* files/tag.h: which validators of a file can be trusted.
 *
 * A file's time tells its states apart only if it is a time at all (some tools set it to 0 or 1 everywhere), and if no
 * second change can bear the same one: so not while it is of this second, or lies ahead. Where it cannot be trusted,
 * Last-Modified is left out, and the entity tag is made of the content.
 *
 * Ownership: none.
 * Threads:   any; no state.
 * Errors:    none.
 * Units:     `now` in seconds since 1970.
 * Source:    RFC 9110 8.8.1 to 8.8.3.
 */
#ifndef BATON_FILES_TAG_H
#define BATON_FILES_TAG_H

#include <stdbool.h>
#include <stdint.h>

#include "files/root.h"

/* TAG_LATER: there is none until the content has been summed. */
enum tag_source { TAG_NONE, TAG_STAT, TAG_CONTENT, TAG_LATER };

/* What Last-Modified says; INT64_MAX where it is left out. */
int64_t tag_modified(const struct stamp *stamp, int64_t now);

/* What the entity tag is made of: `etag` is the site's (enum etag_mode). Content that is `at_hand` costs little, so it
 * is preferred for longer. */
enum tag_source tag_source(int etag, const struct stamp *stamp, int64_t now, bool at_hand);

/* Will the file's time be trusted later, though it is not today? */
bool tag_is_young(const struct stamp *stamp, int64_t now);

#endif
