/* SPDX-License-Identifier: MIT */
/* io/notify.h: tell the service manager what happens, without its library.
 *
 * Messages go to the socket that NOTIFY_SOCKET names. Without a manager all of it does nothing.
 *
 * Ownership: notify_init opens a socket, notify_fini closes it.
 * Threads:   the master; notify_store_remove also the thread that opens a generation.
 * Errors:    nothing waits for the manager to read. Where its socket is full, what notify_tell says is kept (the latest
 *            NOTIFY_OWED_MAX of it) for notify_again, or for what is said next; beats, states and descriptors are
 *            not, as their callers say them again. Where nobody listens, what is said is lost.
 * Units:     in the names; MONOTONIC_USEC and EXTEND_TIMEOUT_USEC are microseconds on the wire.
 * Source:    sd_notify(3), sd_watchdog_enabled(3), systemd.service(5).
 */
#ifndef BATON_IO_NOTIFY_H
#define BATON_IO_NOTIFY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { NOTIFY_OWED_MAX = 16, NOTIFY_TEXT_MAX = 320 };

struct notify {
    int fd; /* owned; -1 = nobody listens */
    struct sockaddr_un to;
    socklen_t to_len;
    uint64_t watchdog_ms;                        /* how often at least it wants to hear of us; 0 = never */
    pthread_mutex_t lock;                        /* of what follows */
    char owed[NOTIFY_OWED_MAX][NOTIFY_TEXT_MAX]; /* the oldest first */
    unsigned n_owed;
};

void notify_init(struct notify *s);
/* Tries for a second to tell what is still owed. */
void notify_fini(struct notify *s);

static inline bool notify_hears(const struct notify *s)
{
    return s->fd >= 0;
}

/* Lines of VARIABLE=VALUE, as sd_notify(3) has them, NOTIFY_TEXT_MAX - 1 bytes at most; what happened, and has to be told. */
void notify_tell(struct notify *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same of what is said again and again. */
void notify_beat(struct notify *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* STATUS=, on one line whatever the text holds; a beat. */
void notify_status(struct notify *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* RELOADING=1, with the time that goes with it. */
void notify_reloading(struct notify *s);

/* Tell what is owed; true where nothing is any more. */
bool notify_again(struct notify *s);

/* Have a descriptor kept beyond our end, under a name of at most 255 bytes without ':'; or no longer. False where that is to
 * be tried again. */
bool notify_store(struct notify *s, const char *name, int fd);
void notify_store_remove(struct notify *s, const char *name);

#endif
