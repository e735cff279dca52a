/* SPDX-License-Identifier: MIT */
/* threads.h: for tests of more than one thread: how much to do, and to wait without waiting for ever (header only).
 *
 * Ownership: none.
 * Threads:   any. cmocka's checks belong to the test's own thread: what another finds, it leaves in a variable.
 * Errors:    none.
 */
#ifndef BATON_TESTS_THREADS_H
#define BATON_TESTS_THREADS_H

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/time.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define SLOW_BUILD 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define SLOW_BUILD 1
#endif

/* So many rounds, or fewer under a sanitizer. */
#if defined(SLOW_BUILD)
enum { SLOWER = 10 };
#else
enum { SLOWER = 1 };
#endif

/* What takes longer than this does not come any more. */
enum { NEVER_MS = 20000 };

/* Is there anything to read within `ms`? */
static inline bool readable_within(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, ms) == 1;
}

/* A call that must not wait is made between watch_begin and watch_end. Where it does, the timer ends it with EINTR. */
static volatile sig_atomic_t watch_rang;

static inline void watch_ring(int number)
{
    (void)number;
    watch_rang = 1;
}

static inline void watch_begin(void)
{
    struct sigaction action = {.sa_handler = watch_ring};
    struct itimerval every = {{0, 200000}, {1, 0}};

    watch_rang = 0;
    (void)sigaction(SIGALRM, &action, NULL);
    (void)setitimer(ITIMER_REAL, &every, NULL);
}

/* False where the call had to be woken. */
static inline bool watch_end(void)
{
    struct itimerval off = {{0, 0}, {0, 0}};

    (void)setitimer(ITIMER_REAL, &off, NULL);
    return watch_rang == 0;
}

#endif
