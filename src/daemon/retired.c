/* SPDX-License-Identifier: MIT */
/* What becomes of a generation when another has taken its place. This is the second way by which a connection changes its
 * thread: out of an outbox, into a ring. */

#include "daemon/retired.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/events.h"

void retired_init(struct retired *r, const struct retired_home *home)
{
    *r = (struct retired){.home = *home};
    list_init(&r->list);
}

/* What cannot be watched is looked into from time to time. */
static void watch_outbox(const struct retired *r, struct generation *g, const struct handoff *outbox)
{
    g->unwatched = events_watch(r->home.epoll_fd, EVENT_OUTBOX, outbox->wake_fd, EPOLLIN) < 0 || g->unwatched;
}

void retired_add(struct retired *r, struct generation *g)
{
    for (size_t i = 0; i < crew_started(&g->crew); i++)
        watch_outbox(r, g, crew_outbox(&g->crew, i));
    if (g->status.started)
        watch_outbox(r, g, &g->status.worker->shard.outbox);
    r->waits = r->waits || g->unwatched;
    list_append(&r->list, &g->link);
    generation_stop(g, STOP_RETIRE);
}

/* False where it has to wait, and is still where it was. */
static bool pass(struct retired *r, struct generation *present, struct baton b)
{
    if (r->home.succession->passing_on)
        return succession_pass(r->home.succession, &b);
    if (r->home.acceptor->left) {
        close(b.fd); /* as if it had been idle with a worker of the last generation */
        return true;
    }
    return terms_take(&present->terms, b.terms, &b.terms) == 0 && acceptor_hand(r->home.acceptor, &b);
}

static bool empty_outbox(struct retired *r, struct generation *present, struct handoff *outbox)
{
    struct baton b;

    while (handoff_peek(outbox, &b)) {
        if (!pass(r, present, b))
            return false;
        (void)handoff_pop(outbox, &b);
    }
    return true;
}

/* But not of a socket that went to another address: those who accept from it there have the terms for it. */
static bool empty_backlogs(struct retired *r, struct generation *present, struct listeners_one *one)
{
    struct door door = {0};
    bool empty = true;

    if (terms_take(&present->terms, one->terms, &door.terms) < 0)
        return false;
    for (size_t i = 0; i < one->bound->n; i++) {
        door.fd = one->bound->v[i].fd;
        if (sockets_has_beside(r->home.sockets, one->bound, door.fd))
            continue;
        empty = acceptor_empty_backlog(r->home.acceptor, &door, &one->owed) && empty;
    }
    return empty;
}

/* Sockets that nobody else listens on go, once what the kernel has connected there has gone to a worker. */
static bool leave_sockets(struct retired *r, struct generation *present, struct generation *g)
{
    bool serves = !r->home.succession->passing_on && !r->home.acceptor->left;
    bool empty = true;

    if (!generation_is_deaf(g) || reload_is_opening(r->home.reload))
        return true;
    for (size_t i = 0; i < g->listeners.n && serves; i++)
        empty = (g->listeners.v[i].bound->users > 1 || empty_backlogs(r, present, &g->listeners.v[i])) && empty;
    if (empty)
        generation_close_listeners(g);
    return empty;
}

/* True where nothing waits in the outboxes. */
static bool pass_on(struct retired *r, struct generation *present, struct generation *g)
{
    bool empty = true;

    for (size_t i = 0; i < crew_started(&g->crew); i++)
        if (empty_outbox(r, present, crew_outbox(&g->crew, i)))
            crew_outbox_has_room(&g->crew, i);
        else
            empty = false;
    return empty;
}

void retired_run(struct retired *r, struct generation *present)
{
    for (struct list *l = r->list.next, *next; l != &r->list; l = next) {
        struct generation *g = list_of(l, struct generation, link);
        bool done = generation_done(g); /* before the look at what it passed on: nothing comes after that */
        next = l->next;
        bool empty = pass_on(r, present, g);
        empty = leave_sockets(r, present, g) && empty;
        empty = status_listener_pass(&g->status, present != NULL ? &present->status : NULL) && empty;
        r->waits = r->waits || !empty || g->unwatched;
        g->over = done && empty;
        if (g->over && reload_is_idle(r->home.reload))
            generation_free(&g);
    }
    retired_mind_successor(r);
}

void retired_stop(struct retired *r, enum stop how)
{
    for (struct list *l = r->list.next; l != &r->list; l = l->next)
        generation_stop(list_of(l, struct generation, link), how);
}

void retired_mind_successor(struct retired *r)
{
    if (succession_is_lost(r->home.succession))
        retired_stop(r, STOP_WHEN_EMPTY);
}

bool retired_are_over(const struct retired *r)
{
    for (struct list *l = r->list.next; l != &r->list; l = l->next)
        if (!list_of(l, struct generation, link)->over)
            return false;
    return true;
}
