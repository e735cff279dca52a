/* SPDX-License-Identifier: MIT */
/* http/path.h: from the path of a target to a path below a root.
 *
 * Decodes percent-encoding once, folds runs of slashes, and removes dot segments after decoding, so "%2e%2e" is "..",
 * and "%2f" parts segments like "/" does. The result begins with "/", is the one spelling of its place, and keeps a
 * slash at its end.
 *
 * Ownership: the result is a view of `raw` where nothing had to change, else of `room`.
 * Threads:   any; no state.
 * Errors:    path_read returns WHY_NONE, or a reason for 400: malformed encoding, a NUL byte, a climb above the root.
 * Source:    RFC 3986 2.1, 5.2.4, 6.2.2.
 */
#ifndef BATON_HTTP_PATH_H
#define BATON_HTTP_PATH_H

#include <stdbool.h>

#include "base/sv.h"
#include "http/why.h"

/* `raw` begins with '/'. `room` has space for raw.len bytes at least. */
enum why path_read(struct sv raw, char *room, struct sv *path);

/* Does a segment begin with a dot, other than a first segment of ".well-known" (RFC 8615)? Takes a path_read result. */
bool path_is_hidden(struct sv path);

/* Write the path in the encoding of URIs; `room` takes 3 bytes for each byte of the path. Returns the length. */
size_t path_encode(struct sv path, char *room);

#endif
