/* SPDX-License-Identifier: MIT */
/* What becomes of a generation when another has taken its place. This is the second way by which a connection changes its
 * thread: out of an outbox, into a ring. */

#include "daemon/retired.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/succession.h"

/* What cannot be watched is looked into from time to time. */
static void watch_outbox(const struct master *m, struct generation *g, const struct handoff *outbox)
{
    g->unwatched = events_watch(m->epoll_fd, EVENT_OUTBOX, outbox->wake_fd, EPOLLIN) < 0 || g->unwatched;
}

void retired_add(struct master *m, struct generation *g)
{
    for (size_t i = 0; i < crew_started(&g->crew); i++)
        watch_outbox(m, g, crew_outbox(&g->crew, i));
    if (g->status.started)
        watch_outbox(m, g, &g->status.worker->shard.outbox);
    m->waits = m->waits || g->unwatched;
    list_append(&m->retired, &g->link);
    generation_stop(g, STOP_RETIRE);
}

/* False where it has to wait, and is still where it was. */
static bool pass(struct master *m, struct baton b)
{
    if (m->succession.passing_on)
        return succession_pass(m, &b);
    if (m->stopping.left) {
        close(b.fd); /* as if it had been idle with a worker of the last generation */
        return true;
    }
    return terms_take(&m->g->terms, b.terms, &b.terms) == 0 && acceptor_hand(&m->acceptor, &b);
}

static bool empty_outbox(struct master *m, struct handoff *outbox)
{
    struct baton b;

    while (handoff_peek(outbox, &b)) {
        if (!pass(m, b))
            return false;
        (void)handoff_pop(outbox, &b);
    }
    return true;
}

/* But not of a socket that went to another address: those who accept from it there have the terms for it. */
static bool empty_backlogs(struct master *m, struct listeners_one *one)
{
    struct door door = {0};
    bool empty = true;

    if (terms_take(&m->g->terms, one->terms, &door.terms) < 0)
        return false;
    for (size_t i = 0; i < one->bound->n; i++) {
        door.fd = one->bound->v[i].fd;
        if (sockets_has_beside(&m->sockets, one->bound, door.fd))
            continue;
        empty = acceptor_empty_backlog(&m->acceptor, &door, &one->owed) && empty;
    }
    return empty;
}

/* Sockets that nobody else listens on go, once what the kernel has connected there has gone to a worker. */
static bool leave_sockets(struct master *m, struct generation *g)
{
    bool empty = true;

    if (!generation_is_deaf(g) || reload_is_opening(&m->reload))
        return true;
    for (size_t i = 0; i < g->listeners.n && !m->succession.passing_on && !m->stopping.left; i++)
        empty = (g->listeners.v[i].bound->users > 1 || empty_backlogs(m, &g->listeners.v[i])) && empty;
    if (empty)
        generation_close_listeners(g);
    return empty;
}

/* True where nothing waits in the outboxes. */
static bool pass_on(struct master *m, struct generation *g)
{
    bool empty = true;

    for (size_t i = 0; i < crew_started(&g->crew); i++)
        if (empty_outbox(m, crew_outbox(&g->crew, i)))
            crew_outbox_has_room(&g->crew, i);
        else
            empty = false;
    return empty;
}

void retired_run(struct master *m)
{
    bool some = m->retired.next != &m->retired;

    for (struct list *l = m->retired.next, *next; l != &m->retired; l = next) {
        struct generation *g = list_of(l, struct generation, link);
        bool done = generation_done(g); /* before the look at what it passed on: nothing comes after that */
        next = l->next;
        bool empty = pass_on(m, g);
        empty = leave_sockets(m, g) && empty;
        empty = status_listener_pass(&g->status, m->g != NULL ? &m->g->status : NULL) && empty;
        m->waits = m->waits || !empty || g->unwatched;
        g->over = done && empty;
        if (!g->over || m->reload.work != RELOAD_IDLE)
            continue;
        generation_free(&g);
    }
    /* A name by which the manager kept a socket may be gone, and the socket have another. */
    if (some && m->succession.main && !life_is_stopping(m->life) && !reload_is_opening(&m->reload))
        sockets_store(&m->sockets);
}

void retired_stop(struct master *m, enum stop how)
{
    for (struct list *l = m->retired.next; l != &m->retired; l = l->next)
        generation_stop(list_of(l, struct generation, link), how);
}
