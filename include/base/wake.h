/* SPDX-License-Identifier: MIT */
/* base/wake.h: wake a thread that sleeps on a descriptor, in poll(2) or epoll(7).
 *
 * Ownership: the caller of wake_open owns the descriptor, until wake_close.
 * Threads:   wake_up: any. wake_clear: the one that is woken; where it watches edge-triggered it may leave that out.
 * Source:    eventfd(2).
 */
#ifndef BATON_BASE_WAKE_H
#define BATON_BASE_WAKE_H

/* Returns 0 or -errno; then *fd is -1. */
int wake_open(int *fd);
/* Also of -1. */
void wake_close(int *fd);

/* The descriptor is readable from here on. */
void wake_up(int fd);
/* It is not any more, until the next wake_up. */
void wake_clear(int fd);

#endif
