/* SPDX-License-Identifier: MIT */
/* ask.h: conditional requests in a table, and a file to ask them of (header only).
 *
 * Ownership: none.
 * Threads:   the test's own.
 * Errors:    a row that is no request, or is answered otherwise than it says, fails the test.
 */
#ifndef BATON_TESTS_ASK_H
#define BATON_TESTS_ASK_H

#include "guard.h"
#include "http/precondition.h"
#include "make_request.h"

/* Sun, 06 Nov 1994 08:49:37 GMT, and a day later it is asked for. */
enum { MODIFIED = 784111777, NOW = MODIFIED + 86400 };

#define DATE_BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define DATE_SAME   "Sun, 06 Nov 1994 08:49:37 GMT"
#define DATE_AFTER  "Sun, 06 Nov 1994 08:49:38 GMT"
#define DATE_NOW    "Mon, 07 Nov 1994 08:49:37 GMT"
#define DATE_FUTURE "Mon, 07 Nov 1994 08:49:38 GMT"

enum { GO = VERDICT_GO, SAME = VERDICT_NOT_MODIFIED, FAILED = VERDICT_FAILED };

struct row {
    const char *lines;
    int want;
};

typedef int question(const struct request *rq, const struct validators *v);

static inline int ask_check(const struct request *rq, const struct validators *v)
{
    return (int)precondition_check(rq, v);
}

static inline int ask_if_range(const struct request *rq, const struct validators *v)
{
    return precondition_if_range(rq, v);
}

/* The last value of each head is read again where the first byte behind it is nobody's. */
static inline void expect_answers(question *ask, const struct validators *v, const struct row *rows, size_t n)
{
    struct guard g = guard_new(1024);

    for (size_t i = 0; i < n; i++) {
        char head[1024];
        struct made_request m;
        size_t len = (size_t)snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", rows[i].lines);
        expect(make_request(&m, sv_of(head, len)) == 0, "%s: refused", rows[i].lines);
        expect(request_read(&m.rq, guard_put(&g, head, len - strlen("\r\n\r\n")), &m.ps) == 0, "%s", rows[i].lines);
        int got = ask(&m.rq, v);
        expect(got == rows[i].want, "%s: %d, not %d", rows[i].lines, got, rows[i].want);
    }
    guard_free(&g);
}

#endif
