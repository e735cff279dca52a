/* SPDX-License-Identifier: MIT */
/* io/baton.h: a connection on its way from one thread to another, and what its next owner must know of it (header only).
 *
 * A connection that was accepted is new. One that is passed on, from a worker that retires to one that begins, is idle:
 * its last answer was sent, and what comes next on it is a request.
 *
 * Ownership: whoever has the baton owns its descriptor.
 * Threads:   a value; it goes through io/handoff, or to another process.
 * Errors:    none.
 * Units:     since_us: the low 32 bits of CLOCK_MONOTONIC in microseconds, when it was accepted or passed on.
 */
#ifndef BATON_IO_BATON_H
#define BATON_IO_BATON_H

#include <stdbool.h>
#include <stdint.h>

#include "io/peer.h"

struct terms;

struct baton {
    const struct terms
        *terms;       /* borrowed, of the generation whose worker has it or gets it; NULL = none (serve/terms) */
    struct peer peer; /* as far as it is known; all zero as a rule */
    int fd;           /* owned */
    uint32_t since_us;
    bool served; /* passed on, with at least one request answered */
    bool passed; /* passed on */
};

#endif
