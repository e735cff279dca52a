/* SPDX-License-Identifier: MIT */
/* SIGUSR2, as the new process sees it. What comes here is the third way by which a connection changes its thread: out of
 * another process, into a ring. */

#include "daemon/predecessors.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "confine/sandbox.h"
#include "daemon/events.h"
#include "upgrade/upgrade.h"

enum { SAY_MS = 10000 };

static int add_predecessor(struct predecessors *p, int fd)
{
    struct predecessor *all = realloc(p->v, (p->n + 1) * sizeof *all);

    if (all == NULL)
        return -ENOMEM;
    p->v = all;
    all[p->n] = (struct predecessor){.fd = fd};
    int err = events_watch(p->home.epoll_fd, EVENT_PREDECESSOR, fd, EPOLLIN);
    if (err == 0)
        p->n++;
    return err;
}

int predecessors_init(struct predecessors *p, const struct predecessors_home *home)
{
    int fd = inherited_take(&home->sockets->inherited, UPGRADE_NAME);

    *p = (struct predecessors){.home = *home, .main = fd < 0};
    int err = fd >= 0 ? add_predecessor(p, fd) : 0;
    home->sockets->predecessor_owns = !p->main;
    if (!p->main)
        sandbox_inherit();
    if (err < 0)
        close(fd);
    return err;
}

void predecessors_fini(struct predecessors *p)
{
    predecessors_drop(p);
    free(p->v);
}

void predecessors_drop(struct predecessors *p)
{
    while (p->n > 0)
        close(p->v[--p->n].fd);
}

static void say_serving(const struct predecessors *p)
{
    p->home.sockets->predecessor_owns = false;
    if (!reload_is_opening(p->home.reload))
        sockets_store(p->home.sockets); /* else once that is over */
    notify_tell(p->home.notify, "READY=1");
}

static void become_main(struct predecessors *p)
{
    if (p->main)
        return;
    p->main = true;
    say_serving(p);
}

void predecessors_say_ready(struct predecessors *p)
{
    if (p->main) {
        say_serving(p);
        return;
    }
    int err = p->n > 0 ? upgrade_send(p->v[0].fd, UPGRADE_READY, NULL) : 0;
    p->owes_ready = err == -EAGAIN;
    if (err < 0 && err != -EAGAIN)
        log_warning("upgrade: the old process does not listen");
}

/* They have seats of the service, which is ours. */
static void count_elsewhere(const struct predecessors *p)
{
    uint64_t n = 0;

    for (size_t i = 0; i < p->n; i++)
        n += p->v[i].connections;
    atomic_store(&p->home.acceptor->seats.elsewhere, n);
}

/* What holds here for a connection that was accepted there. */
static int terms_of_message(struct terms_book *book, struct upgrade_message *message, const struct terms **out)
{
    struct terms theirs;

    if (upgrade_terms(message, &theirs))
        return terms_take(book, &theirs, out);
    *out = terms_find(book, &theirs);
    return 0;
}

static void adopt(struct predecessors *p, struct predecessor *from, struct generation *present,
                  struct upgrade_message *message)
{
    struct acceptor *a = p->home.acceptor;
    struct baton b = upgrade_baton(message);
    bool taken = false;

    if (message->kind == UPGRADE_PREDECESSOR) {
        taken = add_predecessor(p, b.fd) == 0;
    } else {
        /* There was room. */
        taken = !a->left && terms_of_message(&present->terms, message, &b.terms) == 0 && acceptor_hand(a, &b);
        from->connections -= from->connections > 0;
    }
    if (!taken)
        close(b.fd);
}

/* It stays where it is: with the one who sent it, until there is room here, as when one of ours goes. */
static void wait_for_room(struct predecessors *p, int err, uint64_t now_ms)
{
    p->waits = true;
    if (err == -EMFILE)
        acceptor_make_room(p->home.acceptor);
    if (now_ms < p->say_ms)
        return;
    p->say_ms = now_ms + SAY_MS;
    log_warning("upgrade: no %s is free for a connection that the old process passes on; it waits",
                err == -EMFILE ? "descriptor" : "memory");
}

/* One message; -EAGAIN where there is none, or no room for what it brings. */
static int hear_one(struct predecessors *p, size_t i, struct generation *present, uint64_t now_ms)
{
    struct upgrade_message message;
    uint64_t connections;

    /* What finds no room stays where it is. Before we serve nothing comes but the end. */
    if (present != NULL && !p->home.acceptor->left && !acceptor_has_room(p->home.acceptor)) {
        p->waits = true;
        return -EAGAIN;
    }
    int err = upgrade_receive(p->v[i].fd, &message);
    if (err < 0 && err != -EAGAIN && !upgrade_is_gone(err)) {
        wait_for_room(p, err, now_ms);
        return -EAGAIN;
    }
    if (err < 0)
        return err;
    if (message.kind == UPGRADE_GO)
        become_main(p);
    else if (upgrade_count(&message, &connections))
        p->v[i].connections = connections;
    else if (message.kind != UPGRADE_READY)
        adopt(p, &p->v[i], present, &message);
    return 0;
}

/* All that one of them has to say; -EAGAIN where it may say more. */
static int hear_all(struct predecessors *p, size_t i, struct generation *present, uint64_t now_ms)
{
    int err = 0;

    while (err == 0)
        err = hear_one(p, i, present, now_ms);
    return err;
}

void predecessors_hear(struct predecessors *p, struct generation *present, uint64_t now_ms)
{
    for (size_t i = 0; i < p->n;) {
        if (hear_all(p, i, present, now_ms) == -EAGAIN) {
            i++;
            continue;
        }
        close(p->v[i].fd);
        p->v[i] = p->v[--p->n];
        if (p->main)
            continue;
        /* It stopped, or gave us up: the service manager does not know us, and nobody asked for two that serve. */
        log_error("upgrade: the old process is gone, or goes on; this one ends");
        (void)raise(SIGTERM);
    }
    count_elsewhere(p);
}

void predecessors_pass_on(struct predecessors *p, int successor_fd)
{
    size_t left = 0;

    for (size_t i = 0; i < p->n; i++) {
        const struct baton b = {.fd = p->v[i].fd};
        /* The other process has it from now on, so that closing it would not take it out of our epoll set. */
        (void)epoll_ctl(p->home.epoll_fd, EPOLL_CTL_DEL, b.fd, NULL);
        int err = upgrade_send(successor_fd, UPGRADE_PREDECESSOR, &b);
        if (err == -EAGAIN)
            p->v[left++] = p->v[i];
        else if (err < 0)
            close(b.fd);
    }
    p->n = left;
    p->main = false;
    count_elsewhere(p);
}
