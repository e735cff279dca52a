/* SPDX-License-Identifier: MIT */
/* serve/terms.h: under which terms a connection was accepted: what the [listen] section of its address says of it.
 *
 * A connection may outlive its section. Wherever it goes, to another generation or another process, it has the terms of the
 * section that listens on the same address there, else of the one that has the same name, else those that it had.
 *
 * Each generation has a book of terms: one for each of its addresses, and behind them copies of those that connections
 * brought which nothing there replaces. Whoever owns a connection passes it on before its generation ends, so nothing is
 * counted.
 *
 * Ownership: the book owns its terms, which stay where they are until terms_book_fini; connections borrow them.
 * Threads:   the book: one at a time, the one that opens the generation and then the master. Terms are const, and read by all.
 * Errors:    0 or -ENOMEM, and then *out is not set.
 */
#ifndef BATON_SERVE_TERMS_H
#define BATON_SERVE_TERMS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "serve/forwarded.h"

struct terms {
    char *section; /* owned: the name of the section */
    char *address; /* owned: one of those on which it listens, as it is written there; empty = not known */
    struct trust trust;
    bool proxy_protocol;
};

struct terms_book {
    struct terms **v; /* owned, each and all */
    size_t n;
    size_t n_own; /* those of the configuration, which come first */
};

/* Add those of an address of a section, before any are taken. */
int terms_add(struct terms_book *book, const struct config_listen *listen, const char *address,
              const struct terms **out);
/* What replaces these terms, which are another book's or nobody's; NULL where nothing does. */
const struct terms *terms_find(const struct terms_book *book, const struct terms *terms);
/* The same, or else a copy; of NULL, NULL. */
int terms_take(struct terms_book *book, const struct terms *terms, const struct terms **out);
void terms_book_fini(struct terms_book *book);

/* Those whose X-Forwarded-For is believed; NULL where nobody's is. */
static inline const struct trust *terms_trust(const struct terms *t)
{
    return t != NULL && (t->trust.n_nets > 0 || t->trust.local) ? &t->trust : NULL;
}

#endif
