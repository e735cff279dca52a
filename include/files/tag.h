/* SPDX-License-Identifier: MIT */
/* files/tag.h: which validators of a file can be trusted.
 *
 * A file's time tells its states apart only if a clock wrote it (files/times), and if no second change can bear the same
 * one: so not while it is of this second, or lies ahead. Where it cannot be trusted, Last-Modified is left out, and the
 * entity tag is made of the content. Of a file that is too large for that, a time that is doubted must do, and one that
 * is none for certain does not; nor does any where a site has tags of content alone.
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

#include "roots/root.h"

/* TAG_LATER: there is none until the content has been summed. */
enum tag_source { TAG_NONE, TAG_STAT, TAG_CONTENT, TAG_LATER };

/* What is known of its time. */
enum time_verdict { TIME_TRUSTED, TIME_SHARED, TIME_LONE, TIME_EARLY, TIME_CAUGHT };

/* It is no time for certain. */
static inline bool time_is_false(enum time_verdict v)
{
    return v >= TIME_EARLY;
}

struct tag_file {
    const struct stamp *stamp; /* borrowed */
    enum time_verdict time;
    int etag; /* enum etag_mode: the site's */
    int64_t now;
};

/* What Last-Modified says; INT64_MAX where it is left out: with tags of content always, as who wants these does not trust
 * times. */
int64_t tag_modified(const struct tag_file *f);

/* What the entity tag is made of. Content that is `at_hand` costs little, so it is preferred for longer. */
enum tag_source tag_source(const struct tag_file *f, bool at_hand);

/* Will the file's time be trusted later, though it is not today? */
bool tag_is_young(const struct stamp *stamp, int64_t now);
/* Does it lie ahead, so that it will not be before that second? */
bool tag_is_ahead(const struct stamp *stamp, int64_t now);

#endif
