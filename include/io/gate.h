/* SPDX-License-Identifier: MIT */
/* io/gate.h: let workers wake a master that waits for room.
 *
 * The master says that it waits, looks once more whether there is room, and sleeps. A worker makes room, then looks
 * whether somebody waits. One of the two sees the other, as far as room is made by sequentially consistent stores; for
 * other kinds of room the master looks again after a while by itself.
 *
 * Ownership: gate_init makes the eventfd, gate_fini closes it.
 * Threads:   gate_wait, gate_clear: the master. gate_open: any worker.
 * Errors:    gate_init returns 0 or -errno.
 * Source:    eventfd(2).
 */
#ifndef BATON_IO_GATE_H
#define BATON_IO_GATE_H

#include <stdatomic.h>
#include <stdbool.h>

struct gate {
    _Atomic bool waiting;
    int fd; /* owned; readable when there may be room */
};

int gate_init(struct gate *g);
void gate_fini(struct gate *g);
void gate_wait(struct gate *g);
void gate_clear(struct gate *g);
void gate_open(struct gate *g);

#endif
