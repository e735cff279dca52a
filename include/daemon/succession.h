/* SPDX-License-Identifier: MIT */
/* daemon/succession.h: from one process of the daemon to the next, seen from both sides.
 *
 * Ownership: the sockets between the two are the master's.
 * Threads:   the master.
 * Errors:    a successor that fails leaves us serving, and the log says why.
 * Source:    sd_notify(3) on MAINPID; upgrade/upgrade.h for what the two say.
 */
#ifndef BATON_DAEMON_SUCCESSION_H
#define BATON_DAEMON_SUCCESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "io/baton.h"

struct master;

/* A process that passes on to us what it still has. */
struct predecessor {
    int fd; /* owned */
    uint64_t connections;
};

struct succession {
    int fd;                           /* owned: to the successor; -1 = there is none */
    pid_t pid;                        /* of the successor, once it has said that it serves; 0 before */
    bool wanted;                      /* a successor was asked for, and is not begun */
    bool passing_on;                  /* it serves now, and we pass on what we have */
    bool missed_reopening;            /* it may have opened its logs before a signal that came to us */
    uint64_t give_up_ms;              /* on a successor that does not serve */
    uint64_t count_ms;                /* when to tell it again how many connections we have */
    bool main;                        /* we, and not our predecessor, are whom the service manager knows */
    bool owes_ready;                  /* our predecessor has not been told yet that we serve */
    struct predecessor *predecessors; /* owned, each and all */
    size_t n_predecessors;
    uint64_t say_ms; /* not before this, once more that one of theirs waits for a descriptor */
};

/* The old process: start a new one; it has news; it should have had by now. */
void succession_begin(struct master *m);
void succession_event(struct master *m);
void succession_tick(struct master *m);
/* How long the master may sleep; -1 = as long as it likes. */
int succession_wait_ms(const struct master *m, uint64_t now_ms);

/* A signal for the service has come to us; after we have handed over it is for the successor, too. */
void succession_forward(const struct master *m, int number);

/* The service manager has not read yet that the new process is the main one: it would end that with us. Not for ever: it may
 * never read. */
bool succession_is_unheard(const struct master *m);

/* A stop: whoever does not serve yet is not needed any more. */
void succession_cancel(struct master *m);

/* Give it a connection. False where that has to wait. */
bool succession_pass(struct master *m, const struct baton *b);

/* The new process: find whom we succeed; say that we serve; hear what they have to say. */
int succession_find(struct master *m);
void succession_say_ready(struct master *m);
void succession_adopt(struct master *m);
void succession_fini(struct master *m);

#endif
