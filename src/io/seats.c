/* SPDX-License-Identifier: MIT */
/* How many connections the service has: asked once for each that comes, told once in each turn in which some went. */

#include "io/seats.h"

/* Of the room, files get half at most, and leave a sixteenth of all of it free. */
enum { FILES_SHARE = 2, FREE_SHARE = 16 };

void seats_init(struct seats *s, uint64_t limit, uint64_t room)
{
    atomic_init(&s->limit, limit);
    atomic_init(&s->room, room);
    atomic_init(&s->elsewhere, 0);
    atomic_init(&s->scarce_ms, 0);
    atomic_init(&s->wanted, false);
    atomic_init(&s->connections, 0);
    atomic_init(&s->files, 0);
}

void seats_allow(struct seats *s, uint64_t limit, uint64_t room)
{
    atomic_store(&s->limit, limit);
    atomic_store(&s->room, room);
}

static uint64_t peek(const _Atomic uint64_t *of)
{
    return atomic_load_explicit(of, memory_order_relaxed);
}

bool seats_take(struct seats *s)
{
    uint64_t before = atomic_fetch_add(&s->connections, 1);

    if (before + peek(&s->elsewhere) < peek(&s->limit) && before + peek(&s->files) < peek(&s->room))
        return true;
    atomic_fetch_sub(&s->connections, 1);
    return false;
}

void seats_add(struct seats *s)
{
    atomic_fetch_add(&s->connections, 1);
}

void seats_leave(struct seats *s, uint64_t n)
{
    atomic_fetch_sub(&s->connections, n);
}

bool seats_take_file(struct seats *s)
{
    uint64_t before = atomic_fetch_add(&s->files, 1);
    uint64_t room = peek(&s->room);

    if (before < room / FILES_SHARE && before + peek(&s->connections) < room - room / FREE_SHARE)
        return true;
    atomic_fetch_sub(&s->files, 1);
    return false;
}

void seats_leave_file(struct seats *s)
{
    atomic_fetch_sub(&s->files, 1);
}
