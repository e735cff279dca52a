/* SPDX-License-Identifier: MIT */
/* Hand connections from one thread to another: where a connection changes its thread. The two counters only
 * grow; their difference is what the ring holds. Each side keeps a copy of the other's counter and looks at the real
 * one, which costs a cache line's journey, only when the copy says full or empty. */

#include "io/handoff.h"

#include <unistd.h>

#include "base/wake.h"

_Static_assert((HANDOFF_SLOTS & (HANDOFF_SLOTS - 1)) == 0, "slots are found by masking");

int handoff_init(struct handoff *h)
{
    atomic_init(&h->pushed, 0);
    atomic_init(&h->popped, 0);
    h->popped_seen = 0;
    h->pushed_seen = 0;
    return wake_open(&h->wake_fd);
}

size_t handoff_fini(struct handoff *h)
{
    struct baton b;
    size_t n = 0;

    if (h->wake_fd < 0)
        return 0;
    for (; handoff_pop(h, &b); n++)
        close(b.fd);
    wake_close(&h->wake_fd);
    return n;
}

bool handoff_has_room(struct handoff *h)
{
    uint32_t pushed = atomic_load_explicit(&h->pushed, memory_order_relaxed);

    if (pushed - h->popped_seen < HANDOFF_SLOTS)
        return true;
    h->popped_seen = atomic_load_explicit(&h->popped, memory_order_acquire);
    return pushed - h->popped_seen < HANDOFF_SLOTS;
}

bool handoff_push(struct handoff *h, const struct baton *b)
{
    if (!handoff_has_room(h))
        return false;

    uint32_t pushed = atomic_load_explicit(&h->pushed, memory_order_relaxed);
    h->slot[pushed & (HANDOFF_SLOTS - 1)] = *b;
    atomic_store_explicit(&h->pushed, pushed + 1, memory_order_release);
    return true;
}

void handoff_signal(struct handoff *h)
{
    wake_up(h->wake_fd);
}

bool handoff_peek(struct handoff *h, struct baton *b)
{
    uint32_t popped = atomic_load_explicit(&h->popped, memory_order_relaxed);

    if (popped == h->pushed_seen) {
        h->pushed_seen = atomic_load_explicit(&h->pushed, memory_order_acquire);
        if (popped == h->pushed_seen)
            return false;
    }
    *b = h->slot[popped & (HANDOFF_SLOTS - 1)];
    return true;
}

bool handoff_pop(struct handoff *h, struct baton *b)
{
    if (!handoff_peek(h, b))
        return false;
    atomic_store_explicit(&h->popped, atomic_load_explicit(&h->popped, memory_order_relaxed) + 1, memory_order_release);
    return true;
}

bool handoff_waits(const struct handoff *h)
{
    return atomic_load_explicit(&h->popped, memory_order_relaxed) !=
           atomic_load_explicit(&h->pushed, memory_order_acquire);
}
