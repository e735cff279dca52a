/* SPDX-License-Identifier: MIT */
/* host/budget.h: what a process with so many descriptors can promise.
 *
 * Ownership: values. Threads: any.
 * Errors:    budget_plan returns -EMFILE where the workers alone take more than there are; `own` says how many.
 * Units:     descriptors; each connection takes one, and each file that is held open.
 */
#ifndef BATON_HOST_BUDGET_H
#define BATON_HOST_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Connections to [status] at once, at most. */
enum { STATUS_CONNECTIONS = 64 };

struct budget_ask {
    uint64_t fds; /* that the process may have */
    size_t workers;
    size_t sockets;       /* that listen */
    uint64_t status;      /* connections to [status] at once, at most; 0 where there is none */
    uint64_t connections; /* asked for; 0 = as many as go */
};

struct budget {
    uint64_t own;         /* taken before anybody comes */
    uint64_t room;        /* for connections and files (io/seats) */
    uint64_t status;      /* connections to [status] at once */
    uint64_t connections; /* at once */
    uint64_t affordable;  /* connections that are sure to find a descriptor: `connections`, or fewer */
    uint64_t kept;        /* files that stay open while nobody asks for them */
};

int budget_plan(struct budget *b, const struct budget_ask *ask);

#endif
