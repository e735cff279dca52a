/* SPDX-License-Identifier: MIT */
/* http/mime.h: which media type a file has, by its name.
 *
 * Ownership: the types are constants.
 * Threads:   any; no state.
 * Errors:    a name that the table does not know is "application/octet-stream".
 * Source:    the IANA registry of media types; http/mime.def is the table. RFC 9110 8.3.1, RFC 6838 4.2 (names).
 */
#ifndef BATON_HTTP_MIME_H
#define BATON_HTTP_MIME_H

#include "base/sv.h"
#include "http/negotiate.h"

struct mime {
    struct sv type;
    enum coding
        coding; /* that such a file is in as it lies there, and CODING_IDENTITY as a rule: an .svgz is in gzip */
};

/* The last segment of a path; a view of it. */
struct sv mime_name(struct sv path);
/* What follows the last dot of the last segment; empty where there is none. A view of `path`. */
struct sv mime_extension(struct sv path);

/* Without its dot, in any case of letters; of one that is not known, application/octet-stream. */
struct mime mime_of_extension(struct sv extension);

/* By its whole name, as it is written, or else by its extension, in any case of letters. */
struct mime mime_of(struct sv path);

/* How many bytes at the beginning may be the name of a type, a subtype or a parameter. */
size_t mime_type_name(struct sv s);

/* Is this a media type, type/subtype, perhaps with parameters, and without white space? */
bool mime_is_type(struct sv s);

#endif
