/* SPDX-License-Identifier: MIT */
/* daemon/signals.h: which signals the daemon acts upon, and how it hears them.
 *
 * TERM, INT, QUIT, XCPU, HUP, USR1, USR2 and CHLD are blocked in all threads and read from a descriptor; what each does is
 * in daemon/master.h. Those that a write can raise (PIPE, XFSZ, TTOU, IO) are ignored. No other is blocked.
 *
 * Threads: the main thread; signals_block before any other starts.
 * Errors:  signals_open returns the descriptor, the caller's, or -errno.
 * Source:  signalfd(2), signal(7).
 */
#ifndef BATON_DAEMON_SIGNALS_H
#define BATON_DAEMON_SIGNALS_H

#include <stdbool.h>

void signals_block(void);
int signals_open(void);

/* Until it is called with false, TERM, INT and QUIT end the process at once, without a word: the configuration may lie on a
 * disk that hangs, and nothing has begun that would have to be ended with care. */
void signals_end_at_once(bool at_once);

#endif
