/* SPDX-License-Identifier: MIT */
/* Accept, and deal out. With accept = handoff every connection begins here: accepted in batches, handed round-robin to the
 * workers' rings, one signal for each worker that got any. */

#include "generation/acceptor.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/log.h"
#include "reactor/evict.h"

enum { ACCEPT_BATCH = 64, LEAVE_BATCH = 1024, SCARCE_MS = 1000, ASKED_MS = 50 };

int acceptor_init(struct acceptor *a, int epoll_fd)
{
    *a = (struct acceptor){.epoll_fd = epoll_fd};
    seats_init(&a->seats, 0, 0);
    return gate_init(&a->gate);
}

void acceptor_fini(struct acceptor *a)
{
    gate_fini(&a->gate);
}

/* From now on, where it was not watched before. */
static int watch_door(const struct acceptor *a, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u64 = (uint64_t)fd};

    if (epoll_ctl(a->epoll_fd, EPOLL_CTL_MOD, fd, &event) == 0)
        return 0;
    return errno == ENOENT && epoll_ctl(a->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

/* A door that cannot be watched now is one more reason to try again later. */
static void set_accepting(struct acceptor *a, bool accepting)
{
    a->accepting = accepting;
    for (size_t i = 0; a->g != NULL && i < a->g->n_doors; i++) {
        int err = watch_door(a, a->g->doors[i].fd, accepting ? EPOLLIN : 0);
        if (err == 0)
            continue;
        a->accepting = false;
        log_error("cannot watch a listener, will try again: %s", strerror(-err));
    }
}

static void leave_doors(const struct acceptor *a)
{
    for (size_t i = 0; a->g != NULL && i < a->g->n_doors; i++)
        (void)epoll_ctl(a->epoll_fd, EPOLL_CTL_DEL, a->g->doors[i].fd, NULL); /* it may not have been watched */
}

void acceptor_use(struct acceptor *a, struct generation *g)
{
    acceptor_flush(a);
    leave_doors(a);
    a->g = g;
    set_accepting(a, true);
}

static struct worker *next_worker(struct acceptor *a)
{
    return a->g != NULL ? crew_next(&a->g->crew) : NULL;
}

/* With a seat taken. */
static struct worker *next_for_new(struct acceptor *a)
{
    if (!seats_take(&a->seats))
        return NULL;
    struct worker *w = next_worker(a);
    if (w == NULL)
        seats_leave(&a->seats, 1);
    return w;
}

void acceptor_make_room(struct acceptor *a)
{
    uint64_t now = clock_now_us() / 1000;

    if (a->g == NULL)
        return;
    if (atomic_exchange(&a->seats.scarce_ms, now + SCARCE_MS) <= now) {
        a->asked_ms = now;
        crew_ask_who(&a->g->crew);
    }
    struct worker *w = crew_find_first(&a->g->crew, now, now < a->asked_ms + ASKED_MS, now < a->chosen_ms + ASKED_MS);
    if (w == NULL)
        return;
    a->chosen_ms = now;
    atomic_store(&w->first, EVICT_NONE); /* until it has looked again */
    worker_make_room(w);
}

void acceptor_answer_wish(struct acceptor *a)
{
    if (atomic_load_explicit(&a->seats.wanted, memory_order_relaxed) && atomic_exchange(&a->seats.wanted, false))
        acceptor_make_room(a);
}

/* Say that we wait before looking a last time, so that no worker's news falls in between. */
static struct worker *next_or_wait(struct acceptor *a, struct worker *(*next)(struct acceptor *))
{
    struct worker *w = next(a);

    if (w == NULL) {
        gate_wait(&a->gate);
        w = next(a);
    }
    return w;
}

bool acceptor_hand(struct acceptor *a, const struct baton *b)
{
    struct worker *w = next_or_wait(a, next_worker);

    if (w == NULL)
        return false;
    seats_add(&a->seats);
    crew_give(&a->g->crew, w, b);
    return true;
}

bool acceptor_has_room(struct acceptor *a)
{
    return next_or_wait(a, next_worker) != NULL;
}

/* There was no room for one who waits. */
static void pause_accepting(struct acceptor *a)
{
    acceptor_make_room(a);
    set_accepting(a, false);
}

/* As many as `*most` says, which is counted down. True once nobody waits in the backlog. The first is known to wait; where
 * there is no room for one of the others, epoll tells of it again. */
static bool accept_batch(struct acceptor *a, const struct door *door, uint64_t *most)
{
    int in_vain = 0;

    for (uint64_t first = *most; *most > 0; --*most) {
        struct worker *w = *most == first ? next_or_wait(a, next_for_new) : next_for_new(a);
        if (w == NULL && *most == first)
            pause_accepting(a);
        if (w == NULL)
            return false;
        int fd = listener_accept(door->fd);
        if (fd >= 0) {
            crew_give(&a->g->crew, w, &(struct baton){.fd = fd, .since_us = clock_us(), .terms = door->terms});
            continue;
        }
        seats_leave(&a->seats, 1);
        enum listener_failure failure = listener_failure(fd);
        if (failure == LISTENER_NEXT && ++in_vain == ACCEPT_BATCH)
            failure = LISTENER_PAUSE; /* what should be of one connection is of all */
        if (failure == LISTENER_PAUSE) {
            log_warning("cannot accept, will try again: %s", strerror(-fd));
            pause_accepting(a);
        }
        if (failure != LISTENER_NEXT)
            return failure == LISTENER_EMPTY;
    }
    return false;
}

void acceptor_event(struct acceptor *a, int fd)
{
    for (size_t i = 0; a->g != NULL && i < a->g->n_doors; i++)
        if (a->g->doors[i].fd == fd) {
            uint64_t most = ACCEPT_BATCH;
            (void)accept_batch(a, &a->g->doors[i], &most);
            return;
        }
}

void acceptor_begin_to_leave(struct acceptor *a)
{
    a->owed = 0;
    for (size_t i = 0; a->g != NULL && i < a->g->n_doors; i++)
        a->owed += (uint64_t)a->g->doors[i].backlog;
}

bool acceptor_empty_backlog(struct acceptor *a, const struct door *door, uint64_t *owed)
{
    uint64_t most = *owed < LEAVE_BATCH ? *owed : LEAVE_BATCH;
    uint64_t before = most;
    bool empty = accept_batch(a, door, &most);

    *owed -= before - most;
    return empty || *owed == 0;
}

bool acceptor_empty_backlogs(struct acceptor *a)
{
    bool empty = true;

    for (size_t i = 0; a->g != NULL && i < a->g->n_doors; i++)
        empty = acceptor_empty_backlog(a, &a->g->doors[i], &a->owed) && empty;
    return empty;
}

void acceptor_leave(struct acceptor *a)
{
    a->left = true;
}

void acceptor_flush(struct acceptor *a)
{
    if (a->g != NULL)
        crew_flush(&a->g->crew);
}

bool acceptor_is_paused(const struct acceptor *a)
{
    return a->g != NULL && a->g->n_doors > 0 && !a->accepting;
}

void acceptor_resume(struct acceptor *a)
{
    set_accepting(a, true);
}
