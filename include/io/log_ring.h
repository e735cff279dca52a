/* SPDX-License-Identifier: MIT */
/* io/log_ring.h: lines on their way from a worker to the thread that writes them.
 *
 * A ring of bytes with one producer and one consumer, and a bell, which one consumer of several rings sleeps by. What
 * goes in are whole lines; a line that finds no room is dropped and counted, so that the producer never waits. Lines
 * are where they were written, in one piece, until the consumer pops them.
 *
 * A ring that runs empty begins again at its front, so one with little to do touches little of its memory.
 *
 * Ownership: log_ring_init takes the memory, log_ring_fini gives it back. The bell is borrowed; log_bell_init makes its
 *            descriptor.
 * Threads:   room, push, drop, tell: the producer. front, pop; bell_wait, bell_clear: the consumer. dropped,
 *            bell_ring: any.
 * Errors:    init returns 0 or -errno. room returns NULL where the ring is full. Nothing here blocks.
 * Order:     the consumer says what is enough to wake it, looks at all rings once more, and sleeps on the bell's descriptor.
 *            The producer shows its lines, then looks whether they are enough. One of the two sees the other.
 * Source:    eventfd(2).
 */
#ifndef BATON_IO_LOG_RING_H
#define BATON_IO_LOG_RING_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/sv.h"

enum { LOG_RING_LINE = 64, LOG_RING_PIECE = 4096 };

struct log_bell {
    _Atomic uint32_t enough; /* bytes in one ring that the consumer is to be woken for; UINT32_MAX while it is awake */
    int fd;                  /* owned; readable once somebody rang */
};

struct log_ring {
    _Alignas(LOG_RING_LINE) _Atomic uint64_t pushed; /* bytes that the consumer may see; written by the producer */
    _Atomic uint64_t skip;                           /* from here to the end of the ring there is nothing */
    _Atomic uint64_t dropped;                        /* lines */
    uint64_t at;                                     /* the producer's: what it has pushed and not told yet, too */
    uint64_t popped_seen;                            /* its copy of `popped` */
    _Alignas(LOG_RING_LINE) _Atomic uint64_t popped; /* written by the consumer */
    _Alignas(LOG_RING_LINE) char *bytes;             /* owned */
    struct log_bell *bell;                           /* borrowed */
    uint32_t size;
};

int log_bell_init(struct log_bell *b);
void log_bell_fini(struct log_bell *b);
/* From now on a ring that holds so many bytes rings. */
void log_bell_wait(struct log_bell *b, uint32_t enough);
/* Awake: nobody needs to ring. */
void log_bell_clear(struct log_bell *b);
/* Wake the consumer, whatever there is. */
void log_bell_ring(struct log_bell *b);

/* `size` is a power of two, of at least eight pieces. */
int log_ring_init(struct log_ring *r, uint32_t size, struct log_bell *bell);
void log_ring_fini(struct log_ring *r);

/* Room for `len` bytes, at most LOG_RING_PIECE, to write whole lines to; then push as many as were written. */
char *log_ring_room(struct log_ring *r, size_t len);
void log_ring_push(struct log_ring *r, size_t len);
/* Lines were not written. */
void log_ring_drop(struct log_ring *r, uint64_t lines);
/* Let the consumer see what was pushed, and wake it if it wants that. Due at the end of a turn. */
void log_ring_tell(struct log_ring *r);

/* Whole lines, as many as lie in one piece; empty where there are none. They stay until they are popped. */
struct sv log_ring_front(struct log_ring *r);
void log_ring_pop(struct log_ring *r, size_t len);
/* Bytes that wait for the consumer, or a little more. */
uint64_t log_ring_held(const struct log_ring *r);

static inline uint64_t log_ring_dropped(const struct log_ring *r)
{
    return atomic_load_explicit(&r->dropped, memory_order_relaxed);
}

#endif
