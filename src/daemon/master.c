/* SPDX-License-Identifier: MIT */
/* The daemon's life. The master sleeps until there is a signal, a connection to deal out, or news of a worker, of the
 * process that it replaces or of the one that will replace it. */

#include "daemon/master.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/log.h"
#include "config/load.h"
#include "confine/privs.h"
#include "daemon/asker.h"
#include "daemon/report.h"
#include "daemon/retired.h"
#include "daemon/signals.h"
#include "daemon/succession.h"

enum { EVENTS = 64, SIGNALS = 16, RETRY_MS = 100 };

uint64_t master_now_ms(void)
{
    struct clock clock;

    clock_read(&clock);
    return clock.now_ms;
}

void master_say(struct master *m, const char *state)
{
    if (m->succession.main && m->g != NULL)
        notify_status(&m->systemd, "%s: %zu workers, %" PRIu64 " connections%s%s", state, m->g->crew.n,
                      seats_taken(&m->acceptor.seats),
                      m->reload.refused[0] != '\0' ? "; the last reload was refused: " : "", m->reload.refused);
}

void master_watch_workers(struct master *m)
{
    if (m->g->config.status.address.n > 0)
        pulse_watch(&m->pulse);
}

/* What is orphaned comes to us where we are the first process of a container. */
static void reap(struct master *m, const struct signalfd_siginfo *from)
{
    (void)m;
    (void)from;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
}

/* logrotate may send HUP or USR1. */
static void reload_and_reopen(struct master *m, const struct signalfd_siginfo *from)
{
    pid_t asker;

    if (!asker_of(from, &asker)) /* which would ask again, and hear from us that another has taken over */
        succession_forward(m, SIGHUP);
    reload_ask(m, from);
    reload_ask_to_reopen(m);
}

static void reopen(struct master *m, const struct signalfd_siginfo *from)
{
    (void)from;
    succession_forward(m, SIGUSR1);
    reload_ask_to_reopen(m);
}

static void upgrade(struct master *m, const struct signalfd_siginfo *from)
{
    (void)from;
    succession_begin(m);
}

static void stop(struct master *m, const struct signalfd_siginfo *from)
{
    (void)from;
    stopping_ask(m);
}

/* The kernel says so each second, which is no reason for haste. */
static void stop_once(struct master *m, const struct signalfd_siginfo *from)
{
    if (!life_is_stopping(m->life))
        stop(m, from);
}

/* Some at a time: signals may come faster than they are acted upon, and connections have their turn too. */
static void on_signals(struct master *m)
{
    static const struct {
        int signal;
        void (*act)(struct master *m, const struct signalfd_siginfo *from);
    } actions[] = {
        {SIGTERM, stop},   {SIGINT, stop},     {SIGQUIT, stop}, {SIGXCPU, stop_once}, {SIGHUP, reload_and_reopen},
        {SIGUSR1, reopen}, {SIGUSR2, upgrade}, {SIGCHLD, reap}};
    struct signalfd_siginfo info[SIGNALS];
    ssize_t len = read(m->signal_fd, info, sizeof info);

    for (ssize_t at = 0; len > at * (ssize_t)sizeof info[0]; at++)
        for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
            if ((uint32_t)actions[i].signal == info[at].ssi_signo)
                actions[i].act(m, &info[at]);
}

static void dispatch(struct master *m, uint64_t data)
{
    int fd = events_fd(data);

    switch (events_source(data)) {
    case EVENT_DOOR:
        if (m->life < LIFE_DRAINING)
            acceptor_event(&m->acceptor, fd);
        break;
    case EVENT_SIGNALS:
        on_signals(m);
        break;
    case EVENT_GATE:
        gate_clear(&m->acceptor.gate);
        m->news = true;
        break;
    case EVENT_OUTBOX: /* retired_run looks into all of them */
    case EVENT_ERRAND: /* and reload_run at what came of it */
        m->news = true;
        break;
    case EVENT_SUCCESSOR:
        m->news = true; /* it may take more */
        succession_event(m);
        break;
    case EVENT_PREDECESSOR:
        m->waits = true;
        break;
    }
}

/* Of two times to wait, -1 is for ever. */
static int sooner(int a, int b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}

/* A root was put beyond what the walls let the workers read; those of a new generation may. */
static bool is_behind(const struct master *m)
{
    return m->g != NULL && !life_is_stopping(m->life) && !reload_is_opening(&m->reload) && generation_outgrown(m->g);
}

static int wait_ms(const struct master *m)
{
    uint64_t now = master_now_ms();
    bool soon = m->waits || acceptor_is_paused(&m->acceptor);
    int wait = sooner(pulse_wait_ms(&m->pulse, now), stopping_wait_ms(m, now));

    wait = sooner(wait, reload_wait_ms(m, now));
    wait = sooner(wait, follow_wait_ms(&m->follow, is_behind(m), now));
    wait = sooner(wait, succession_wait_ms(m, now));
    return soon ? sooner(wait, RETRY_MS) : wait;
}

/* What workers tell through the gate. It takes a look at each, so that is not done for every connection that comes. */
static void hear_workers(struct master *m)
{
    acceptor_answer_wish(&m->acceptor);
    retired_run(m);
}

static void follow(struct master *m)
{
    if (!follow_is_due(&m->follow, is_behind(m), master_now_ms()))
        return;
    log_notice("a root has been put beyond what its sandbox lets the workers read: reloading");
    reload_ask(m, NULL);
}

/* The service manager may have been too busy to hear the sockets that it is to keep. */
static void say_how_it_goes(struct master *m)
{
    bool stops = life_is_stopping(m->life);

    master_say(m, stops ? "Stopping" : "Serving");
    if (!stops && !reload_is_opening(&m->reload))
        sockets_store(&m->sockets);
}

static void beat(struct master *m)
{
    uint64_t now = master_now_ms();
    const struct pulse_of of = {
        .notify = &m->systemd,
        .figures = &m->figures,
        .g = m->g,
        .retired = &m->retired,
        .main = m->succession.main,
        .stops = life_is_stopping(m->life),
        .left_ms = stopping_left_ms(m, now),
    };

    if (pulse_run(&m->pulse, &of, now))
        say_how_it_goes(m);
}

/* True where threads may still run: they hang, and were not waited for. */
static bool loop(struct master *m)
{
    struct epoll_event events[EVENTS];
    bool hung = false;

    while (m->failed == 0 && !stopping_is_over(m, &hung)) {
        bool paused = acceptor_is_paused(&m->acceptor);
        int n = epoll_wait(m->epoll_fd, events, EVENTS, wait_ms(m));
        bool waited = m->waits;
        m->waits = false;
        m->news = false;
        for (int i = 0; i < n; i++)
            dispatch(m, events[i].data.u64);
        reload_run(m);
        follow(m);
        if (m->news || waited || m->waits || n == 0)
            hear_workers(m);
        if (waited || m->waits)
            succession_adopt(m);
        stopping_run(m);
        succession_tick(m);
        beat(m);
        acceptor_flush(&m->acceptor);
        /* Woken by the gate, or after a while in any case: look whether there is room again. */
        if (paused && !m->stopping.left)
            acceptor_resume(&m->acceptor);
    }
    return hung;
}

static int open_signals(struct master *m)
{
    m->signal_fd = signals_open();
    return m->signal_fd < 0 ? m->signal_fd : events_watch(m->epoll_fd, EVENT_SIGNALS, m->signal_fd, EPOLLIN);
}

static int prepare(struct master *m)
{
    ssize_t n = readlink("/proc/self/exe", m->path, sizeof m->path - 1);

    if (n < 0)
        (void)snprintf(m->path, sizeof m->path, "%s", m->args->argv[0]);
    notify_init(&m->systemd);
    pulse_init(&m->pulse, m->systemd.watchdog_ms, notify_hears(&m->systemd));
    m->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    int err = m->epoll_fd < 0 ? -errno : acceptor_init(&m->acceptor, m->epoll_fd);
    if (err == 0)
        err = open_signals(m);
    if (err == 0)
        err = events_watch(m->epoll_fd, EVENT_GATE, m->acceptor.gate.fd, EPOLLIN);
    if (err == 0)
        err = sockets_init(&m->sockets, &m->systemd);
    if (err == 0)
        err = reports_init(&m->reports, &m->figures);
    if (err == 0)
        err = reload_init(m);
    return err == 0 ? succession_find(m) : err;
}

/* Who we are is the process's, so that comes before the first thread. */
static int read_and_become(struct master *m, struct config *config)
{
    struct diagnose report;

    diagnose_init(&report, report_is_for_people());
    signals_end_at_once(true);
    int err = config_load(config, &m->args->config, &report);
    m->misused = report.misuses > 0;
    if (err == 0)
        err = privs_take(config, &report);
    signals_end_at_once(false);
    report_print(&report, err < 0 ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING);
    diagnose_fini(&report);
    m->reload.args.may_wait = false;
    return err;
}

static int start(struct master *m)
{
    struct config config = {0};
    int err = read_and_become(m, &config);

    /* A container ends with its first process, so that has no successor. */
    if (err == 0 && getpid() != 1)
        err = launcher_init(&m->launcher, m->path, m->args->argv);
    if (err == 0)
        err = reload_start(m, &config);
    else if (err != -EINVAL)
        log_error("cannot start: %s", strerror(-err));
    config_fini(&config);
    return err;
}

/* For lines that are there already: as long as a stop has time. A logger whose target takes nothing is sooner done. */
static uint64_t log_patience_ms(const struct master *m)
{
    return !life_is_stopping(m->life) ? LOGGER_LEAVE_MS : stopping_left_ms(m, master_now_ms()) + STOPPING_GRACE_MS;
}

static void fini(struct master *m)
{
    const int fds[] = {m->signal_fd, m->succession.fd, m->epoll_fd};

    if (m->g != NULL)
        generation_free(&m->g);
    succession_fini(m);
    reports_fini(&m->reports);
    figures_fini(&m->figures);
    (void)loggers_join(log_patience_ms(m));
    sockets_fini(&m->sockets);
    acceptor_fini(&m->acceptor);
    notify_fini(&m->systemd);
    launcher_fini(&m->launcher);
    reload_fini(&m->reload);
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    stopping_fini();
}

/* The time is over, and a thread hangs in the kernel, or is slow: its memory and its descriptors are left to it. What others
 * can see goes, and lines of the log that are there are given a moment. */
static _Noreturn void leave(struct master *m)
{
    static const struct timespec moment = {.tv_nsec = STOPPING_GRACE_MS / 2 * 1000000L};

    log_error("threads hang that should have ended; this process ends without them");
    reload_give_up(&m->reload);
    sockets_remove_names(&m->sockets);
    (void)nanosleep(&moment, NULL);
    _exit(EXIT_SUCCESS);
}

int master_run(const struct master_args *args)
{
    struct master m = {
        .args = args,
        .epoll_fd = -1,
        .signal_fd = -1,
        .systemd = {.fd = -1},
        .acceptor = {.gate = {.fd = -1}},
        .succession = {.fd = -1},
        .launcher = {.fd = -1},
        .reload = {.errand = {.fd = -1}},
    };

    heap_share_one(); /* a generation's memory would stay with its workers, who hardly ever ask for any */
    list_init(&m.retired);
    seats_init(&m.status_seats, 0, 0);
    figures_init(&m.figures, &(struct figures_about){args->version, args->config.file});
    int err = prepare(&m);
    if (err < 0)
        log_error("cannot start: %s", strerror(-err));
    else
        err = start(&m);
    if (err == 0 && loop(&m))
        leave(&m);
    if (err == 0)
        err = m.failed;
    fini(&m);
    if (m.misused)
        return EX_USAGE;
    return err == 0 ? EXIT_SUCCESS : err == -EINVAL ? EX_CONFIG : EXIT_FAILURE;
}
