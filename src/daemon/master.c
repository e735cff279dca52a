/* SPDX-License-Identifier: MIT */
/* The daemon's life. The master sleeps until there is a signal, a connection to deal out, or news of a worker, of the
 * process that it replaces or of the one that will replace it; and then runs each part of that life as far as it goes. */

#include "daemon/master.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/log.h"
#include "daemon/asker.h"
#include "daemon/events.h"
#include "daemon/parts.h"

enum { EVENTS = 64, SIGNALS = 16 };

/* Tell the service manager how we are, in a word and in figures. */
static void say(struct parts *p, const char *state)
{
    if (p->predecessors.main && p->present != NULL)
        notify_status(&p->notify, "%s: %zu workers, %" PRIu64 " connections%s%s", state, p->present->crew.n,
                      seats_taken(&p->acceptor.seats),
                      p->reload.refused[0] != '\0' ? "; the last reload was refused: " : "", p->reload.refused);
}

/* The heartbeat starts if the generation has a [status] listener: /healthz reports stuck workers. */
static void use_generation(struct parts *p, struct generation *g)
{
    p->present = g;
    acceptor_use(&p->acceptor, g);
    if (g->config.status.address.n > 0)
        watchdog_watch(&p->watchdog);
}

static void begin_to_serve(struct parts *p, struct generation *g)
{
    life_move(&p->life, LIFE_SERVING);
    follow_begin(&p->follow);
    p->sockets.serving = true;
    use_generation(p, g);
    predecessors_say_ready(&p->predecessors);
    say(p, "Serving");
}

static void say_reloaded(struct parts *p, const char *state)
{
    say(p, state);
    notify_tell(&p->notify, "READY=1");
}

static void replace_generation(struct parts *p, struct generation *g)
{
    struct generation *old = p->present;

    follow_begin(&p->follow);
    use_generation(p, g);
    retired_add(&p->retired, old);
    reload_end(&p->reload);
    say_reloaded(p, "Reloaded");
}

static void act_on_reload(struct parts *p, enum reload_news news, struct generation *g)
{
    switch (news) {
    case RELOAD_NO_NEWS:
        return;
    case RELOAD_STARTED:
        begin_to_serve(p, g);
        break;
    case RELOAD_OPENED:
        replace_generation(p, g);
        break;
    case RELOAD_REFUSED:
        say_reloaded(p, "Serving");
        break;
    case RELOAD_FAILED:
    case RELOAD_DROPPED:
        break;
    }
    if (p->present != NULL && p->predecessors.main)
        sockets_store(&p->sockets);
}

/* The errand is done, or it is time for the next. */
static void run_reload(struct parts *p)
{
    struct generation *g;
    enum reload_news news = reload_finish(&p->reload, &g, parts_now_ms());

    act_on_reload(p, news, g);
    if (p->reload.failed != 0)
        return; /* the daemon ends without having begun */
    const struct reload_writers writers = {p->present, &p->retired.list};
    if (!reload_go_on(&p->reload, &writers, parts_may_reload(p), parts_now_ms()))
        say_reloaded(p, "Serving");
}

/* A name by which the manager kept a socket may be gone with whoever retired, and the socket have another. */
static void run_retired(struct parts *p)
{
    bool some = !list_empty(&p->retired.list);

    retired_run(&p->retired, p->present);
    if (some && p->predecessors.main && !life_is_stopping(p->life) && !reload_is_opening(&p->reload))
        sockets_store(&p->sockets);
}

static void hear_predecessors(struct parts *p)
{
    bool was_main = p->predecessors.main;

    if (p->succession.passing_on)
        return; /* they are our successor's */
    predecessors_hear(&p->predecessors, p->present, parts_now_ms());
    if (p->predecessors.main && !was_main)
        say(p, "Serving");
}

static void run_succession(struct parts *p)
{
    if (p->predecessors.owes_ready)
        predecessors_say_ready(&p->predecessors);
    if (succession_hand_over(&p->succession, parts_now_ms())) {
        acceptor_use(&p->acceptor, NULL);
        retired_add(&p->retired, p->present);
        p->present = NULL;
    }
    succession_run(&p->succession, parts_now_ms());
    retired_mind_successor(&p->retired);
}

/* What is orphaned comes to us where we are the first process of a container. */
static void reap(struct parts *p, const struct signalfd_siginfo *from)
{
    (void)p;
    (void)from;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
}

static void ask_to_reload(struct parts *p, const struct signalfd_siginfo *from)
{
    reload_ask(&p->reload, from);
    run_reload(p);
}

static void ask_to_reopen(struct parts *p)
{
    reload_ask_to_reopen(&p->reload);
    succession_note_reopening(&p->succession);
    run_reload(p);
}

/* logrotate may send HUP or USR1. */
static void reload_and_reopen(struct parts *p, const struct signalfd_siginfo *from)
{
    pid_t asker;

    if (!asker_of(from, &asker)) /* which would ask again, and hear from us that another has taken over */
        succession_forward(&p->succession, SIGHUP);
    ask_to_reload(p, from);
    ask_to_reopen(p);
}

static void reopen(struct parts *p, const struct signalfd_siginfo *from)
{
    (void)from;
    succession_forward(&p->succession, SIGUSR1);
    ask_to_reopen(p);
}

static void upgrade(struct parts *p, const struct signalfd_siginfo *from)
{
    (void)from;
    succession_begin(&p->succession, parts_now_ms());
}

/* The service manager, /healthz and a successor are told that we stop before the first worker is. */
static void announce_stop(struct parts *p)
{
    succession_cancel(&p->succession);
    figures_drain(&p->figures);
    p->sockets.serving = false;
    if (p->predecessors.main)
        notify_tell(&p->notify, "STOPPING=1");
    p->watchdog.next_ms = 0;
}

static void stop(struct parts *p, const struct signalfd_siginfo *from)
{
    (void)from;
    if (!life_is_stopping(p->life))
        announce_stop(p);
    stopping_ask(&p->stopping, p->present, parts_now_ms());
}

/* The kernel says so each second, which is no reason for haste. */
static void stop_once(struct parts *p, const struct signalfd_siginfo *from)
{
    if (!life_is_stopping(p->life))
        stop(p, from);
}

/* Some at a time: signals may come faster than they are acted upon, and connections have their turn too. */
static void on_signals(struct parts *p)
{
    static const struct {
        int signal;
        void (*act)(struct parts *p, const struct signalfd_siginfo *from);
    } actions[] = {
        {SIGTERM, stop},   {SIGINT, stop},     {SIGQUIT, stop}, {SIGXCPU, stop_once}, {SIGHUP, reload_and_reopen},
        {SIGUSR1, reopen}, {SIGUSR2, upgrade}, {SIGCHLD, reap}};
    struct signalfd_siginfo info[SIGNALS];
    ssize_t len = read(p->signal_fd, info, sizeof info);

    for (ssize_t at = 0; len > at * (ssize_t)sizeof info[0]; at++)
        for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
            if ((uint32_t)actions[i].signal == info[at].ssi_signo)
                actions[i].act(p, &info[at]);
}

/* True where something may have come out of a worker, or find room by now. */
static bool dispatch(struct parts *p, uint64_t data)
{
    int fd = events_fd(data);

    switch (events_source(data)) {
    case EVENT_DOOR:
        if (p->life < LIFE_DRAINING)
            acceptor_event(&p->acceptor, fd);
        return false;
    case EVENT_SIGNALS:
        on_signals(p);
        return false;
    case EVENT_GATE:
        gate_clear(&p->acceptor.gate);
        return true;
    case EVENT_OUTBOX: /* retired_run looks into all of them */
    case EVENT_ERRAND: /* and run_reload at what came of it */
        return true;
    case EVENT_SUCCESSOR:
        succession_event(&p->succession);
        retired_mind_successor(&p->retired);
        return true; /* it may take more */
    case EVENT_PREDECESSOR:
        p->predecessors.waits = true;
        return false;
    }
    return false;
}

static void follow(struct parts *p)
{
    if (!follow_is_due(&p->follow, parts_are_behind(p), parts_now_ms()))
        return;
    log_notice("a root has been put beyond what its sandbox lets the workers read: reloading");
    ask_to_reload(p, NULL);
}

/* The service manager may have been too busy to hear the sockets that it is to keep. */
static void say_how_it_goes(struct parts *p)
{
    bool stops = life_is_stopping(p->life);

    say(p, stops ? "Stopping" : "Serving");
    if (!stops && !reload_is_opening(&p->reload))
        sockets_store(&p->sockets);
}

static void run_watchdog(struct parts *p)
{
    uint64_t now = parts_now_ms();
    const struct watchdog_of of = {
        .notify = &p->notify,
        .figures = &p->figures,
        .g = p->present,
        .retired = &p->retired.list,
        .main = p->predecessors.main,
        .stops = life_is_stopping(p->life),
        .left_ms = stopping_left_ms(&p->stopping, now),
    };

    if (watchdog_run(&p->watchdog, &of, now))
        say_how_it_goes(p);
}

static void turn(struct parts *p)
{
    struct epoll_event events[EVENTS];
    bool paused = acceptor_is_paused(&p->acceptor);
    int n = epoll_wait(p->epoll_fd, events, EVENTS, parts_wait_ms(p));
    bool waited = parts_wait_for_room(p);
    bool news = n == 0;

    p->retired.waits = p->predecessors.waits = false;
    for (int i = 0; i < n; i++)
        news = dispatch(p, events[i].data.u64) || news;
    run_reload(p);
    follow(p);
    if (news || waited || parts_wait_for_room(p)) {
        /* What workers tell through the gate. It takes a look at each, so that is not done for every connection. */
        acceptor_answer_wish(&p->acceptor);
        run_retired(p);
    }
    if (waited || parts_wait_for_room(p))
        hear_predecessors(p);
    stopping_run(&p->stopping, p->present, parts_now_ms());
    run_succession(p);
    run_watchdog(p);
    acceptor_flush(&p->acceptor);
    /* Woken by the gate, or after a while in any case: look whether there is room again. */
    if (paused && !p->acceptor.left)
        acceptor_resume(&p->acceptor);
}

/* A stop is over, or a successor has all that there was, and the service manager knows of it. */
static bool is_over(const struct parts *p, bool *hung)
{
    uint64_t now = parts_now_ms();
    bool is_succeeded = p->succession.passing_on && !succession_is_unheard(&p->succession, p->watchdog.owes, now);

    return (life_is_stopping(p->life) || is_succeeded) && stopping_is_over(&p->stopping, p->present, now, hung);
}

/* True where threads may still run: they hang, and were not waited for. */
static bool loop(struct parts *p)
{
    bool hung = false;

    while (p->reload.failed == 0 && !is_over(p, &hung))
        turn(p);
    return hung;
}

int master_run(const struct master_args *args)
{
    struct parts p;

    heap_share_one(); /* a generation's memory would stay with its workers, who hardly ever ask for any */
    parts_init(&p, args->version, &args->config);
    int err = parts_open(&p, &args->config, args->argv);
    if (err == 0)
        err = parts_start(&p, args->argv);
    if (err == 0 && loop(&p))
        parts_abandon(&p);
    if (err == 0)
        err = p.reload.failed;
    parts_close(&p);
    if (p.misused)
        return EX_USAGE;
    return err == 0 ? EXIT_SUCCESS : err == -EINVAL ? EX_CONFIG : EXIT_FAILURE;
}
