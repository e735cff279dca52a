/* SPDX-License-Identifier: MIT */
/* generation/acceptor.h: deal connections out to the workers of a generation, round-robin.
 *
 * It accepts connections (accept = handoff), and is given those that a retired generation or another process passes on. A
 * connection for which there is no room stays where it is: in the kernel's backlog, or with the one who has it.
 *
 *     accepting <----> paused: no seat, no descriptor, or no room in the rings
 *         |              |
 *         +--------------+--acceptor_begin_to_leave--> the backlogs are emptied --acceptor_leave--> left
 *
 * Ownership: borrows the generation and the epoll descriptor; owns the gate and the seats.
 * Threads:   the master.
 * Errors:    acceptor_init returns 0 or -errno. Shortages are logged, and it tries again.
 * Source:    accept4(2), epoll(7).
 */
#ifndef BATON_GENERATION_ACCEPTOR_H
#define BATON_GENERATION_ACCEPTOR_H

#include "generation/generation.h"

struct acceptor {
    struct generation *g; /* borrowed; NULL = nobody takes connections */
    int epoll_fd;         /* borrowed; a door's event has its descriptor as data.u64 */
    struct gate gate;
    struct seats seats;
    uint64_t asked_ms;  /* when the workers were asked who could go */
    uint64_t chosen_ms; /* when one of them was told to let somebody go */
    bool accepting;     /* the doors are watched */
    bool left;          /* nobody takes a new connection any more */
    uint64_t owed;      /* connections that may have waited when the doors were to be left */
};

int acceptor_init(struct acceptor *a, int epoll_fd);
void acceptor_fini(struct acceptor *a);

/* From now on for this generation, which has started; NULL for none. */
void acceptor_use(struct acceptor *a, struct generation *g);

/* A door has news. */
void acceptor_event(struct acceptor *a, int fd);

/* The doors are to be left: from now on acceptor_empty_backlogs accepts what waits there, some at each call, and no more
 * than can have waited now. True once nobody does; what came later is not owed an answer. */
void acceptor_begin_to_leave(struct acceptor *a);
bool acceptor_empty_backlogs(struct acceptor *a);
/* The same for a door that is not among ours; the caller keeps in *owed how many may still have to be accepted. */
bool acceptor_empty_backlog(struct acceptor *a, const struct door *door, uint64_t *owed);
/* The backlogs are empty, or there is no more time for them: from now on nothing is given to a worker. What would be is
 * closed by whoever has it, which asks acceptor.left. */
void acceptor_leave(struct acceptor *a);

/* Give a connection to a worker. False without room: it is still the caller's, and the gate will open. */
bool acceptor_hand(struct acceptor *a, const struct baton *b);

/* Is there room for one more that is passed on? False: the gate will open. */
bool acceptor_has_room(struct acceptor *a);

/* Somebody waits for a seat, or a descriptor: the longest idle connection of all workers is to go. */
void acceptor_make_room(struct acceptor *a);
/* A worker that accepts itself asks for that. */
void acceptor_answer_wish(struct acceptor *a);

/* Wake the workers that got any since the last call; before the master sleeps. */
void acceptor_flush(struct acceptor *a);

/* It had to stop, and should be asked to resume once the gate opened, or after a while. */
bool acceptor_is_paused(const struct acceptor *a);
void acceptor_resume(struct acceptor *a);

#endif
