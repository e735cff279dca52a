/* SPDX-License-Identifier: MIT */
/* SIGUSR2, as the old process sees it. Passing an idle connection on is one of the ways by which it changes its thread. */

#include "daemon/succession.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "confine/sandbox.h"
#include "daemon/events.h"
#include "upgrade/upgrade.h"

enum { UPGRADE_MS = 90000, COUNT_MS = 1000, LOOK_MS = 100 };

void succession_init(struct succession *s, const struct succession_home *home)
{
    *s = (struct succession){.home = *home, .fd = -1};
}

void succession_fini(struct succession *s)
{
    if (s->fd >= 0)
        close(s->fd);
}

static void drop_successor(struct succession *s)
{
    close(s->fd);
    s->fd = -1;
    s->pid = 0;
}

static int start_successor(struct succession *s)
{
    char walls[SANDBOX_WALLS_SIZE];

    sandbox_walls(walls);
    int err = launcher_start(s->home.launcher, s->home.sockets, walls, &s->fd);
    return err == 0 ? events_watch(s->home.epoll_fd, EVENT_SUCCESSOR, s->fd, EPOLLIN | EPOLLOUT) : err;
}

void succession_begin(struct succession *s, uint64_t now_ms)
{
    bool waited = s->wanted;

    if (life_is_leaving(*s->home.life) || s->fd >= 0)
        return;
    s->wanted = reload_is_opening(s->home.reload);
    if (s->wanted && !waited)
        log_notice("upgrade: it begins once what a reload opens is open");
    if (s->wanted)
        return;
    if (!life_may_move(*s->home.life, LIFE_HANDING_OVER))
        return; /* what was opened was a start, and it has failed */
    if (getpid() == 1) {
        log_error("no upgrade: a container ends with its first process, which this is");
        return;
    }
    int err = start_successor(s);
    if (err < 0) {
        log_error("no upgrade: cannot start %s: %s", s->home.path,
                  err == -EPIPE ? "the process that starts others was killed; a restart brings it back"
                                : strerror(-err));
        succession_cancel(s);
        return;
    }
    life_move(s->home.life, LIFE_HANDING_OVER);
    s->missed_reopening = false;
    log_notice("upgrade: started %s", s->home.path);
    figures_upgraded(s->home.figures);
    s->give_up_ms = now_ms + UPGRADE_MS;
}

void succession_cancel(struct succession *s)
{
    if (s->fd >= 0 && !s->passing_on)
        drop_successor(s);
}

/* What the successor cannot take any more ends here, as it would at a stop. */
static void lose_successor(struct succession *s, const char *why)
{
    log_error("upgrade: %s%s", why, s->passing_on ? "" : "; this process goes on");
    drop_successor(s);
    if (*s->home.life == LIFE_HANDING_OVER)
        life_move(s->home.life, LIFE_SERVING);
    if (!s->passing_on)
        return;
    predecessors_drop(s->home.predecessors);
    s->lost = true;
}

bool succession_is_lost(struct succession *s)
{
    bool lost = s->lost;

    s->lost = false;
    return lost;
}

void succession_event(struct succession *s)
{
    struct upgrade_message message;
    int err = upgrade_receive(s->fd, &message);

    if (err == 0 && message.kind == UPGRADE_READY && !s->passing_on)
        s->pid = message.pid;
    else if (upgrade_is_gone(err))
        lose_successor(s, s->passing_on ? "the new process is gone" : "the new process ended before it served");
}

/* The service manager hears it from us, as it does not listen to the new process before. */
static int say_go(const struct succession *s)
{
    notify_tell(s->home.notify, "MAINPID=%ld", (long)s->pid);
    int err = upgrade_send(s->fd, UPGRADE_GO, NULL);
    if (err < 0)
        notify_tell(s->home.notify, "MAINPID=%ld", (long)getpid());
    return err;
}

/* It may have read its configuration, or opened its logs, before what we were told since it was started. */
static void pass_signals(const struct succession *s)
{
    if (s->home.reload->wants_opening)
        (void)kill(s->pid, SIGHUP);
    else if (s->missed_reopening)
        (void)kill(s->pid, SIGUSR1);
}

/* They have seats of the service, which is the successor's now. */
static void tell_count(struct succession *s, uint64_t now_ms)
{
    if (!s->passing_on || s->fd < 0 || now_ms < s->count_ms)
        return;
    s->count_ms = now_ms + COUNT_MS;
    (void)upgrade_send_count(s->fd, seats_taken(s->home.seats)); /* else the next time */
}

bool succession_hand_over(struct succession *s, uint64_t now_ms)
{
    if (s->pid == 0 || s->passing_on)
        return false;
    int err = say_go(s);
    if (err == -EAGAIN)
        return false; /* once more, at the next turn */
    if (err < 0) {
        lose_successor(s, "the new process ended as it was to serve");
        return false;
    }
    /* Once it has the word, the service is its own; before that, nothing has changed here. */
    sockets_release(s->home.sockets);
    predecessors_pass_on(s->home.predecessors, s->fd);
    pass_signals(s);
    log_notice("upgrade: process %ld serves now", (long)s->pid);
    life_move(s->home.life, LIFE_PASSING_ON);
    s->passing_on = true;
    s->give_up_ms = now_ms + UPGRADE_MS;
    tell_count(s, now_ms);
    return true;
}

void succession_run(struct succession *s, uint64_t now_ms)
{
    if (s->fd >= 0)
        succession_event(s); /* what could not be received, or is behind that */
    if (s->fd >= 0 && !s->passing_on && now_ms >= s->give_up_ms)
        lose_successor(s, "the new process does not begin to serve");
    if (s->wanted)
        succession_begin(s, now_ms);
    if (s->passing_on && s->fd >= 0 && s->home.predecessors->n > 0)
        predecessors_pass_on(s->home.predecessors, s->fd);
    tell_count(s, now_ms);
}

int succession_wait_ms(const struct succession *s, uint64_t now_ms)
{
    if (s->fd < 0)
        return -1;
    if (!s->passing_on || s->home.predecessors->n > 0)
        return LOOK_MS;
    return s->count_ms > now_ms ? (int)(s->count_ms - now_ms) : 0;
}

void succession_note_reopening(struct succession *s)
{
    s->missed_reopening = true;
}

void succession_forward(const struct succession *s, int number)
{
    if (s->passing_on && s->fd >= 0)
        (void)kill(s->pid, number);
}

bool succession_is_unheard(const struct succession *s, bool owes, uint64_t now_ms)
{
    return owes && now_ms < s->give_up_ms;
}

bool succession_pass(struct succession *s, const struct baton *b)
{
    if (s->fd < 0) {
        close(b->fd);
        return true;
    }
    int err = upgrade_send(s->fd, UPGRADE_BATON, b);
    if (upgrade_is_gone(err)) {
        lose_successor(s, "the new process takes no more connections");
    } else if (err < 0 && err != -EAGAIN) {
        log_warning("upgrade: a connection cannot be passed on, and is closed: %s", strerror(-err));
        close(b->fd);
        return true;
    }
    return err == 0;
}
