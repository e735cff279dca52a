/* SPDX-License-Identifier: MIT */
/* listen/sockets.h: the listening sockets of this process, whichever generation uses them.
 *
 * A socket stays open, backlog and all, for as long as there is a generation that wants its address: a new one gets it
 * from here before the old one puts it back. An address may have several sockets (SO_REUSEPORT, one for each worker); they
 * never become fewer, so that no backlog is lost, but for those of a generation that came to nothing.
 *
 * An address may take the place of one with the same port, be it more (127.0.0.1:80, [::]:80) or less. What is more has the
 * sockets of what it contains besides its own, so that nobody who connects just then is lost.
 *
 * A socket that our predecessor or the service manager left us is taken before one is bound. It is called by its address,
 * with '%', ':' and control bytes as %xx, or for systemd:NAME by NAME.
 *
 *     inherited --+                +--its generation fails: sockets_put--> closed
 *                 |                |
 *     bound ------+--sockets_get--> opened --it serves: sockets_settle--> settled --the last sockets_put--> closed
 *
 * What goes with a socket when it is closed depends on the process: the name of a unix socket stays where
 * `predecessor_owns` says so; the manager drops what it keeps only while we are `serving`, as what is closed at our end is for
 * whoever is started next.
 *
 *     predecessor_owns  started by an upgrade: true --the predecessor says GO--> false; else false
 *     serving           false --the first generation serves--> true --a stop begins--> false
 *
 * Ownership: the table owns all sockets; sockets_get lends them until sockets_put.
 * Threads:   one at a time: the master, or the one that opens a generation for it. Only sockets_remove_names may be called
 *            while another is at it.
 * Errors:    0 or -errno.
 * Source:    sd_listen_fds(3), socket(7) on SO_REUSEPORT.
 */
#ifndef BATON_LISTEN_SOCKETS_H
#define BATON_LISTEN_SOCKETS_H

#include <pthread.h>

#include "io/inherited.h"
#include "io/notify.h"
#include "listen/bound.h"

struct sockets {
    pthread_mutex_t lock;   /* of what sockets_get and sockets_put change, for sockets_remove_names */
    struct notify *systemd; /* borrowed */
    struct inherited inherited;
    struct bound *first; /* owned */
    unsigned generation; /* that is being opened */
    const char **asked;  /* owned: n_asked addresses that it asks for; each borrowed */
    size_t n_asked;
    bool predecessor_owns; /* the master's: what was left to us is our predecessor's still */
    bool serving;          /* the master's: what is closed now was dropped by a reload */
};

int sockets_init(struct sockets *s, struct notify *systemd);
void sockets_fini(struct sockets *s);

/* A generation begins to open. It gets each socket once: two addresses with port 0 are two sockets. */
void sockets_begin(struct sockets *s);

/* It will ask for this address, among others: what belongs to it, no wider one takes in. The text is borrowed for as long as
 * the generation opens. */
int sockets_expect(struct sockets *s, const char *address);

/* The sockets of an address, `n` of them at most as far as there can be more than one; to be put. -ENOENT: nobody passed
 * us a socket of that name (systemd:NAME). */
int sockets_get(struct sockets *s, const char *address, const struct listen_options *options, size_t n,
                struct bound **out);
/* The last put closes them; that of a generation which never served, those that were opened for it. */
void sockets_put(struct sockets *s, struct bound **b);

/* Has an address besides this one, or any, that socket too? */
bool sockets_has_beside(const struct sockets *s, const struct bound *b, int fd);

/* A generation accepts from all that it got. */
void sockets_settle(struct sockets *s);

/* A generation serves, and none is being opened: have the service manager keep what it listens on, as far as it does not yet,
 * and reads. Not unix sockets: it does not keep their names. */
void sockets_store(struct sockets *s);

/* Our successor has them all: names of unix sockets are its own from now on. */
void sockets_release(struct sockets *s);

/* Remove the names of unix sockets that were to go with them: the process ends without closing them. Another thread may hang
 * as it opens sockets: it is waited for a second or two, and if it is not done by then the names stay. */
void sockets_remove_names(struct sockets *s);

/* "systemd:" and what follows is no address to bind. */
bool sockets_is_passed(const char *address);

/* Is a socket of that name, among those that are passed, one that a batond opened? What a unit passes is not called by an
 * address. */
bool sockets_names_ours(const char *name);

#endif
