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
 * Source:    RFC 3986 2.1, 4.2, 5.2.4, 6.2.2.
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

/* Write the reference that leads from `raw` to the same place with a slash behind it, and return its length. `path` is what
 * path_read made of it, with no slash at its end; `room` takes 3 * raw.len + 3 bytes.
 *
 * It is the last segment as it was sent, and a slash: right also for a client of a proxy that takes a prefix away. Where
 * ".." was sent among escapes or empty segments, it is the whole path: a client takes the dots out by rules that see no
 * slash in "%2F" and count empty segments. It never names another host: it has no two slashes at its front, and '\',
 * which browsers take for a slash, is encoded like all bytes that no URI holds. */
size_t path_to_slash(struct sv raw, struct sv path, char *room);

#endif
