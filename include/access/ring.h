/* SPDX-License-Identifier: MIT */
/* access/ring.h: lines on their way from a worker to the thread that writes them.
 *
 * A queue of lines with one producer and one consumer, and a bell, by which one consumer of several queues sleeps. A line
 * is a record here, bytes that the queue does not look at; it bears the time at which its answer ended, so that the
 * consumer can merge the lines of several workers.
 *
 * Lines lie in blocks of memory. The producer fills one after the other; the consumer gives back those it has read, of which
 * a few stay for the producer and the others go to the kernel. So a queue may grow until it holds seconds of the fastest
 * worker, and costs two blocks while nobody lags. A line that finds no room is dropped and counted: the producer never waits.
 * One that must not lose lines asks log_ring_has_room before it makes one.
 *
 * Ownership: log_ring_init takes the first block, log_ring_fini gives all of them back. The bell is borrowed; log_bell_init
 *            makes its descriptor.
 * Threads:   begin, has_room, room, push, drop, tell, is_crowded: the producer. until, front, pop, last_gap, lose, trim; bell_wait,
 *            bell_clear, bell_block: the consumer. held, dropped, waited, bell_ring: any.
 * Errors:    init returns 0 or -errno. room returns NULL where the queue is full, or there is no memory. Nothing here blocks.
 * Order:     the consumer says what is enough to wake it, looks at all queues once more, and sleeps on the bell's descriptor.
 *            The producer shows its lines, then looks whether they are enough. One of the two sees the other.
 * Units:     bytes; microseconds of CLOCK_MONOTONIC.
 * Source:    eventfd(2), mmap(2).
 */
#ifndef BATON_ACCESS_RING_H
#define BATON_ACCESS_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/sv.h"

enum {
    LOG_RING_LINE = 64,    /* of the processor's cache */
    LOG_RING_PIECE = 4096, /* the longest record */
    LOG_RING_HEAD = 16,    /* what a line costs besides its bytes; these are rounded up to LOG_RING_ROUND */
    LOG_RING_ROUND = 8,
    LOG_RING_COST_MAX = LOG_RING_HEAD + LOG_RING_PIECE,
    LOG_RING_BLOCK = 64 * 1024,
    LOG_RING_SPARE = 8 /* blocks that were read and stay for the producer */
};

struct log_bell {
    _Atomic uint32_t enough; /* bytes in one queue that the consumer is to be woken for; UINT32_MAX while it is awake */
    _Atomic bool blocked;    /* the consumer waits for somebody who is not one of us */
    int fd;                  /* owned; readable once somebody rang */
};

struct log_block;

struct log_ring {
    _Alignas(LOG_RING_LINE) _Atomic uint64_t pushed; /* bytes that the consumer may see; written by the producer */
    _Atomic uint64_t busy_us;                        /* when the producer's turn began; UINT64_MAX between turns */
    _Atomic uint64_t dropped;                        /* lines */
    _Atomic uint64_t waited;                         /* times that the producer put an answer off for want of room */
    struct log_block *to;                            /* the producer's, as is all below */
    uint64_t at_total;                               /* bytes pushed; what it has not told yet, too */
    uint64_t last_us;                                /* the time of the last line */
    uint32_t at;                                     /* bytes in the block */
    uint32_t n_hand;
    struct log_block *hand;                          /* owned: n_hand blocks for lines that are promised */
    _Alignas(LOG_RING_LINE) _Atomic uint64_t popped; /* bytes; written by the consumer */
    _Atomic uint64_t lost;                           /* lines that the consumer could not write */
    struct log_block *from; /* owned, with those that follow it; the consumer's, as is all below */
    uint32_t taken, seen;   /* bytes of that block */
    uint32_t dropped_seen;  /* as far as the lines that were popped tell, and mod 2^32 */
    _Alignas(LOG_RING_LINE) _Atomic(struct log_block *) spare[LOG_RING_SPARE]; /* owned */
    _Atomic uint32_t blocks;                                                   /* all that there are */
    uint32_t most_blocks;
    struct log_bell *bell; /* borrowed */
};

struct log_line {
    uint64_t time_us;
    struct sv record;
    uint32_t gap; /* lines that were dropped before it, and after the one before */
};

int log_bell_init(struct log_bell *b);
void log_bell_fini(struct log_bell *b);
/* From now on a queue that holds so many bytes rings. */
void log_bell_wait(struct log_bell *b, uint32_t enough);
/* Awake: nobody needs to ring. */
void log_bell_clear(struct log_bell *b);
/* Wake the consumer, whatever there is. */
void log_bell_ring(struct log_bell *b);
/* Does the consumer wait for a reader or a disk? Then nobody makes way for it. */
void log_bell_block(struct log_bell *b, bool blocked);

/* `most` bytes of memory at most, and at least two blocks. */
int log_ring_init(struct log_ring *r, uint64_t most, struct log_bell *bell);
void log_ring_fini(struct log_ring *r);

/* A turn begins: the lines that it pushes are not older than this. Due only where several queues are merged. */
void log_ring_begin(struct log_ring *r, uint64_t now_us);
/* Take the memory for `cost` bytes now, so that lines which cost no more together will find room. */
bool log_ring_has_room(struct log_ring *r, uint64_t cost);
/* An answer has to wait, as there was none. */
void log_ring_wait(struct log_ring *r);
/* Room for a record of at most LOG_RING_PIECE bytes; then push it, with its length. Times never go back. */
char *log_ring_room(struct log_ring *r);
void log_ring_push(struct log_ring *r, size_t len, uint64_t time_us);
/* Lines were not written. */
void log_ring_drop(struct log_ring *r, uint64_t lines);
/* The turn is over: let the consumer see what was pushed, and wake it if it wants that. */
void log_ring_tell(struct log_ring *r);
/* Is more than half of the queue full of lines that the consumer could take if it had a CPU? */
bool log_ring_is_crowded(const struct log_ring *r);

/* All lines that end before this time, which is not after `now_us`, can be seen. */
uint64_t log_ring_until(const struct log_ring *r, uint64_t now_us);
/* The oldest line, which stays until it is popped; false where there is none. */
bool log_ring_front(struct log_ring *r, struct log_line *line);
void log_ring_pop(struct log_ring *r, const struct log_line *line);
/* Lines that were dropped since, where nothing comes after them. No gap tells of them again. */
uint64_t log_ring_last_gap(struct log_ring *r);
/* Lines that were popped could not be written. */
void log_ring_lose(struct log_ring *r, uint64_t lines);
/* Give the kernel the blocks that stay for the producer. Returns how many these were. */
unsigned log_ring_trim(struct log_ring *r);

/* Bytes that wait for the consumer, or a little more. */
static inline uint64_t log_ring_held(const struct log_ring *r)
{
    return atomic_load(&r->pushed) - atomic_load_explicit(&r->popped, memory_order_relaxed);
}

/* Lines that are missing: those that found no room, and those that could not be written. */
static inline uint64_t log_ring_dropped(const struct log_ring *r)
{
    return atomic_load_explicit(&r->dropped, memory_order_relaxed) +
           atomic_load_explicit(&r->lost, memory_order_relaxed);
}

static inline uint64_t log_ring_waited(const struct log_ring *r)
{
    return atomic_load_explicit(&r->waited, memory_order_relaxed);
}

/* What a record of so many bytes costs. */
static inline uint32_t log_ring_cost(size_t len)
{
    return (uint32_t)(LOG_RING_HEAD + ((len + LOG_RING_ROUND - 1) & ~(size_t)(LOG_RING_ROUND - 1)));
}

#endif
