/* SPDX-License-Identifier: MIT */
/* serve/response.h: put answers into a row of pieces.
 *
 * An answer is: a head that was written earlier, the tail that all answers of this second share (Date, Connection, the
 * empty line), and a body. Nothing is formatted on the way of an ordinary request.
 *
 * Ownership: pieces of an entry take references to it; tails are borrowed from struct tails, which stands still for
 *            the length of a turn.
 * Threads:   the owning worker.
 * Errors:    none; the caller has checked out_has_room.
 * Source:    RFC 9110 6.6.1 (Date), 9.3.2 (HEAD), 14.4, 14.6 (parts), 15; RFC 9112 9.6 (Connection); RFC 9530 (digests).
 */
#ifndef BATON_SERVE_RESPONSE_H
#define BATON_SERVE_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/sv.h"
#include "files/entry.h"
#include "http/range.h"
#include "io/out.h"
#include "serve/parts.h"

/* What the answer says about the connection: nothing, as HTTP/1.1 stays open; that it stays; that it ends. */
enum persist { PERSIST, PERSIST_SAID, PERSIST_NOT, PERSIST_KINDS };

enum { TAIL_MAX = 80 };

/* The ends of all heads of one second. */
struct tails {
    int64_t wall;
    struct {
        char text[TAIL_MAX];
        size_t len;
    } kind[PERSIST_KINDS];
};

/* Write them anew if the second has changed. */
void tails_refresh(struct tails *t, const struct clock *clock);

/* Where an answer goes, and what it is like; the same for all functions below. Each returns the bytes of body. */
struct response {
    struct out *out;           /* borrowed */
    const struct tails *tails; /* borrowed */
    enum persist persist;
    bool head_only;              /* the request was HEAD */
    bool varies;                 /* errors: the answer depends on Accept-Encoding */
    struct policy *policy;       /* errors and redirects: of the path, borrowed; NULL = nothing is said */
    struct sv etag;              /* parts and 304: the tag that the client knows it by */
    const struct entry_sum *sum; /* of files and parts, for Repr-Digest; NULL for none */
};

uint64_t response_file(const struct response *r, struct entry *e);
uint64_t response_part(const struct response *r, struct entry *e, const struct range *range);
/* `parts` goes to the row. */
uint64_t response_parts(const struct response *r, struct entry *e, struct parts *parts,
                        const struct boundary *boundary);
uint64_t response_beyond(const struct response *r, struct entry *e);
uint64_t response_not_modified(const struct response *r, struct entry *e);
uint64_t response_error(const struct response *r, int status);
uint64_t response_options(const struct response *r);
/* To the same place with a slash behind it, with the query that was sent; `raw` and `path` are as for path_to_slash. */
uint64_t response_slash(const struct response *r, struct sv raw, struct sv path, struct sv query);

/* The end of a head that stands elsewhere. */
void response_tail(const struct response *r);

/* Not an answer yet: go on and send the body. */
void response_continue(struct out *out);

#endif
