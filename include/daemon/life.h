/* SPDX-License-Identifier: MIT */
/* daemon/life.h: where the daemon is in its life.
 *
 *     STARTING ----> SERVING <----> RELOADING           SERVING <----> HANDING_OVER ----> PASSING_ON ----> ended
 *        |              |               |                                   |                 |
 *        |              +-------+-------+-----------------------------------+                 |
 *        |                      |                                                             |
 *        |                  a signal                                                          |
 *        |                      v                                                             |
 *        |                  ANNOUNCING ---drain_delay---> DRAINING ---backlogs are empty---> EMPTYING ----> ended
 *        |                      |                         ^   |  ^                              |
 *        +----------------------|----a signal-------------+   |  +----------a signal------------|-- (PASSING_ON)
 *                               |                             |                                 |
 *                               +--------a second signal------+---------------------------------+---> ENDING ----> ended
 *
 * Without a drain_delay, or without a generation that serves, ANNOUNCING is left out. A reload and a hand-over exclude each
 * other: the sockets that a successor gets are not ours to pass while a generation is being opened. Logs may be opened anew
 * in any state.
 *
 * Threads: the master.
 * Errors:  a move that is not in the drawing is asserted not to be made.
 */
#ifndef BATON_DAEMON_LIFE_H
#define BATON_DAEMON_LIFE_H

#include <stdbool.h>

#include "reactor/worker.h"

enum life {
    LIFE_STARTING,     /* the first generation is being opened */
    LIFE_SERVING,      /* it serves, and nothing else is under way */
    LIFE_RELOADING,    /* another one is being opened */
    LIFE_HANDING_OVER, /* a successor was started, and does not serve yet */
    LIFE_PASSING_ON,   /* it serves, and gets what we still have */
    LIFE_ANNOUNCING,   /* we will stop: answers say that the connection ends, and new ones are still taken */
    LIFE_DRAINING,     /* what has begun is finished, and what waits in the backlogs is accepted */
    LIFE_EMPTYING,     /* nobody new is taken */
    LIFE_ENDING,       /* nothing is waited for any more */
    LIVES
};

/* For the log. */
const char *life_name(enum life life);

bool life_may_move(enum life from, enum life to);
void life_move(enum life *life, enum life to);

/* A signal has asked for the end. */
static inline bool life_is_stopping(enum life life)
{
    return life >= LIFE_ANNOUNCING;
}

/* Nothing new begins: another process has taken over, or we stop. */
static inline bool life_is_leaving(enum life life)
{
    return life >= LIFE_PASSING_ON;
}

/* How workers are asked to end, in one of those states in which we stop. */
enum stop life_stop(enum life life);

#endif
