/* SPDX-License-Identifier: MIT */
/* SIGUSR2, and what follows: first as the old process, then as the new one. */

#include "daemon/succession.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/retired.h"
#include "daemon/upgrade.h"

enum { UPGRADE_MS = 90000 };

static void drop_successor(struct master *m)
{
    close(m->successor_fd);
    m->successor_fd = -1;
}

void succession_begin(struct master *m)
{
    if (m->stop != STOP_NOT || m->successor_fd >= 0 || m->succeeded)
        return;
    if (getpid() == 1) {
        log_error("no upgrade: a container ends with its first process, which this is");
        return;
    }
    int err = upgrade_start(&m->sockets, m->path, m->args->argv, &m->successor_fd);
    if (err < 0) {
        log_error("no upgrade: cannot start %s: %s", m->path, strerror(-err));
        return;
    }
    log_notice("upgrade: started %s", m->path);
    m->give_up_ms = master_now_ms() + UPGRADE_MS;
    (void)master_watch(m, SOURCE_SUCCESSOR, m->successor_fd, EPOLLIN | EPOLLOUT);
}

/* It serves. The service manager hears it from us, as it does not listen to the new process before. */
static void hand_over(struct master *m, pid_t pid)
{
    systemd_notify(&m->systemd, "MAINPID=%ld", (long)pid);
    sockets_release(&m->sockets);
    if (upgrade_send(m->successor_fd, UPGRADE_GO, NULL, "") < 0)
        log_warning("upgrade: process %ld does not listen", (long)pid);
    log_notice("upgrade: process %ld serves now", (long)pid);
    m->main = false;
    m->succeeded = true;
    acceptor_use(&m->acceptor, NULL);
    retired_add(m, m->g);
    m->g = NULL;
    m->closed = true;
}

/* What the successor cannot take any more ends here, as it would at a stop. */
static void lose_successor(struct master *m, const char *why)
{
    log_error("upgrade: %s%s", why, m->succeeded ? "" : "; this process goes on");
    drop_successor(m);
    if (!m->succeeded)
        return;
    retired_stop(m, STOP_WHEN_EMPTY);
}

void succession_event(struct master *m)
{
    struct upgrade_message message;
    int err = upgrade_receive(m->successor_fd, &message);

    if (err == 0 && message.kind == UPGRADE_READY && !m->succeeded)
        hand_over(m, message.pid);
    else if (err != 0 && err != -EAGAIN)
        lose_successor(m, m->succeeded ? "the new process is gone" : "the new process ended before it served");
}

void succession_tick(struct master *m)
{
    if (m->successor_fd >= 0 && !m->succeeded && master_now_ms() >= m->give_up_ms)
        lose_successor(m, "the new process does not begin to serve");
}

bool succession_pass(struct master *m, const struct generation *from, const struct baton *b)
{
    const char *section = b->listener < from->config.n_listens ? from->config.listens[b->listener].name : "";

    if (m->successor_fd < 0) {
        close(b->fd);
        return true;
    }
    int err = upgrade_send(m->successor_fd, UPGRADE_BATON, b, section);
    if (err < 0 && err != -EAGAIN)
        lose_successor(m, "the new process takes no more connections");
    return err == 0;
}

int succession_find(struct master *m)
{
    m->predecessor_fd = inherited_take(&m->sockets.inherited, UPGRADE_NAME);
    m->main = m->predecessor_fd < 0;
    return m->main ? 0 : master_watch(m, SOURCE_PREDECESSOR, m->predecessor_fd, EPOLLIN);
}

static void become_main(struct master *m)
{
    if (m->main)
        return;
    m->main = true;
    systemd_notify(&m->systemd, "READY=1");
    master_say(m, "Serving");
    sockets_store(&m->sockets);
}

void succession_say_ready(struct master *m)
{
    if (m->main) {
        m->main = false;
        become_main(m);
    } else if (upgrade_send(m->predecessor_fd, UPGRADE_READY, NULL, "") < 0) {
        log_warning("upgrade: the old process does not listen");
    }
}

static uint16_t section_named(const struct master *m, const char *name)
{
    for (size_t i = 0; i < m->g->config.n_listens; i++)
        if (strcmp(m->g->config.listens[i].name, name) == 0)
            return (uint16_t)i;
    return BATON_NO_LISTENER;
}

static void adopt(struct master *m, struct upgrade_message *message)
{
    struct baton *b = &message->baton;

    b->listener = section_named(m, message->section);
    if (!acceptor_hand(&m->acceptor, b))
        close(b->fd); /* never: there was room */
}

void succession_adopt(struct master *m)
{
    struct upgrade_message message;
    int err = 0;

    while (err == 0) {
        /* What finds no room stays where it is. */
        if (!acceptor_has_room(&m->acceptor)) {
            m->waits = true;
            return;
        }
        err = upgrade_receive(m->predecessor_fd, &message);
        if (err == 0 && message.kind == UPGRADE_BATON)
            adopt(m, &message);
        else if (err == 0 && message.kind == UPGRADE_GO)
            become_main(m);
    }
    if (err == -EAGAIN)
        return;
    become_main(m);
    close(m->predecessor_fd);
    m->predecessor_fd = -1;
}
