/* SPDX-License-Identifier: MIT */
/* The parts of the daemon's life, in the order in which they are opened, and closed again. No request comes here. */

#include "daemon/parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "config/load.h"
#include "confine/privs.h"
#include "daemon/events.h"
#include "daemon/report.h"
#include "daemon/signals.h"

enum { RETRY_MS = 100 };

uint64_t parts_now_ms(void)
{
    struct clock clock;

    clock_read(&clock);
    return clock.now_ms;
}

void parts_init(struct parts *p, const char *version, const struct config_args *args)
{
    *p = (struct parts){
        .epoll_fd = -1,
        .signal_fd = -1,
        .notify = {.fd = -1},
        .acceptor = {.gate = {.fd = -1}},
        .succession = {.fd = -1},
        .launcher = {.fd = -1},
        .reload = {.errand = {.fd = -1}},
    };
    seats_init(&p->status_seats, 0, 0);
    figures_init(&p->figures, &(struct figures_about){version, args->file});
}

static void find_path(struct parts *p, char *const *argv)
{
    ssize_t n = readlink("/proc/self/exe", p->path, sizeof p->path - 1);

    if (n < 0)
        (void)snprintf(p->path, sizeof p->path, "%s", argv[0]);
}

static int open_signals(struct parts *p)
{
    p->signal_fd = signals_open();
    return p->signal_fd < 0 ? p->signal_fd : events_watch(p->epoll_fd, EVENT_SIGNALS, p->signal_fd, EPOLLIN);
}

/* What serves, and how it is heard. */
static int open_service(struct parts *p)
{
    p->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    int err = p->epoll_fd < 0 ? -errno : acceptor_init(&p->acceptor, p->epoll_fd);

    if (err == 0)
        err = open_signals(p);
    if (err == 0)
        err = events_watch(p->epoll_fd, EVENT_GATE, p->acceptor.gate.fd, EPOLLIN);
    if (err == 0)
        err = sockets_init(&p->sockets, &p->notify);
    return err == 0 ? reports_init(&p->reports, &p->figures) : err;
}

static int open_reload(struct parts *p, const struct config_args *args)
{
    const struct reload_home home = {
        .generation = {&p->sockets, &p->acceptor.gate, &p->acceptor.seats, &p->status_seats, &p->reports},
        .figures = &p->figures,
        .notify = &p->notify,
        .life = &p->life,
        .epoll_fd = p->epoll_fd,
    };

    return reload_init(&p->reload, args, &home);
}

static int open_predecessors(struct parts *p)
{
    const struct predecessors_home home = {
        .sockets = &p->sockets,
        .notify = &p->notify,
        .acceptor = &p->acceptor,
        .reload = &p->reload,
        .epoll_fd = p->epoll_fd,
    };

    return predecessors_init(&p->predecessors, &home);
}

/* Those that come to an end, or bring it. */
static void init_ends(struct parts *p)
{
    const struct succession_home of_succession = {
        .path = p->path,
        .launcher = &p->launcher,
        .sockets = &p->sockets,
        .notify = &p->notify,
        .figures = &p->figures,
        .seats = &p->acceptor.seats,
        .predecessors = &p->predecessors,
        .reload = &p->reload,
        .life = &p->life,
        .epoll_fd = p->epoll_fd,
    };
    const struct retired_home of_retired = {
        .acceptor = &p->acceptor,
        .succession = &p->succession,
        .sockets = &p->sockets,
        .reload = &p->reload,
        .epoll_fd = p->epoll_fd,
    };
    const struct stopping_home of_stopping = {
        .life = &p->life,
        .acceptor = &p->acceptor,
        .retired = &p->retired,
        .predecessors = &p->predecessors,
        .reload = &p->reload,
    };

    succession_init(&p->succession, &of_succession);
    retired_init(&p->retired, &of_retired);
    stopping_init(&p->stopping, &of_stopping);
}

int parts_open(struct parts *p, const struct config_args *args, char *const *argv)
{
    find_path(p, argv);
    notify_init(&p->notify);
    watchdog_init(&p->watchdog, p->notify.watchdog_ms, notify_hears(&p->notify));
    int err = open_service(p);
    if (err == 0)
        err = open_reload(p, args);
    if (err == 0)
        err = open_predecessors(p);
    if (err == 0)
        init_ends(p);
    else
        log_error("cannot start: %s", strerror(-err));
    return err;
}

/* Who we are is the process's, so that comes before the first thread. */
static int read_and_become(struct parts *p, struct config *config)
{
    struct diagnose report;

    diagnose_init(&report, report_is_for_people());
    signals_end_at_once(true);
    int err = config_load(config, &p->reload.args, &report);
    p->misused = report.misuses > 0;
    if (err == 0)
        err = privs_take(config, &report);
    signals_end_at_once(false);
    report_print(&report, err < 0 ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING);
    diagnose_fini(&report);
    return err;
}

int parts_start(struct parts *p, char *const *argv)
{
    struct config config = {0};
    int err = read_and_become(p, &config);

    /* A container ends with its first process, so that has no successor. */
    if (err == 0 && getpid() != 1)
        err = launcher_init(&p->launcher, p->path, argv);
    if (err == 0)
        err = reload_start(&p->reload, &config, parts_now_ms());
    else if (err != -EINVAL)
        log_error("cannot start: %s", strerror(-err));
    config_fini(&config);
    return err;
}

bool parts_may_reload(const struct parts *p)
{
    return p->succession.fd < 0 && (p->predecessors.main || p->present == NULL);
}

/* Of two times to wait, -1 is for ever. */
static int sooner(int a, int b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}

bool parts_are_behind(const struct parts *p)
{
    return p->present != NULL && !life_is_stopping(p->life) && !reload_is_opening(&p->reload) &&
           generation_is_walled_off(p->present);
}

bool parts_wait_for_room(const struct parts *p)
{
    return p->retired.waits || p->predecessors.waits;
}

int parts_wait_ms(const struct parts *p)
{
    uint64_t now = parts_now_ms();
    bool soon = parts_wait_for_room(p) || p->predecessors.owes_ready || acceptor_is_paused(&p->acceptor);
    int wait = sooner(watchdog_wait_ms(&p->watchdog, now), stopping_wait_ms(&p->stopping, now));

    wait = sooner(wait, reload_wait_ms(&p->reload, parts_may_reload(p), now));
    wait = sooner(wait, follow_wait_ms(&p->follow, parts_are_behind(p), now));
    wait = sooner(wait, succession_wait_ms(&p->succession, now));
    return soon ? sooner(wait, RETRY_MS) : wait;
}

/* For lines that are there already: as long as a stop has time. A logger whose target takes nothing is sooner done. */
static uint64_t log_patience_ms(const struct parts *p)
{
    if (!life_is_stopping(p->life))
        return LOGGER_LEAVE_MS;
    return stopping_left_ms(&p->stopping, parts_now_ms()) + STOPPING_GRACE_MS;
}

/* The successor hears the end of us by the end of its socket, so that comes after all others. */
void parts_close(struct parts *p)
{
    if (p->present != NULL)
        generation_free(&p->present);
    predecessors_fini(&p->predecessors);
    reports_fini(&p->reports);
    figures_fini(&p->figures);
    (void)loggers_join(log_patience_ms(p));
    sockets_fini(&p->sockets);
    acceptor_fini(&p->acceptor);
    notify_fini(&p->notify);
    launcher_fini(&p->launcher);
    reload_fini(&p->reload);
    if (p->signal_fd >= 0)
        close(p->signal_fd);
    succession_fini(&p->succession);
    if (p->epoll_fd >= 0)
        close(p->epoll_fd);
    stopping_fini();
}

_Noreturn void parts_abandon(struct parts *p)
{
    static const struct timespec moment = {.tv_nsec = STOPPING_GRACE_MS / 2 * 1000000L}; /* for lines of the log */

    log_error("threads hang that should have ended; this process ends without them");
    reload_give_up(&p->reload);
    sockets_remove_names(&p->sockets);
    (void)nanosleep(&moment, NULL);
    _exit(EXIT_SUCCESS);
}
