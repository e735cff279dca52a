/* SPDX-License-Identifier: MIT */
/* daemon/predecessors.h: the processes that we succeed, which pass on to us what they still have.
 *
 * A process that an upgrade started finds the socket to the one that it replaces among those that were passed to it. It says
 * there that it serves, is told to go on, and gets connections, and the sockets to those whom the other has succeeded in turn.
 *
 *     found --serves: READY--> waits --GO--> main --its own successor serves--> no longer main
 *
 * Whoever was started by a service manager, or by hand, is main from the beginning.
 *
 * Ownership: owns the sockets. What it hears becomes the acceptor's. Borrows what struct predecessors_home names.
 * Threads:   the master.
 * Errors:    what finds no room stays with the one who sent it, and is heard again where `waits` says so.
 * Units:     milliseconds of the master's clock.
 * Source:    upgrade/upgrade.h for what is said; sd_listen_fds(3), sd_notify(3).
 */
#ifndef BATON_DAEMON_PREDECESSORS_H
#define BATON_DAEMON_PREDECESSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/reload.h"
#include "generation/acceptor.h"
#include "io/notify.h"
#include "listen/sockets.h"

struct predecessors_home {
    struct sockets *sockets;
    struct notify *notify;
    struct acceptor *acceptor;   /* deals out what they pass on */
    const struct reload *reload; /* while it opens, the table of sockets is not ours */
    int epoll_fd;
};

struct predecessors {
    struct predecessors_home home; /* all borrowed */
    struct predecessor {
        int fd;               /* owned */
        uint64_t connections; /* that it has, and has told of */
    } * v;                    /* owned, each and all */
    size_t n;
    bool main;       /* we, and not our predecessor, are whom the service manager knows */
    bool owes_ready; /* our predecessor has not been told yet that we serve */
    bool waits;      /* they may have more to say, or it found no room; the master's, who clears it and hears them */
    uint64_t say_ms; /* not before this, once more that one of theirs waits for a descriptor */
};

/* Find whom we succeed. 0 or -errno. */
int predecessors_init(struct predecessors *p, const struct predecessors_home *home);
void predecessors_fini(struct predecessors *p);

/* We serve: who is main tells the service manager, others tell the one that they are to replace. */
void predecessors_say_ready(struct predecessors *p);

/* Hear what they have to say. `present` serves, and gets their connections; NULL where none does yet: then they say nothing
 * but that they end. Where that ends a process that is not main, it sends itself SIGTERM. */
void predecessors_hear(struct predecessors *p, struct generation *present, uint64_t now_ms);

/* Our successor is main now, and theirs. Those that could not be passed on are left, for another time. */
void predecessors_pass_on(struct predecessors *p, int successor_fd);

/* Nobody takes what they have any more: they end it, as we would at a stop. */
void predecessors_drop(struct predecessors *p);

#endif
