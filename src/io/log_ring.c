/* SPDX-License-Identifier: MIT */
/* Lines on their way to the thread that writes them: where a request's line leaves its worker. Positions only grow; where
 * they lie in the ring is their remainder. What does not fit before the end of the ring goes to its front, and `skip`
 * says where the gap begins: the consumer has passed one gap before there can be another. */

#include "io/log_ring.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A ring that is empty begins anew behind this much; lines that nobody told of are told of when they are a part of it. */
enum { ANEW = 64 * 1024, TELL_PART = 4, LEAST_PIECES = 8 };

int log_bell_init(struct log_bell *b)
{
    atomic_init(&b->enough, UINT32_MAX);
    b->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return b->fd < 0 ? -errno : 0;
}

void log_bell_fini(struct log_bell *b)
{
    if (b->fd >= 0)
        close(b->fd);
    b->fd = -1;
}

void log_bell_wait(struct log_bell *b, uint32_t enough)
{
    atomic_store(&b->enough, enough);
}

void log_bell_clear(struct log_bell *b)
{
    uint64_t count;
    ssize_t n;

    atomic_store(&b->enough, UINT32_MAX);
    n = read(b->fd, &count, sizeof count);
    (void)n; /* EAGAIN: woken by something else */
}

void log_bell_ring(struct log_bell *b)
{
    uint64_t one = 1;
    ssize_t n = write(b->fd, &one, sizeof one);

    (void)n; /* it fails only where the count is at its top, and then the consumer is awake already */
}

int log_ring_init(struct log_ring *r, uint32_t size, struct log_bell *bell)
{
    assert((size & (size - 1)) == 0 && size >= LEAST_PIECES * LOG_RING_PIECE);
    atomic_init(&r->pushed, 0);
    atomic_init(&r->popped, 0);
    atomic_init(&r->skip, UINT64_MAX);
    atomic_init(&r->dropped, 0);
    r->at = 0;
    r->popped_seen = 0;
    r->bell = bell;
    r->size = size;
    r->bytes = malloc(size);
    return r->bytes != NULL ? 0 : -ENOMEM;
}

void log_ring_fini(struct log_ring *r)
{
    free(r->bytes);
    r->bytes = NULL;
}

static uint32_t place(const struct log_ring *r, uint64_t position)
{
    return (uint32_t)(position & (r->size - 1));
}

static bool fits(struct log_ring *r, uint64_t end)
{
    if (end - r->popped_seen <= r->size)
        return true;
    r->popped_seen = atomic_load_explicit(&r->popped, memory_order_acquire);
    return end - r->popped_seen <= r->size;
}

/* Has the consumer taken all that was ever pushed? */
static bool is_empty(struct log_ring *r)
{
    r->popped_seen = atomic_load_explicit(&r->popped, memory_order_acquire);
    return r->popped_seen == r->at;
}

char *log_ring_room(struct log_ring *r, size_t len)
{
    uint32_t from = place(r, r->at);
    uint64_t gap = 0;

    assert(len <= LOG_RING_PIECE);
    if (from + len > r->size || (from >= ANEW && is_empty(r)))
        gap = r->size - from;
    if (!fits(r, r->at + gap + len))
        return NULL;
    if (gap > 0) {
        atomic_store_explicit(&r->skip, r->at, memory_order_relaxed);
        r->at += gap;
    }
    return r->bytes + place(r, r->at);
}

void log_ring_push(struct log_ring *r, size_t len)
{
    r->at += len;
    if (r->at - atomic_load_explicit(&r->pushed, memory_order_relaxed) >= r->size / TELL_PART)
        log_ring_tell(r);
}

void log_ring_drop(struct log_ring *r, uint64_t lines)
{
    atomic_store_explicit(&r->dropped, log_ring_dropped(r) + lines, memory_order_relaxed);
}

void log_ring_tell(struct log_ring *r)
{
    if (r->at == atomic_load_explicit(&r->pushed, memory_order_relaxed))
        return;
    atomic_store(&r->pushed, r->at);
    if (log_ring_held(r) < atomic_load(&r->bell->enough))
        return;
    if (atomic_exchange(&r->bell->enough, UINT32_MAX) != UINT32_MAX)
        log_bell_ring(r->bell);
}

uint64_t log_ring_held(const struct log_ring *r)
{
    return atomic_load(&r->pushed) - atomic_load_explicit(&r->popped, memory_order_relaxed);
}

struct sv log_ring_front(struct log_ring *r)
{
    uint64_t popped = atomic_load_explicit(&r->popped, memory_order_relaxed);
    uint64_t end = atomic_load(&r->pushed);
    uint64_t skip = atomic_load_explicit(&r->skip, memory_order_relaxed);

    if (skip == popped && popped != end) {
        popped += r->size - place(r, popped);
        atomic_store_explicit(&r->popped, popped, memory_order_release);
    }
    uint64_t round = popped + r->size - place(r, popped);
    if (end > round)
        end = round;
    if (skip > popped && skip < end)
        end = skip;
    return sv_of(r->bytes + place(r, popped), (size_t)(end - popped));
}

void log_ring_pop(struct log_ring *r, size_t len)
{
    uint64_t popped = atomic_load_explicit(&r->popped, memory_order_relaxed);

    atomic_store_explicit(&r->popped, popped + len, memory_order_release);
}
