/* SPDX-License-Identifier: MIT */
/* fuzz_request.h: a request with some lines of one field (header only).
 *
 * Ownership: struct asking holds it all; the views of the request are into it.
 * Threads:   the fuzzer's own.
 * Errors:    false where the lines are not such as a field may have, or too many.
 */
#ifndef BATON_TESTS_FUZZ_REQUEST_H
#define BATON_TESTS_FUZZ_REQUEST_H

#include "fuzz.h"
#include "http/request.h"

enum { ASKING_BYTES = 8192, ASKING_FIELDS = 32 };

struct asking {
    char head[ASKING_BYTES];
    struct parse ps;
    struct parse_field fields[ASKING_FIELDS];
    struct request rq;
};

/* A GET; each line of `lines` is the value of one more field called `name`. */
static inline bool ask(struct asking *a, const char *name, struct sv lines)
{
    static const struct parse_limits limits = {.head_size = 65536, .target_size = 100, .field_count = ASKING_FIELDS};
    int len = snprintf(a->head, sizeof a->head, "GET / HTTP/1.1\r\nHost: a\r\n");

    do {
        struct sv line = fuzz_until(&lines, '\n');
        if (memchr(line.p != NULL ? line.p : "", '\0', line.len) != NULL ||
            line.len + 64 >= sizeof a->head - (size_t)len)
            return false;
        len += snprintf(a->head + len, sizeof a->head - (size_t)len, "%s: %.*s\r\n", name, SV_ARG(line));
    } while (lines.len > 0);
    len += snprintf(a->head + len, sizeof a->head - (size_t)len, "\r\n");
    parse_init(&a->ps, &limits, a->fields);
    return parse_head(&a->ps, a->head, (size_t)len) == PARSE_DONE && request_read(&a->rq, a->head, &a->ps) == 0;
}

#endif
