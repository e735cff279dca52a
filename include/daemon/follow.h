/* SPDX-License-Identifier: MIT */
/* daemon/follow.h: after a root that was put beyond what the sandbox lets the workers read.
 *
 * Those of a new generation may read it, so the daemon reloads, and again while that is refused and the state lasts: at once,
 * then a second later, and with each time later, up to half a minute.
 *
 * Threads:   the master.
 * Units:     milliseconds of the master's clock.
 */
#ifndef BATON_DAEMON_FOLLOW_H
#define BATON_DAEMON_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

struct follow {
    uint64_t at_ms; /* not before this */
    uint64_t delay_ms;
};

/* Another generation serves. */
void follow_begin(struct follow *f);

/* Is it time to reload, where a root is beyond the walls? True once for each time. */
bool follow_is_due(struct follow *f, bool beyond, uint64_t now_ms);

/* Milliseconds until it may be; -1 = not before a root is. */
int follow_wait_ms(const struct follow *f, bool beyond, uint64_t now_ms);

#endif
