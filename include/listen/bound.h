/* SPDX-License-Identifier: MIT */
/* listen/bound.h: the sockets of one address, of which listen/sockets keeps the table.
 *
 * Ownership: the table owns each, and what is in it.
 * Threads:   the master.
 * Errors:    0 or -errno.
 * Source:    socket(7) on SO_REUSEPORT.
 */
#ifndef BATON_LISTEN_BOUND_H
#define BATON_LISTEN_BOUND_H

#include <stdbool.h>
#include <stddef.h>

#include "io/listen.h"

struct bound {
    char *address;      /* owned; as it was configured */
    char *name;         /* owned; what it is called where it is passed on */
    struct listener *v; /* owned: n of them */
    size_t n;
    size_t n_serving; /* v[0..n_serving) serve; the rest belong to the generation being opened, and close if it fails */
    unsigned users;   /* generations that have it from sockets_get */
    unsigned generation; /* the last of them, by its number; each gets it once */
    size_t stored;       /* v[0..stored) the service manager was asked to keep */
    bool known;          /* others know it by this name: the manager, which may keep some, or a predecessor */
    struct bound *next;
};

/* Take this descriptor over; on failure it stays the caller's. */
int bound_adopt(struct bound *b, int fd);

/* The same for a descriptor of our own of this socket, which stays its owner's; once. */
int bound_keep(struct bound *b, int fd);

/* Is this socket, by whatever descriptor, one of them? */
bool bound_has(const struct bound *b, int fd);

/* Does that error of one of these pass? Every other would come again. */
bool bound_is_short(int err);

/* One more, at the address itself. */
int bound_bind(struct bound *b, const struct listen_options *options);

/* Of each address that its sockets are at, `n` at least; where there cannot be so many, workers share those there are. */
int bound_grow(struct bound *b, const struct listen_options *options, size_t n);

/* Those at the address itself before those of addresses that are part of it. */
void bound_put_own_first(struct bound *b);

/* Is it what `address` asks for, however that is spelled? A unit may pass sockets of several addresses under one name. */
bool bound_is_wholly_at(const struct bound *b, const char *address);

/* Those that nobody can have accepted from, or those that somebody may accept from now. */
enum bound_part { BOUND_NEW, BOUND_OLD };

/* They get these options, and listen. */
int bound_change(const struct bound *b, enum bound_part part, const struct listen_options *options);

/* Close those that were never accepted from: nobody else accepts there, so who was sent to one would wait for ever. */
void bound_unsettle(struct bound *b);

#endif
