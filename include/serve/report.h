/* SPDX-License-Identifier: MIT */
/* serve/report.h: answers that are made when they are asked for, instead of read from files.
 *
 * What is there, and what it says, is the reporter's; the rest of HTTP is done here: HEAD, 404 for what it does not
 * know, and heads that keep every cache and every other page from it. No ranges, conditions or codings.
 *
 * Ownership: the reporter is borrowed. A report lives on the heap until its last byte is sent.
 * Threads:   the reporter is called by the worker that serves the request.
 * Errors:    report_answer: without memory the answer is a 503.
 * Source:    RFC 9111 5.2.2.5 (no-store); the fetch standard on X-Content-Type-Options.
 */
#ifndef BATON_SERVE_REPORT_H
#define BATON_SERVE_REPORT_H

#include "base/buf.h"
#include "serve/answer.h"

struct report {
    int status;       /* one of http/status.def; 200 unless it is set */
    struct sv type;   /* Content-Type, "; charset=utf-8" with it; a constant */
    struct sv policy; /* of a page: Content-Security-Policy, borrowed until the call to report_answer is over */
    struct buf body;  /* to be filled */
};

struct reporter {
    /* 0, -ENOENT, or -ENOMEM. */
    int (*make)(void *context, struct sv path, struct report *report);
    void *context; /* borrowed */
};

/* Of a worker that reports: the answer is the reporter's. */
bool report_step(struct answer *a);

/* Put the answer into the row: the bytes of body, and in `*status` its status. */
uint64_t report_answer(const struct reporter *reporter, const struct response *r, struct sv path, int *status);

#endif
