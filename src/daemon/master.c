/* SPDX-License-Identifier: MIT */
/* The daemon's life. The master sleeps until there is a signal, a connection to deal out, or news of a worker, of the
 * process that it replaces or of the one that will replace it. */

#include "daemon/master.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
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
#include "base/log.h"
#include "daemon/privs.h"
#include "daemon/reload.h"
#include "daemon/retired.h"
#include "daemon/succession.h"

enum { EVENTS = 64, RETRY_MS = 100 };

uint64_t master_now_ms(void)
{
    struct clock clock;

    clock_read(&clock);
    return clock.now_ms;
}

static void our_signals(sigset_t *set)
{
    static const int ours[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};

    sigemptyset(set);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        sigaddset(set, ours[i]);
}

void master_block_signals(void)
{
    sigset_t set;

    our_signals(&set);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN); /* NOLINT(bugprone-signal-handler): SIG_IGN is none */
}

int master_watch(const struct master *m, enum source source, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events | EPOLLET, .data.u64 = (uint64_t)source << 32 | (uint32_t)fd};

    return epoll_ctl(m->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

void master_say(const struct master *m, const char *state)
{
    if (m->main && m->g != NULL)
        systemd_status(&m->systemd, "%s: %zu workers, %" PRIu64 " connections%s%s", state, m->g->n_workers,
                       generation_connections(m->g), m->refused[0] != '\0' ? "; the last reload was refused: " : "",
                       m->refused);
}

void master_watch_workers(struct master *m)
{
    if (m->g->config.status.address.n > 0)
        pulse_watch(&m->pulse);
}

/* Everybody is told; what the next step is, and when, is the caller's to say. */
static void set_stop(struct master *m, enum stop how)
{
    m->stop = how;
    if (m->g != NULL)
        generation_stop(m->g, how);
    retired_stop(m, how);
}

static void close_listeners(struct master *m)
{
    acceptor_flush(&m->acceptor);
    m->closed = true;
    if (m->g != NULL)
        generation_close_listeners(m->g);
}

static void begin_to_drain(struct master *m)
{
    m->stop_next_ms = master_now_ms() + (m->g != NULL ? m->g->config.server.drain_timeout_ms : 0);
    set_stop(m, STOP_DRAIN);
}

static void stop(struct master *m)
{
    uint64_t delay = m->g != NULL ? m->g->config.server.drain_delay_ms : 0;

    if (m->stop != STOP_NOT) {
        set_stop(m, STOP_NOW);
        close_listeners(m);
        return;
    }
    log_notice("stopping; a second signal stops at once");
    succession_cancel(m);
    figures_drain(&m->figures);
    if (m->main)
        systemd_notify(&m->systemd, "STOPPING=1");
    m->pulse.next_ms = 0;
    if (delay == 0) {
        begin_to_drain(m);
        return;
    }
    m->stop_next_ms = master_now_ms() + delay;
    set_stop(m, STOP_ANNOUNCE);
}

/* What the kernel has already connected is still ours to answer, as room for it comes; within drain_timeout. */
static bool backlogs_are_empty(struct master *m)
{
    bool empty = acceptor_empty_backlogs(&m->acceptor);

    gate_wait(&m->acceptor.gate);
    return empty && (m->g == NULL || generation_is_deaf(m->g));
}

/* How a stop goes on by itself. */
static void go_on_stopping(struct master *m)
{
    bool late = master_now_ms() >= m->stop_next_ms;

    if (m->stop == STOP_ANNOUNCE && late)
        begin_to_drain(m);
    if (m->stop == STOP_DRAIN && (backlogs_are_empty(m) || late)) {
        retired_run(m);
        set_stop(m, STOP_WHEN_EMPTY);
        close_listeners(m);
    }
}

/* What is orphaned comes to us where we are the first process of a container. */
static void reap(struct master *m)
{
    (void)m;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
}

static void reopen_logs(struct master *m)
{
    int err = log_reopen();

    if (err < 0)
        log_error("cannot open the error log anew, the old file goes on: %s", strerror(-err));
    if (m->g != NULL)
        generation_reopen_logs(m->g);
    for (struct list *l = m->retired.next; l != &m->retired; l = l->next)
        generation_reopen_logs(list_of(l, struct generation, link));
}

/* Who renames the logs may say so by either signal; a generation that still sends has one too. */
static void reload_and_reopen(struct master *m)
{
    reload(m);
    reopen_logs(m);
}

static void on_signal(struct master *m)
{
    static const struct {
        int signal;
        void (*act)(struct master *m);
    } actions[] = {{SIGTERM, stop},
                   {SIGINT, stop},
                   {SIGHUP, reload_and_reopen},
                   {SIGUSR1, reopen_logs},
                   {SIGUSR2, succession_begin},
                   {SIGCHLD, reap}};
    struct signalfd_siginfo info;

    while (read(m->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
            if ((uint32_t)actions[i].signal == info.ssi_signo)
                actions[i].act(m);
}

static void dispatch(struct master *m, uint64_t data)
{
    int fd = (int)(uint32_t)data;

    switch ((enum source)(data >> 32)) {
    case SOURCE_DOOR:
        if (m->stop < STOP_DRAIN)
            acceptor_event(&m->acceptor, fd);
        break;
    case SOURCE_SIGNALS:
        on_signal(m);
        break;
    case SOURCE_GATE:
        gate_clear(&m->acceptor.gate);
        break;
    case SOURCE_OUTBOX: /* retired_run looks into all of them */
        break;
    case SOURCE_SUCCESSOR:
        succession_event(m);
        break;
    case SOURCE_PREDECESSOR:
        m->waits = true;
        break;
    }
}

static bool is_over(const struct master *m)
{
    /* With us the service manager ends our predecessors too: what they still send may take its time. */
    bool waits = m->n_predecessors > 0 && m->stop < STOP_NOW && master_now_ms() < m->stop_next_ms;

    return m->closed && (m->g == NULL || generation_done(m->g)) && list_empty(&m->retired) && !waits;
}

static int wait_ms(const struct master *m)
{
    int wait = pulse_wait_ms(&m->pulse, master_now_ms());
    bool soon = m->waits || acceptor_is_paused(&m->acceptor) ||
                (m->stop >= STOP_ANNOUNCE && m->stop < STOP_WHEN_EMPTY) ||
                (m->stop != STOP_NOT && m->n_predecessors > 0) || (m->successor_fd >= 0 && !m->succeeded);

    return soon && (wait < 0 || wait > RETRY_MS) ? RETRY_MS : wait;
}

/* New workers may read what a deploy put beyond the sandbox of these. */
static void follow_roots(struct master *m)
{
    if (m->g == NULL || m->stop != STOP_NOT || !generation_outgrown(m->g))
        return;
    log_notice("a root has been put beyond what its sandbox lets the workers read: reloading");
    reload(m);
}

static void loop(struct master *m)
{
    struct epoll_event events[EVENTS];

    while (!is_over(m)) {
        bool paused = acceptor_is_paused(&m->acceptor);
        int n = epoll_wait(m->epoll_fd, events, EVENTS, wait_ms(m));
        bool waited = m->waits;
        m->waits = false;
        for (int i = 0; i < n; i++)
            dispatch(m, events[i].data.u64);
        follow_roots(m);
        retired_run(m);
        if (waited || m->waits)
            succession_adopt(m);
        go_on_stopping(m);
        succession_tick(m);
        pulse_run(m);
        acceptor_flush(&m->acceptor);
        /* Woken by the gate, or after a while in any case: look whether there is room again. */
        if (paused && m->stop < STOP_DRAIN)
            acceptor_resume(&m->acceptor);
    }
}

static int open_signals(struct master *m)
{
    sigset_t set;

    our_signals(&set);
    m->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return m->signal_fd < 0 ? -errno : master_watch(m, SOURCE_SIGNALS, m->signal_fd, EPOLLIN);
}

static int prepare(struct master *m)
{
    ssize_t n = readlink("/proc/self/exe", m->path, sizeof m->path - 1);

    if (n < 0)
        (void)snprintf(m->path, sizeof m->path, "%s", m->args->argv[0]);
    systemd_init(&m->systemd);
    pulse_init(&m->pulse, m->systemd.watchdog_ms, systemd_hears(&m->systemd));
    m->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    int err = m->epoll_fd < 0 ? -errno : acceptor_init(&m->acceptor, m->epoll_fd);
    if (err == 0)
        err = open_signals(m);
    if (err == 0)
        err = master_watch(m, SOURCE_GATE, m->acceptor.gate.fd, EPOLLIN);
    if (err == 0)
        err = sockets_init(&m->sockets, &m->systemd);
    if (err == 0)
        err = reports_init(&m->reports, &m->figures);
    return err == 0 ? succession_find(m) : err;
}

/* All that has to come before the first thread: who we are is the process's, and the launcher takes no copies along. */
static int settle(struct master *m, struct config *config)
{
    /* People at a terminal get the report as it is, with its colours; the journal each line with its priority. */
    int err = log_is_journal() ? reload_read(m, config) : config_load(config, &m->args->config, stderr);

    if (err < 0)
        return err;
    err = privs_take(&config->server);
    if (err < 0 || getpid() == 1) /* a container ends with its first process, so that has no successor */
        return err;
    err = launcher_init(&m->launcher, m->path, m->args->argv);
    if (err < 0)
        log_error("cannot start: no process to start successors: %s", strerror(-err));
    return err;
}

static int start(struct master *m)
{
    struct config config = {0};
    int err = settle(m, &config);

    if (err == 0)
        err = generation_new(&m->g, &config, &m->sockets, &m->acceptor.gate, &m->reports);
    config_fini(&config);
    if (err == 0)
        err = generation_start(m->g);
    if (err < 0)
        return err;
    acceptor_use(&m->acceptor, m->g);
    master_watch_workers(m);
    succession_say_ready(m);
    return 0;
}

static void fini(struct master *m)
{
    const int fds[] = {m->signal_fd, m->successor_fd, m->epoll_fd};

    if (m->g != NULL)
        generation_free(&m->g);
    succession_fini(m);
    reports_fini(&m->reports);
    figures_fini(&m->figures);
    (void)loggers_join();
    sockets_fini(&m->sockets);
    acceptor_fini(&m->acceptor);
    systemd_fini(&m->systemd);
    launcher_fini(&m->launcher);
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* What the allocator keeps for one thread it does not give back, nor to others: a generation's memory would stay with its
 * workers' arenas. Workers hardly ever ask it for anything. */
static void share_one_arena(void)
{
    (void)mallopt(M_ARENA_MAX, 1);
}

int master_run(const struct master_args *args)
{
    struct master m = {
        .args = args,
        .epoll_fd = -1,
        .signal_fd = -1,
        .systemd = {.fd = -1},
        .acceptor = {.gate = {.fd = -1}},
        .successor_fd = -1,
        .launcher = {.fd = -1},
    };

    share_one_arena();
    list_init(&m.retired);
    figures_init(&m.figures, &(struct figures_about){args->version, args->config.file});
    int err = prepare(&m);
    if (err < 0)
        log_error("cannot start: %s", strerror(-err));
    else
        err = start(&m);
    if (err == 0)
        loop(&m);
    fini(&m);
    return err == 0 ? EXIT_SUCCESS : err == -EINVAL ? EX_CONFIG : EXIT_FAILURE;
}
