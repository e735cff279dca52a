/* SPDX-License-Identifier: MIT */
/* daemon/follow.h: after a root that was put beyond what the sandbox lets the workers read.
 *
 * Those of a new generation may read it, so the daemon reloads, and again while that is refused and the state lasts: at once,
 * then a second later, and with each time later, up to half a minute.
 *
 * Ownership: a value of the master's.
 * Threads:   the master.
 * Errors:    a reload that is refused says why.
 * Units:     milliseconds of the master's clock.
 */
#ifndef BATON_DAEMON_FOLLOW_H
#define BATON_DAEMON_FOLLOW_H

#include <stdint.h>

struct master;

struct follow {
    uint64_t at_ms; /* not before this */
    uint64_t delay_ms;
};

/* Once in a turn. */
void follow_run(struct master *m);
/* Another generation serves. */
void follow_begin(struct follow *f);
/* Milliseconds until follow_run is due; -1 = not before somebody tells. */
int follow_wait_ms(const struct master *m, uint64_t now_ms);

#endif
