/* SPDX-License-Identifier: MIT */
/* http/mime.h: which media type a file has, by the end of its name.
 *
 * Ownership: the types are constants.
 * Threads:   any; no state.
 * Errors:    a name without a known ending is "application/octet-stream".
 * Source:    the IANA registry of media types; http/mime.def is the table.
 */
#ifndef BATON_HTTP_MIME_H
#define BATON_HTTP_MIME_H

#include "base/sv.h"

/* What follows the last dot of the last segment; empty where there is none. A view of `path`. */
struct sv mime_extension(struct sv path);

/* The type of an extension (without its dot), in any case of letters. */
struct sv mime_of_extension(struct sv extension);

#endif
