/* SPDX-License-Identifier: MIT */
/* io/listen.h: sockets that wait for connections.
 *
 * Ownership: a listener owns its descriptor and, for a unix socket, the name in the file system that it made.
 * Threads:   one at a time; accept may be called on the descriptor, or copies of it, elsewhere.
 * Errors:    0, or -errno of the system call that failed; -EINVAL for an address that is none.
 * Source:    socket(7), ip(7), ipv6(7), tcp(7), unix(7).
 */
#ifndef BATON_IO_LISTEN_H
#define BATON_IO_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct listen_options {
    int backlog;
    bool defer_accept; /* wake for a connection once its first bytes are there */
    bool reuseport;    /* listener_again may open others beside it */
};

struct listener_name {
    dev_t dev;
    ino_t ino;
};

struct listener {
    int fd; /* owned; -1 when closed */
    bool is_unix;
    bool adopted;              /* it was opened, and is perhaps accepted from, by somebody else */
    ino_t inode;               /* by which copies of its descriptor are known */
    char *unlink_path;         /* owned: the path of a unix socket that goes when the listener is closed, or NULL */
    struct listener_name name; /* what stood there when it was made: another's that took its place stays */
};

struct terms;

/* A listening socket as those see it who accept from it. */
struct door {
    int fd;                    /* borrowed */
    int backlog;               /* as many connections may wait there, and no more are owed an answer when it is left */
    const struct terms *terms; /* borrowed: those of its [listen] section; NULL for others (serve/terms) */
};

/* `address` is 127.0.0.1:80, [::1]:80, [::]:80 (both families) or unix:/path (mode 0666). A TCP socket does not listen before
 * listener_change: nobody is connected to a server that has not started yet. A unix socket listens at once, as one that does
 * not is taken for a dead one's, and its name for free. */
int listener_bind(struct listener *l, const char *address, const struct listen_options *options);

/* A further socket at the same address, for a thread of its own. It does not listen before listener_change: from then on
 * the kernel sends a share of all connections its way. -EOPNOTSUPP for a unix socket, of which there is one. */
int listener_again(struct listener *l, const struct listener *first, const struct listen_options *options);

/* Is this listening socket that of `address`, however it is spelled? */
bool listener_is_at(int fd, const char *address);
/* Are these two sockets of one address and port? */
bool listener_is_beside(int fd, int other);
/* Does all that comes to it belong to `address` too, which is 0.0.0.0 or [::] on its port? */
bool listener_is_within(int fd, const char *address);

/* Where this socket listens on the port of `address`, let it share that port: one of `address` that shares it too can then be
 * bound beside it by the same user, as where 127.0.0.1:80 becomes [::]:80. False where it is no other's port. */
bool listener_share_port(int fd, const char *address);

/* Take over a socket that listens already, and goes on as it is until listener_change. On failure the descriptor stays the
 * caller's: -EINVAL where it is not a listening stream socket of IPv4, IPv6 or a path, -ENOENT where the name that `address`
 * gives a unix socket is gone. */
int listener_adopt(struct listener *l, int fd, const char *address);

/* Change what can be changed while it is open, and listen. */
int listener_change(const struct listener *l, const struct listen_options *options);

void listener_close(struct listener *l);
/* Has the name that it made for a unix socket been removed, or become another's? */
bool listener_lost_its_name(const struct listener *l);
/* The name goes, and the socket stays open. */
void listener_remove_name(struct listener *l);

/* "http://127.0.0.1:8080", with the port that the kernel chose where the address had none; or "unix:/path". */
void listener_describe(const struct listener *l, char *text, size_t size);

/* One connection, non-blocking and closed on exec; or -errno, -EAGAIN where none waits. */
int listener_accept(int fd);

/* What an error of listener_accept means. EMPTY: no connection waits. NEXT: that connection is lost, others may wait. PAUSE:
 * the same would come again at once, as the process or the machine is short of something, or the socket is none that can
 * be accepted from; whatever is not known is of this kind, so that no loop around accept depends on errno. */
enum listener_failure { LISTENER_EMPTY, LISTENER_NEXT, LISTENER_PAUSE };
enum listener_failure listener_failure(int error);

#endif
