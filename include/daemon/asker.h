/* SPDX-License-Identifier: MIT */
/* daemon/asker.h: tell whoever asked for a reload what came of it.
 *
 * A signal cannot be answered, so `batond --reload PID` binds a socket that is called by its own process id, sends the HUP
 * with a mark (sigqueue(3)), and waits for one datagram there. A HUP without the mark is answered by nobody, as ever.
 *
 *     the asker                                       the daemon
 *     bind "\0baton-reload.ASKER"
 *     HUP to PID, with ASKER_MARK              ->     notes the sender, reloads
 *     the same once in a while                 ->     knows it already; but of two HUP at once the kernel keeps one
 *     reads "", or why it was refused          <-     a datagram
 *
 * The kernel tells each side the process id of the other, so that nobody else can ask for or give an answer.
 *
 * Ownership: struct askers is a value.
 * Threads:   the master; asker_run is a process of its own.
 * Errors:    an answer that cannot be sent is not sent: the asker ends by its own clock.
 * Source:    signalfd(2), sigqueue(3), unix(7) on abstract names and SCM_CREDENTIALS.
 */
#ifndef BATON_DAEMON_ASKER_H
#define BATON_DAEMON_ASKER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/types.h>

enum { ASKER_MARK = 0x62746e, ASKERS_MAX = 64, ASKER_TEXT_MAX = 1024 };

/* Those that wait for the same reload. */
struct askers {
    pid_t pid[ASKERS_MAX];
    size_t n;
};

/* Does this signal want an answer? Who sent it is in *pid. */
bool asker_of(const struct signalfd_siginfo *from, pid_t *pid);

bool askers_have(const struct askers *a, pid_t pid);
/* One too many is told so. */
void askers_add(struct askers *a, pid_t pid);

/* Tell all of them, and forget them. `why` is empty where the reload was taken. */
void askers_tell(struct askers *a, const char *why);

/* Those of `from` wait with those of `to` from now on. */
void askers_move(struct askers *to, struct askers *from);

/* Ask the running daemon whose process id `text` is; prints what came of it. The status to exit with. */
int asker_run(const char *text);

#endif
