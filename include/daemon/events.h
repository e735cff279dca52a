/* SPDX-License-Identifier: MIT */
/* daemon/events.h: who has news for the master: what its epoll events are marked with.
 *
 * An event's data.u64 is the descriptor, and above it the source. Doors, which generation/acceptor watches by itself, have
 * their descriptor alone, and so EVENT_DOOR.
 *
 * Ownership: borrows the descriptors.
 * Threads:   the master.
 * Errors:    events_watch returns 0 or -errno.
 * Source:    epoll(7).
 */
#ifndef BATON_DAEMON_EVENTS_H
#define BATON_DAEMON_EVENTS_H

#include <stdint.h>

enum event_source {
    EVENT_DOOR,        /* somebody connects */
    EVENT_SIGNALS,     /* a signal came */
    EVENT_GATE,        /* a worker has room, or a wish */
    EVENT_OUTBOX,      /* a worker that retires passes something on */
    EVENT_ERRAND,      /* what a reload sent a thread for is done */
    EVENT_SUCCESSOR,   /* it says something, may take more, or is gone */
    EVENT_PREDECESSOR, /* the same of one that passes on to us */
};

/* Watch a descriptor; but for signals, edge-triggered. */
int events_watch(int epoll_fd, enum event_source source, int fd, uint32_t events);

static inline enum event_source events_source(uint64_t data)
{
    return (enum event_source)(data >> 32);
}

static inline int events_fd(uint64_t data)
{
    return (int)(uint32_t)data;
}

#endif
