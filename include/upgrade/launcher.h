/* SPDX-License-Identifier: MIT */
/* upgrade/launcher.h: a process of its own that starts our successors.
 *
 * It is forked before there is a thread, a listener or a connection, keeps nothing open but the standard descriptors and
 * one end of a socket, and waits. To start a successor it gets the listening sockets through that socket, and executes
 * the binary in a child. The process that serves never forks: until execve(2) a child of it would hold a copy of every
 * descriptor, and a connection that a worker closes in that time would neither end for its peer nor leave the worker's
 * epoll set (epoll(7), question 6).
 *
 * The launcher ends when our end of the socket is closed, be it by our death.
 *
 * Ownership: launcher_init makes the socket, launcher_fini closes it. launcher_start borrows the listening sockets, and
 *            gives the caller our end of the socket that the successor got.
 * Threads:   the master; launcher_init while it is the only thread.
 * Errors:    0 or -errno. A binary that cannot be executed is told by the end of the socket that launcher_start gave; why,
 *            the launcher has written to the standard error.
 * Source:    unix(7) on SOCK_SEQPACKET and SCM_RIGHTS; sd_listen_fds(3).
 */
#ifndef BATON_UPGRADE_LAUNCHER_H
#define BATON_UPGRADE_LAUNCHER_H

#include "listen/sockets.h"

struct launcher {
    int fd; /* owned; -1 = there is none */
};

/* `path` is the binary, `argv` its arguments; the environment is that of now. */
int launcher_init(struct launcher *l, const char *path, char *const *argv);
void launcher_fini(struct launcher *l);

/* Execute the binary, with all sockets of the table and one to talk to us, in a process that is not our child, which has to
 * have these walls (confine/sandbox). Does not wait. -EPIPE: the launcher is gone. */
int launcher_start(const struct launcher *l, const struct sockets *sockets, const char *walls, int *fd);

#endif
