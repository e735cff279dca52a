/* SPDX-License-Identifier: MIT */
/* http/request.h: what a request head means.
 *
 * Takes the pieces that http/parse found and checks all that RFC 9112 lets a server check before it does anything:
 * version, target, Host, framing, persistence, expectations. What two servers in a row could read differently is
 * refused.
 *
 * Ownership: every view borrows the bytes of the head and dies with them.
 * Threads:   any; no state.
 * Errors:    request_read returns 0, or the status to answer before the connection is closed.
 * Source:    RFC 9112 3, 6, 9; RFC 9110 7, 9, 10.1.1.
 */
#ifndef BATON_HTTP_REQUEST_H
#define BATON_HTTP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sv.h"
#include "http/parse.h"

enum method {
#define METHOD(name, served, content) METHOD_##name,
#include "http/method.def"
#undef METHOD
    METHOD_UNKNOWN
};

enum field {
#define FIELD(id, name, repeated) FIELD_##id,
#include "http/field.def"
#undef FIELD
    FIELD_COUNT,
    FIELD_OTHER = FIELD_COUNT
};

enum body_kind { BODY_NONE, BODY_LENGTH, BODY_CHUNKED };

struct request {
    const char *bytes;        /* borrowed: the head */
    const struct parse *head; /* borrowed: its pieces */
    enum method method;
    bool http11;     /* false: the peer speaks HTTP/1.0 */
    bool keep_alive; /* the peer wants the connection to stay */
    bool wants_100;  /* Expect: 100-continue */
    bool asterisk;   /* OPTIONS * */
    uint8_t why;     /* enum why: of the status that request_read returned */
    enum body_kind body;
    uint64_t content_length; /* of BODY_LENGTH */
    struct sv line;          /* the request line without its CRLF */
    struct sv host;          /* authority of the target, else Host; may be empty */
    struct sv path;          /* still encoded, begins with '/' */
    struct sv query;         /* behind the '?'; its pointer is NULL where there is no '?' */
    /* The first line of each, or nothing for one that is void; NULL where there is none. */
    struct sv field[FIELD_COUNT];
};

/* Read the head that parse_head found in `bytes`. */
int request_read(struct request *rq, const char *bytes, const struct parse *head);

/* The next line named `field` from line *at on, as a view whose pointer is NULL when there is none left. */
struct sv request_next(const struct request *rq, enum field field, uint32_t *at);

/* The one before line *at, which is head->n_fields at first. */
struct sv request_previous(const struct request *rq, enum field field, uint32_t *at);

/* May this method be asked of a file? */
bool method_is_served(enum method method);

#endif
