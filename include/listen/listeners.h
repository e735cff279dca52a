/* SPDX-License-Identifier: MIT */
/* listen/listeners.h: where one generation listens: the sockets that it borrows, and whose door each one is.
 *
 * Ownership: borrows sockets from the table, from listeners_add to listeners_close; owns the rest.
 * Threads:   the master.
 * Errors:    0 or -errno. Why an address cannot be listened on is in the report.
 */
#ifndef BATON_LISTEN_LISTENERS_H
#define BATON_LISTEN_LISTENERS_H

#include "base/buf.h"
#include "config/blame.h"
#include "listen/sockets.h"

struct listeners {
    struct sockets *sockets; /* borrowed */
    struct listeners_one {
        struct bound *bound; /* borrowed from the table */
        struct config_at at; /* where it is asked for */
        struct listen_options options;
        const struct terms *terms; /* borrowed: of its [listen], or NULL */
        uint64_t owed;             /* once nobody else listens there: connections that may still have to be accepted */
    } * v;                         /* owned: one for each address, in the order of the configuration */
    size_t n;
};

/* Whom to tell of an address that cannot be had. */
struct listeners_reporter {
    const struct config *config;
    struct diagnose *report;
};

/* Add an address of the configuration; where there can be several sockets of it, as many as that. It has no terms yet. */
int listeners_add(struct listeners *l, const struct listeners_reporter *reporter, struct config_at at,
                  const struct listen_options *options, size_t sockets);

/* Report why an address cannot be listened on. */
void listeners_blame(const struct listeners_reporter *r, struct config_at at, int err);

/* These sockets get the options of their addresses, and listen. An address that is listened on by now is reported. */
int listeners_change(const struct listeners *l, enum bound_part part, const struct listeners_reporter *reporter);

/* The doors of one of `parts` that share all sockets: of each address every parts-th socket, beginning with the part-th;
 * where there are fewer sockets than that, one of them for several parts. The array is the caller's. */
int listeners_deal(const struct listeners *l, size_t part, size_t parts, struct door **doors, size_t *n);

/* Append where it listens: "http://127.0.0.1:8080", a line each. */
int listeners_describe(const struct listeners *l, struct buf *to);

/* Say in the log where it listens, and `what` is there, of which root: a notice for each address. */
void listeners_say(const struct listeners *l, const char *what, const char *root);

/* Put the sockets back. The last to do so closes them, and what a unix socket was called goes with it. */
void listeners_close(struct listeners *l);

#endif
