/* SPDX-License-Identifier: MIT */
/* http/precondition.h: does a request still want the file that it asks for?
 *
 * Ownership: borrows the request and the validators for the call.
 * Threads:   any; no state.
 * Errors:    none; a date that is none is ignored. An entity tag that is malformed matches nothing and ends its list, so
 *            that nothing behind it matches either; an asterisk counts only where it stands alone.
 * Source:    RFC 9110 13.1 and the order of 13.2.2; comparison of tags 8.8.3.2; dates as strong validators 8.8.2.2.
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
    int64_t modified; /* seconds since 1970; what Last-Modified says; INT64_MAX where it is left out */
    int64_t now;      /* seconds since 1970; for dates whose year has two digits */
};

enum verdict { VERDICT_GO, VERDICT_NOT_MODIFIED, VERDICT_FAILED };

/* For GET and HEAD: go on; answer 304; answer 412. */
enum verdict precondition_check(const struct request *rq, const struct validators *v);

/* The reason for 304 or 412: which of its fields decided. Takes what precondition_check said of the same request. */
enum why precondition_why(const struct request *rq, enum verdict verdict);

/* True where Range may be honoured: there is no If-Range, or it names exactly this file. */
bool precondition_if_range(const struct request *rq, const struct validators *v);

#endif
