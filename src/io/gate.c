/* SPDX-License-Identifier: MIT */
/* Let workers wake a master that waits for room. Beside a request's way: nobody waits as long as there is room. */

#include "io/gate.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int gate_init(struct gate *g)
{
    atomic_init(&g->waiting, false);
    g->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return g->fd < 0 ? -errno : 0;
}

void gate_fini(struct gate *g)
{
    if (g->fd >= 0)
        close(g->fd);
    g->fd = -1;
}

void gate_wait(struct gate *g)
{
    atomic_store(&g->waiting, true);
}

void gate_clear(struct gate *g)
{
    uint64_t count;
    ssize_t n = read(g->fd, &count, sizeof count);

    (void)n; /* EAGAIN: woken by something else */
    atomic_store(&g->waiting, false);
}

void gate_open(struct gate *g)
{
    uint64_t one = 1;

    if (!atomic_load(&g->waiting) || !atomic_exchange(&g->waiting, false))
        return;
    ssize_t n = write(g->fd, &one, sizeof one);
    (void)n; /* it fails only where the count is at its top, and then the master is awake already */
}
