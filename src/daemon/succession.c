/* SPDX-License-Identifier: MIT */
/* SIGUSR2, and what follows: first as the old process, then as the new one. */

#include "daemon/succession.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "confine/sandbox.h"
#include "daemon/retired.h"
#include "upgrade/upgrade.h"

enum { UPGRADE_MS = 90000, COUNT_MS = 1000, SAY_MS = 10000, LOOK_MS = 100 };

static void drop_successor(struct master *m)
{
    close(m->succession.fd);
    m->succession.fd = -1;
    m->succession.pid = 0;
}

/* While a generation is being opened, the sockets that a successor gets are not ours to pass. */
void succession_begin(struct master *m)
{
    char walls[SANDBOX_WALLS_SIZE];

    if (m->failed != 0 || life_is_leaving(m->life) || m->succession.fd >= 0)
        return;
    bool waited = m->succession.wanted;
    m->succession.wanted = reload_is_opening(&m->reload);
    if (m->succession.wanted && !waited)
        log_notice("upgrade: it begins once what a reload opens is open");
    if (m->succession.wanted)
        return;
    if (getpid() == 1) {
        log_error("no upgrade: a container ends with its first process, which this is");
        return;
    }
    sandbox_walls(walls);
    int err = launcher_start(&m->launcher, &m->sockets, walls, &m->succession.fd);
    if (err == 0)
        err = events_watch(m->epoll_fd, EVENT_SUCCESSOR, m->succession.fd, EPOLLIN | EPOLLOUT);
    if (err < 0) {
        log_error("no upgrade: cannot start %s: %s", m->path,
                  err == -EPIPE ? "the process that starts others was killed; a restart brings it back"
                                : strerror(-err));
        succession_cancel(m);
        return;
    }
    life_move(&m->life, LIFE_HANDING_OVER);
    m->succession.missed_reopening = false;
    log_notice("upgrade: started %s", m->path);
    figures_upgraded(&m->figures);
    m->succession.give_up_ms = master_now_ms() + UPGRADE_MS;
}

static void count_elsewhere(struct master *m)
{
    uint64_t n = 0;

    for (size_t i = 0; i < m->succession.n_predecessors; i++)
        n += m->succession.predecessors[i].connections;
    atomic_store(&m->acceptor.seats.elsewhere, n);
}

/* Who still passes connections on to us shall pass them on to the new process; whoever could not be passed on, a little
 * later. */
static void pass_predecessors(struct master *m)
{
    size_t left = 0;

    for (size_t i = 0; i < m->succession.n_predecessors; i++) {
        const struct baton b = {.fd = m->succession.predecessors[i].fd};
        /* The other process has it from now on, so that closing it would not take it out of our epoll set. */
        (void)epoll_ctl(m->epoll_fd, EPOLL_CTL_DEL, b.fd, NULL);
        int err = upgrade_send(m->succession.fd, UPGRADE_PREDECESSOR, &b);
        if (err == -EAGAIN)
            m->succession.predecessors[left++] = m->succession.predecessors[i];
        else if (err < 0)
            close(b.fd);
    }
    m->succession.n_predecessors = left;
    count_elsewhere(m);
}

/* They have seats of the service, which is the successor's now. */
static void tell_count(struct master *m)
{
    uint64_t now = master_now_ms();

    if (!m->succession.passing_on || m->succession.fd < 0 || now < m->succession.count_ms)
        return;
    m->succession.count_ms = now + COUNT_MS;
    (void)upgrade_send_count(m->succession.fd, seats_taken(&m->acceptor.seats)); /* else the next time */
}

/* What the successor cannot take any more ends here, as it would at a stop. */
static void lose_successor(struct master *m, const char *why)
{
    log_error("upgrade: %s%s", why, m->succession.passing_on ? "" : "; this process goes on");
    drop_successor(m);
    if (m->life == LIFE_HANDING_OVER)
        life_move(&m->life, LIFE_SERVING);
    if (!m->succession.passing_on)
        return;
    while (m->succession.n_predecessors > 0)
        close(m->succession.predecessors[--m->succession.n_predecessors].fd);
    retired_stop(m, STOP_WHEN_EMPTY);
}

/* The service manager hears it from us, as it does not listen to the new process before. */
static int say_go(struct master *m)
{
    notify_tell(&m->systemd, "MAINPID=%ld", (long)m->succession.pid);
    int err = upgrade_send(m->succession.fd, UPGRADE_GO, NULL);
    if (err < 0)
        notify_tell(&m->systemd, "MAINPID=%ld", (long)getpid());
    return err;
}

/* It may have read its configuration, or opened its logs, before what we were told since it was started. */
static void pass_signals(const struct master *m)
{
    if (m->reload.wants_opening)
        (void)kill(m->succession.pid, SIGHUP);
    else if (m->succession.missed_reopening)
        (void)kill(m->succession.pid, SIGUSR1);
}

/* It serves. Once it has the word, the service is its own; before that, nothing has changed here. */
static void hand_over(struct master *m)
{
    int err = say_go(m);

    if (err == -EAGAIN)
        return; /* once more, at the next tick */
    if (err < 0) {
        lose_successor(m, "the new process ended as it was to serve");
        return;
    }
    sockets_release(&m->sockets);
    pass_predecessors(m);
    pass_signals(m);
    log_notice("upgrade: process %ld serves now", (long)m->succession.pid);
    life_move(&m->life, LIFE_PASSING_ON);
    m->succession.main = false;
    m->succession.passing_on = true;
    m->succession.give_up_ms = master_now_ms() + UPGRADE_MS;
    tell_count(m);
    acceptor_use(&m->acceptor, NULL);
    retired_add(m, m->g);
    m->g = NULL;
}

void succession_forward(const struct master *m, int number)
{
    if (m->succession.passing_on && m->succession.fd >= 0)
        (void)kill(m->succession.pid, number);
}

bool succession_is_unheard(const struct master *m)
{
    return m->pulse.owes && master_now_ms() < m->succession.give_up_ms;
}

void succession_event(struct master *m)
{
    struct upgrade_message message;
    int err = upgrade_receive(m->succession.fd, &message);

    if (err == 0 && message.kind == UPGRADE_READY && !m->succession.passing_on)
        m->succession.pid = message.pid;
    else if (upgrade_is_gone(err))
        lose_successor(m,
                       m->succession.passing_on ? "the new process is gone" : "the new process ended before it served");
}

void succession_tick(struct master *m)
{
    if (m->succession.owes_ready)
        succession_say_ready(m);
    if (m->succession.pid != 0 && !m->succession.passing_on)
        hand_over(m);
    if (m->succession.fd >= 0)
        succession_event(m); /* what could not be received, or is behind that */
    if (m->succession.fd >= 0 && !m->succession.passing_on && master_now_ms() >= m->succession.give_up_ms)
        lose_successor(m, "the new process does not begin to serve");
    if (m->succession.wanted)
        succession_begin(m);
    if (m->succession.passing_on && m->succession.fd >= 0 && m->succession.n_predecessors > 0)
        pass_predecessors(m);
    tell_count(m);
}

int succession_wait_ms(const struct master *m, uint64_t now_ms)
{
    if (m->succession.owes_ready)
        return LOOK_MS;
    if (m->succession.fd < 0)
        return -1;
    if (!m->succession.passing_on || m->succession.n_predecessors > 0)
        return LOOK_MS;
    return m->succession.count_ms > now_ms ? (int)(m->succession.count_ms - now_ms) : 0;
}

void succession_cancel(struct master *m)
{
    if (m->succession.fd >= 0 && !m->succession.passing_on)
        drop_successor(m);
}

bool succession_pass(struct master *m, const struct baton *b)
{
    if (m->succession.fd < 0) {
        close(b->fd);
        return true;
    }
    int err = upgrade_send(m->succession.fd, UPGRADE_BATON, b);
    if (upgrade_is_gone(err)) {
        lose_successor(m, "the new process takes no more connections");
    } else if (err < 0 && err != -EAGAIN) {
        log_warning("upgrade: a connection cannot be passed on, and is closed: %s", strerror(-err));
        close(b->fd);
        return true;
    }
    return err == 0;
}

static int add_predecessor(struct master *m, int fd)
{
    struct predecessor *all = realloc(m->succession.predecessors, (m->succession.n_predecessors + 1) * sizeof *all);

    if (all == NULL)
        return -ENOMEM;
    m->succession.predecessors = all;
    m->succession.predecessors[m->succession.n_predecessors] = (struct predecessor){.fd = fd};
    int err = events_watch(m->epoll_fd, EVENT_PREDECESSOR, fd, EPOLLIN);
    if (err == 0)
        m->succession.n_predecessors++;
    return err;
}

int succession_find(struct master *m)
{
    int fd = inherited_take(&m->sockets.inherited, UPGRADE_NAME);
    int err = fd >= 0 ? add_predecessor(m, fd) : 0;

    m->succession.main = fd < 0;
    m->sockets.lent = !m->succession.main;
    if (!m->succession.main)
        sandbox_inherit();
    if (err < 0)
        close(fd);
    return err;
}

void succession_fini(struct master *m)
{
    while (m->succession.n_predecessors > 0)
        close(m->succession.predecessors[--m->succession.n_predecessors].fd);
    free(m->succession.predecessors);
}

static void become_main(struct master *m)
{
    if (m->succession.main)
        return;
    m->succession.main = true;
    m->sockets.lent = false;
    if (!reload_is_opening(&m->reload))
        sockets_store(&m->sockets); /* else once that is over */
    notify_tell(&m->systemd, "READY=1");
    master_say(m, "Serving");
}

void succession_say_ready(struct master *m)
{
    if (m->succession.main) {
        m->succession.main = false;
        become_main(m);
    } else {
        int err =
            m->succession.n_predecessors > 0 ? upgrade_send(m->succession.predecessors[0].fd, UPGRADE_READY, NULL) : 0;
        m->succession.owes_ready = err == -EAGAIN;
        if (err < 0 && err != -EAGAIN)
            log_warning("upgrade: the old process does not listen");
    }
}

/* What holds here for a connection that was accepted there. */
static int take_terms(struct master *m, struct upgrade_message *message, const struct terms **out)
{
    struct terms theirs;

    if (upgrade_terms(message, &theirs))
        return terms_take(&m->g->terms, &theirs, out);
    *out = terms_find(&m->g->terms, &theirs);
    return 0;
}

static void adopt(struct master *m, struct predecessor *from, struct upgrade_message *message)
{
    struct baton b = upgrade_baton(message);
    bool taken = false;

    if (message->kind == UPGRADE_PREDECESSOR) {
        taken = add_predecessor(m, b.fd) == 0;
    } else {
        /* There was room. */
        taken = !m->stopping.left && take_terms(m, message, &b.terms) == 0 && acceptor_hand(&m->acceptor, &b);
        from->connections -= from->connections > 0;
    }
    if (!taken)
        close(b.fd);
}

/* It stays where it is: with the one who sent it, until there is room here, as when one of ours goes. */
static void wait_for_room(struct master *m, int err)
{
    uint64_t now = master_now_ms();

    m->waits = true;
    if (err == -EMFILE)
        acceptor_make_room(&m->acceptor);
    if (now < m->succession.say_ms)
        return;
    m->succession.say_ms = now + SAY_MS;
    log_warning("upgrade: no %s is free for a connection that the old process passes on; it waits",
                err == -EMFILE ? "descriptor" : "memory");
}

/* One message; -EAGAIN where there is none, or no room for what it brings. */
static int hear_one(struct master *m, size_t i)
{
    struct upgrade_message message;
    uint64_t connections;

    /* What finds no room stays where it is. Before we serve nothing comes but the end. */
    if (m->g != NULL && !m->stopping.left && !acceptor_has_room(&m->acceptor)) {
        m->waits = true;
        return -EAGAIN;
    }
    int err = upgrade_receive(m->succession.predecessors[i].fd, &message);
    if (err < 0 && err != -EAGAIN && !upgrade_is_gone(err)) {
        wait_for_room(m, err);
        return -EAGAIN;
    }
    if (err < 0)
        return err;
    if (message.kind == UPGRADE_GO)
        become_main(m);
    else if (upgrade_count(&message, &connections))
        m->succession.predecessors[i].connections = connections;
    else if (message.kind != UPGRADE_READY)
        adopt(m, &m->succession.predecessors[i], &message);
    return 0;
}

/* All that one of them has to say; -EAGAIN where it may say more. */
static int hear(struct master *m, size_t i)
{
    int err = 0;

    while (err == 0)
        err = hear_one(m, i);
    return err;
}

void succession_adopt(struct master *m)
{
    if (m->succession.passing_on)
        return; /* they are our successor's */
    for (size_t i = 0; i < m->succession.n_predecessors;) {
        if (hear(m, i) == -EAGAIN) {
            i++;
            continue;
        }
        close(m->succession.predecessors[i].fd);
        m->succession.predecessors[i] = m->succession.predecessors[--m->succession.n_predecessors];
        if (m->succession.main)
            continue;
        /* It stopped, or gave us up: the service manager does not know us, and nobody asked for two that serve. */
        log_error("upgrade: the old process is gone, or goes on; this one ends");
        (void)raise(SIGTERM);
    }
    count_elsewhere(m);
}
