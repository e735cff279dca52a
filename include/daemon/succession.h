/* SPDX-License-Identifier: MIT */
/* daemon/succession.h: the process that succeeds us: it is started, takes over, and gets what we still have.
 *
 *     --USR2--> fd >= 0, pid 0 --READY--> pid --GO--> passing_on ----> it is given all that retires, until nothing is left
 *                  |                       |              |
 *                  +--it fails: we go on---+              +--it is gone: fd -1, and what is left ends here
 *
 * While a reload opens a generation the sockets are not ours to pass, so what is asked for then is `wanted`, and begins later.
 *
 * Ownership: owns the socket to the successor; succession_pass takes the descriptor over where it returns true. Borrows what
 *            struct succession_home names.
 * Threads:   the master.
 * Errors:    a successor that fails leaves us serving, and the log says why.
 * Units:     milliseconds of the master's clock.
 * Source:    sd_notify(3) on MAINPID; upgrade/upgrade.h for what the two say. What the successor does: daemon/predecessors.h.
 */
#ifndef BATON_DAEMON_SUCCESSION_H
#define BATON_DAEMON_SUCCESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/life.h"
#include "daemon/predecessors.h"
#include "daemon/reload.h"
#include "io/baton.h"
#include "io/notify.h"
#include "io/seats.h"
#include "listen/sockets.h"
#include "status/figures.h"
#include "upgrade/launcher.h"

struct succession_home {
    const char *path; /* of our binary, for the log */
    const struct launcher *launcher;
    struct sockets *sockets;
    struct notify *notify;
    struct figures *figures;
    const struct seats *seats;         /* how many we still have is told to it */
    struct predecessors *predecessors; /* are passed on to it */
    const struct reload *reload;       /* is something being opened, or to be? */
    enum life *life;                   /* moved from SERVING to HANDING_OVER, on to PASSING_ON, or back */
    int epoll_fd;
};

struct succession {
    struct succession_home home; /* all borrowed */
    int fd;                      /* owned: to the successor; -1 = there is none */
    pid_t pid;                   /* of the successor, once it has said that it serves; 0 before */
    bool wanted;                 /* a successor was asked for, and is not begun */
    bool passing_on;             /* it serves now, and we pass on what we have */
    bool lost;                   /* and is gone; until succession_is_lost has said so */
    bool missed_reopening;       /* it may have opened its logs before a signal that came to us */
    uint64_t give_up_ms;         /* on a successor that does not serve */
    uint64_t count_ms;           /* when to tell it again how many connections we have */
};

void succession_init(struct succession *s, const struct succession_home *home);
void succession_fini(struct succession *s);

/* SIGUSR2: start a new process, or do so later. */
void succession_begin(struct succession *s, uint64_t now_ms);

/* The socket to the successor has news. */
void succession_event(struct succession *s);

/* It has said that it serves: have it go on. True once, when it has taken over: all that we have is to retire. */
bool succession_hand_over(struct succession *s, uint64_t now_ms);

/* Hear it, tell it, give up on it, or begin what was asked for, as far as it is time. */
void succession_run(struct succession *s, uint64_t now_ms);

/* True once, where a successor that had taken over is gone: what it does not take any more is to end here. */
bool succession_is_lost(struct succession *s);

/* How long the master may sleep; -1 = as long as it likes. */
int succession_wait_ms(const struct succession *s, uint64_t now_ms);

/* The logs are opened anew: a successor that has been started may have opened its own before that. */
void succession_note_reopening(struct succession *s);

/* A signal for the service has come to us; after we have handed over it is for the successor, too. */
void succession_forward(const struct succession *s, int number);

/* Where the service manager has not read all that it was told (`owes`), it may not know yet that the new process is the main
 * one: it would end that with us. Not for ever: it may never read. */
bool succession_is_unheard(const struct succession *s, bool owes, uint64_t now_ms);

/* A stop: whoever does not serve yet is not needed any more. */
void succession_cancel(struct succession *s);

/* Give it a connection; where it is gone, that is closed. False where it has to wait. */
bool succession_pass(struct succession *s, const struct baton *b);

#endif
