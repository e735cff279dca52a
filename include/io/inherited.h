/* SPDX-License-Identifier: MIT */
/* io/inherited.h: descriptors that the service manager, or our predecessor, opened for us: those from 3 up.
 *
 * Ownership: a descriptor belongs to struct inherited until somebody takes it.
 * Threads:   the main thread, before there are others: the environment changes.
 * Errors:    0 or -ENOMEM.
 * Source:    sd_listen_fds(3).
 */
#ifndef BATON_IO_INHERITED_H
#define BATON_IO_INHERITED_H

#include <stddef.h>

struct inherited {
    struct inherited_fd {
        int fd;     /* owned; -1 = taken */
        char *name; /* owned */
    } * v;          /* owned */
    size_t n;
};

/* What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say; they are removed from the environment. 0 or -ENOMEM. */
int inherited_init(struct inherited *all);
void inherited_fini(struct inherited *all);

/* Take the next descriptor of that name: its owner is the caller. -1 where there is none left. */
int inherited_take(struct inherited *all, const char *name);

#endif
