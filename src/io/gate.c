/* SPDX-License-Identifier: MIT */
/* Let workers wake a master that waits for room. Beside a request's way: nobody waits as long as there is room. */

#include "io/gate.h"

#include "base/wake.h"

int gate_init(struct gate *g)
{
    atomic_init(&g->waiting, false);
    return wake_open(&g->fd);
}

void gate_fini(struct gate *g)
{
    wake_close(&g->fd);
}

void gate_wait(struct gate *g)
{
    atomic_store(&g->waiting, true);
}

void gate_clear(struct gate *g)
{
    wake_clear(g->fd);
    atomic_store(&g->waiting, false);
}

void gate_open(struct gate *g)
{
    if (atomic_load(&g->waiting) && atomic_exchange(&g->waiting, false))
        wake_up(g->fd);
}
