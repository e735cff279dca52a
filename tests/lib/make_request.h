/* SPDX-License-Identifier: MIT */
/* make_request.h: from the bytes of a head to a struct request (header only).
 *
 * Ownership: struct made_request holds the pieces; the bytes stay the caller's and must outlive it.
 * Threads:   the test's own.
 * Errors:    a head that http/parse refuses fails the test; what http/request says is returned.
 */
#ifndef BATON_TESTS_MAKE_REQUEST_H
#define BATON_TESTS_MAKE_REQUEST_H

#include "expect.h"
#include "http/request.h"

struct made_request {
    struct parse ps;
    struct parse_field fields[32];
    struct request rq;
};

/* Nothing of *m is zero to begin with: what request_read does not set, a test shall see. */
static inline int make_request(struct made_request *m, struct sv head)
{
    static const struct parse_limits limits = {.head_size = 65536, .target_size = 8192, .field_count = 32};

    memset(m, 0xa5, sizeof *m);
    parse_init(&m->ps, &limits, m->fields);
    enum parse_result result = parse_head(&m->ps, head.p, head.len);
    expect(result == PARSE_DONE, "not a head (%d, status %u): %.*s", result, m->ps.status, SV_ARG(head));
    return request_read(&m->rq, head.p, &m->ps);
}

#endif
