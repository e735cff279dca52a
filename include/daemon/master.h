/* SPDX-License-Identifier: MIT */
/* daemon/master.h: accept, hand out, and mind the signals.
 *
 * The first TERM or INT begins a graceful stop: the listeners close, idle connections end, answers in flight are
 * finished within drain_timeout. The second stops at once.
 *
 * Ownership: borrows the generation, opened and not yet started; a connection is the master's from accept to handoff_push.
 * Threads:   the main thread. master_block_signals must be called before any other thread starts.
 * Errors:    master_run returns 0 after a stop, or -errno where it could not begin.
 * Source:    accept4(2), epoll(7), signalfd(2), daemon(7).
 */
#ifndef BATON_DAEMON_MASTER_H
#define BATON_DAEMON_MASTER_H

#include "daemon/generation.h"

void master_block_signals(void);
int master_run(struct generation *g);

#endif
