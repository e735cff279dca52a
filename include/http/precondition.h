/* SPDX-License-Identifier: MIT */
/* http/precondition.h: does a request still want the file that it asks for?
 *
 * Ownership: borrows the request and the validators for the call.
 * Threads:   any; no state.
 * Errors:    none; a date that is none is ignored, and so is an entity tag that is malformed.
 * Source:    RFC 9110 13.1.2, 13.1.3, 13.1.5 and the order of 13.2.2; comparison of tags 8.8.3.2.
 */
#ifndef BATON_HTTP_PRECONDITION_H
#define BATON_HTTP_PRECONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sv.h"
#include "http/request.h"

/* What is known of the file. */
struct validators {
    struct sv etag;   /* with its quotes; empty where there is none */
    int64_t modified; /* seconds since 1970; what Last-Modified says */
    int64_t now;      /* seconds since 1970; dates later than this are not believed */
};

/* True where a 304 is the answer to this GET or HEAD. */
bool precondition_not_modified(const struct request *rq, const struct validators *v);

/* True where Range may be honoured: there is no If-Range, or it names exactly this file. */
bool precondition_if_range(const struct request *rq, const struct validators *v);

#endif
