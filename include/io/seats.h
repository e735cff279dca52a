/* SPDX-License-Identifier: MIT */
/* io/seats.h: how many connections the service has, how many files it holds open for them, and how many it may.
 *
 * One for all workers, of all generations, so that a limit is the service's and not a worker's; what a process has that this
 * one succeeded is told by that process, and counts. Both take descriptors out of one room:
 *
 *     0                                               room
 *     | connections -->                   <-- files |  |
 *                                                      nobody new past this; no file past the line before it, so that those
 *                                                      who come find a seat and small files can be read
 *
 * Ownership: a value; whoever takes leaves once for each time.
 * Threads:   any. Only what is taken changes often, and stands in cache lines of its own.
 * Errors:    false where there is none to have.
 */
#ifndef BATON_IO_SEATS_H
#define BATON_IO_SEATS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { SEATS_LINE = 64 };

struct seats {
    _Atomic uint64_t limit;     /* connections */
    _Atomic uint64_t room;      /* descriptors of this process, for connections and files */
    _Atomic uint64_t elsewhere; /* connections of processes that this one succeeded */
    _Atomic uint64_t scarce_ms; /* until then, of CLOCK_MONOTONIC, workers say who could go (reactor/evict) */
    _Atomic bool wanted;        /* a worker that accepts found none, and nobody of its own who could go */
    char apart[SEATS_LINE];     /* wherever the structure lies: not each one's memory can be aligned */
    _Atomic uint64_t connections;
    _Atomic uint64_t files;
};

void seats_init(struct seats *s, uint64_t limit, uint64_t room);
void seats_allow(struct seats *s, uint64_t limit, uint64_t room);

/* For one who comes. */
bool seats_take(struct seats *s);
/* For one who is passed on: had one, and has it still. */
void seats_add(struct seats *s);
void seats_leave(struct seats *s, uint64_t n);

bool seats_take_file(struct seats *s);
void seats_leave_file(struct seats *s);

static inline uint64_t seats_taken(const struct seats *s)
{
    return atomic_load(&s->connections);
}

#endif
