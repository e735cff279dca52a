/* SPDX-License-Identifier: MIT */
/* io/systemd.h: the service manager's side of being a daemon, without its library.
 *
 * What happens is told to the socket that NOTIFY_SOCKET names; sockets that the manager, or our predecessor, opened for
 * us come as descriptors from 3 up. Where there is no manager all of it does nothing.
 *
 * Ownership: systemd_init opens a socket, systemd_fini closes it. Inherited descriptors belong to struct inherited until
 *            somebody takes one.
 * Threads:   the master; systemd_store_remove also the thread that opens a generation.
 * Errors:    nothing waits for the manager to read. Where its socket is full, what systemd_notify says is kept (the latest
 *            SYSTEMD_OWED_MAX of it) for systemd_tell_again, or for what is said next; beats, states and descriptors are
 *            not, as their callers say them again. Where nobody listens, what is said is lost.
 * Units:     in the names; MONOTONIC_USEC and EXTEND_TIMEOUT_USEC are microseconds on the wire.
 * Source:    sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3), systemd.service(5).
 */
#ifndef BATON_IO_SYSTEMD_H
#define BATON_IO_SYSTEMD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { SYSTEMD_OWED_MAX = 16, SYSTEMD_TEXT_MAX = 320 };

struct systemd {
    int fd; /* owned; -1 = nobody listens */
    struct sockaddr_un to;
    socklen_t to_len;
    uint64_t watchdog_ms;                          /* how often at least it wants to hear of us; 0 = never */
    pthread_mutex_t lock;                          /* of what follows */
    char owed[SYSTEMD_OWED_MAX][SYSTEMD_TEXT_MAX]; /* the oldest first */
    unsigned n_owed;
};

void systemd_init(struct systemd *s);
/* Tries for a second to tell what is still owed. */
void systemd_fini(struct systemd *s);

static inline bool systemd_hears(const struct systemd *s)
{
    return s->fd >= 0;
}

/* Lines of VARIABLE=VALUE, as sd_notify(3) has them, SYSTEMD_TEXT_MAX - 1 bytes at most; what happened, and has to be told. */
void systemd_notify(struct systemd *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same of what is said again and again. */
void systemd_beat(struct systemd *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* STATUS=, on one line whatever the text holds; a beat. */
void systemd_status(struct systemd *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* RELOADING=1, with the time that goes with it. */
void systemd_reloading(struct systemd *s);

/* Tell what is owed; true where nothing is any more. */
bool systemd_tell_again(struct systemd *s);

/* Have a descriptor kept beyond our end, under a name of at most 255 bytes without ':'; or no longer. False where that is to
 * be tried again. */
bool systemd_store(struct systemd *s, const char *name, int fd);
void systemd_store_remove(struct systemd *s, const char *name);

struct inherited {
    struct inherited_fd {
        int fd;     /* owned; -1 = taken */
        char *name; /* owned */
    } * v;          /* owned */
    size_t n;
};

/* What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say; they are removed from the environment. 0 or -ENOMEM. */
int inherited_init(struct inherited *all);
void inherited_fini(struct inherited *all);

/* Take the next descriptor of that name: its owner is the caller. -1 where there is none left. */
int inherited_take(struct inherited *all, const char *name);

#endif
