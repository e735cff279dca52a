/* SPDX-License-Identifier: MIT */
/* explain/question.h: the request that a client would send for a URL, and the listener that it would come in by.
 *
 * Ownership: views are of the arguments and the configuration.
 * Threads:   one.
 * Errors:    question_write: 0 or -ENOMEM. Nothing is refused here: that is for those who refuse it on a real request's way.
 * Source:    RFC 9112 3 (request line, Host), RFC 9110 4.2 (http and https).
 */
#ifndef BATON_EXPLAIN_QUESTION_H
#define BATON_EXPLAIN_QUESTION_H

#include "base/buf.h"
#include "config/config.h"

/* What the command line asks. */
struct question {
    const char *url;          /* "/path" or "http://host:port/path"; another goes to the server as it is */
    const char *method;       /* NULL = GET */
    const char *const *field; /* "Name: value", n_fields of them */
    size_t n_fields;
};

/* The head of the request. A Host is added where no field is one. */
int question_write(const struct question *q, struct buf *head);

/* A place where connections come in. */
struct entrance {
    const struct config_listen *listen; /* NULL: the status listener */
    size_t address;                     /* index among its addresses */
    bool fits;                          /* the URL's host and port lead there; else it is only the first there is */
};

struct entrance question_entrance(const struct question *q, const struct config *config);

#endif
