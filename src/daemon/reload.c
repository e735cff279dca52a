/* SPDX-License-Identifier: MIT */
/* SIGHUP: read, open and bind everything a second time, then let the new generation go on where the old one stops. */

#include "daemon/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "config/load.h"
#include "daemon/master.h"
#include "daemon/report.h"
#include "daemon/retired.h"
#include "daemon/succession.h"
#include "generation/opening.h"
#include "host/names.h"
#include "roots/trouble.h"

static const char ending[] = "this process ends, or another has taken over";

/* An opening begins so long after the one before is over, so that what that replaced can end meanwhile; an errand is slow that
 * takes longer than SLOW_MS. Logs that cannot be opened anew are tried again after REOPEN_MS. */
enum { PACE_MS = 20, SLOW_MS = 10000, REOPEN_MS = 1000 };

int reload_init(struct master *m)
{
    struct reload *r = &m->reload;

    *r = (struct reload){.args = m->args->config,
                         .home = {&m->sockets, &m->acceptor.gate, &m->acceptor.seats, &m->status_seats, &m->reports}};
    int err = errand_init(&r->errand);
    return err == 0 ? events_watch(m->epoll_fd, EVENT_ERRAND, r->errand.fd, EPOLLIN) : err;
}

void reload_give_up(struct reload *r)
{
    askers_tell(&r->asking, ending);
    askers_tell(&r->next, ending);
}

void reload_fini(struct reload *r)
{
    reload_give_up(r);
    errand_fini(&r->errand);
    free(r->writers);
}

/* In a thread of its own. */
static void open_generation(void *of)
{
    struct reload *r = of;

    r->g = NULL;
    r->err = r->has_config ? 0 : config_load(&r->config, &r->args, &r->report);
    r->has_config = false;
    if (r->err == 0)
        r->err = opening_run(&r->g, &r->config, &r->home, &r->report);
    if (r->err < 0 && r->report.errors == 0)
        diagnose_error(&r->report, place_nowhere(), "the configuration cannot be loaded: %s", strerror(-r->err));
}

static int reopen_error_log(struct reload *r)
{
    int err = log_reopen();
    bool said = r->reopens_again && r->old_error_log_goes_on;

    if (err < 0 && !said)
        log_error("cannot open the error log anew, the old file goes on: %s; it is tried again", strerror(-err));
    if (err == 0 && r->old_error_log_goes_on)
        log_notice("the error log is open anew");
    r->old_error_log_goes_on = err < 0;
    return err;
}

/* In a thread of its own. No generation is freed meanwhile. */
static void reopen_logs(void *of)
{
    struct reload *r = of;

    r->err = reopen_error_log(r);
    for (size_t i = 0; i < r->n_writers; i++) {
        int err = generation_reopen_logs(r->writers[i], r->reopens_again);
        r->err = r->err < 0 ? r->err : err;
    }
}

static int begin(struct master *m, enum reload_work work, void (*run)(void *), void *of)
{
    struct reload *r = &m->reload;
    int err = errand_begin(&r->errand, run, of);

    if (err < 0)
        return err;
    r->work = work;
    r->slow_ms = master_now_ms() + SLOW_MS;
    return 0;
}

static int begin_opening(struct master *m)
{
    struct reload *r = &m->reload;

    r->wants_opening = false;
    askers_move(&r->asking, &r->next);
    diagnose_init(&r->report, m->g == NULL && report_is_for_people());
    int err = begin(m, RELOAD_OPENING, open_generation, r);
    if (err == 0 && m->life == LIFE_SERVING)
        life_move(&m->life, LIFE_RELOADING);
    if (err < 0)
        diagnose_error(&r->report, place_nowhere(), "cannot start a thread to open it: %s", strerror(-err));
    return err;
}

int reload_start(struct master *m, struct config *config)
{
    static char user[NAME_SIZE]; /* whom we have become */

    trouble_init(user_name_at_hand(geteuid(), user));
    m->reload.config = *config;
    m->reload.has_config = true;
    *config = (struct config){0};
    int err = begin_opening(m);
    if (err < 0) {
        report_print(&m->reload.report, LOG_LEVEL_ERROR);
        diagnose_fini(&m->reload.report);
    }
    return err;
}

static void refuse(struct master *m)
{
    struct reload *r = &m->reload;

    report_log(&r->report, LOG_LEVEL_ERROR);
    report_first(&r->report, r->refused, sizeof r->refused);
    figures_refused(&m->figures, r->refused);
    log_write(NULL, LOG_LEVEL_ERROR, "the configuration was not reloaded; the old one goes on");
    askers_tell(&r->asking, r->refused);
    master_say(m, "Serving");
    notify_tell(&m->systemd, "READY=1");
}

static void take(struct master *m, struct generation *g)
{
    struct generation *old = m->g;

    m->reload.refused[0] = '\0';
    follow_begin(&m->follow);
    report_log(&m->reload.report, LOG_LEVEL_WARNING);
    figures_reloaded(&m->figures);
    m->g = g;
    acceptor_use(&m->acceptor, g);
    master_watch_workers(m);
    retired_add(m, old);
    log_notice("reloaded");
    askers_tell(&m->reload.asking, "");
    master_say(m, "Reloaded");
    notify_tell(&m->systemd, "READY=1");
}

/* The first generation serves, or the daemon ends. */
static void finish_start(struct master *m, struct generation *g)
{
    struct reload *r = &m->reload;

    report_print(&r->report, g == NULL ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING);
    if (g == NULL) {
        m->failed = r->err < 0 ? r->err : -EIO;
        askers_tell(&r->asking, "it does not start");
        return;
    }
    askers_tell(&r->asking, "");
    m->g = g;
    life_move(&m->life, LIFE_SERVING);
    follow_begin(&m->follow);
    m->sockets.serving = true;
    acceptor_use(&m->acceptor, g);
    master_watch_workers(m);
    succession_say_ready(m);
}

static void finish_opening(struct master *m)
{
    struct reload *r = &m->reload;
    struct generation *g = r->g;

    r->g = NULL;
    r->not_before_ms = master_now_ms() + PACE_MS; /* so that what retires gets its turn however long an opening takes */
    if (r->err == 0 && !life_is_leaving(m->life))
        r->err = generation_serve(g, &r->report);
    else if (g != NULL)
        generation_stop(g, STOP_NOW); /* nobody wants it any more */
    bool serves = r->err == 0 && !life_is_leaving(m->life);
    if (!serves && g != NULL)
        generation_free(&g);
    if (life_is_leaving(m->life))
        askers_tell(&r->asking, ending);
    else if (m->g == NULL)
        finish_start(m, g);
    else if (serves)
        take(m, g);
    else
        refuse(m);
    if (m->life == LIFE_RELOADING)
        life_move(&m->life, LIFE_SERVING);
    if (m->g != NULL && m->succession.main)
        sockets_store(&m->sockets);
    diagnose_fini(&r->report);
}

void reload_ask(struct master *m, const struct signalfd_siginfo *from)
{
    struct reload *r = &m->reload;
    pid_t asker;

    if (from != NULL && asker_of(from, &asker)) {
        if (askers_have(&r->asking, asker) || askers_have(&r->next, asker))
            return; /* it asks whether we have heard */
        askers_add(&r->next, asker);
    }
    r->wants_opening = true;
    reload_run(m);
}

void reload_ask_to_reopen(struct master *m)
{
    m->reload.wants_reopening = true;
    m->succession.missed_reopening = true;
    m->reload.not_reopened_before_ms = 0;
    reload_run(m);
}

/* Generations that retired have open logs too. */
static int find_writers(struct master *m)
{
    struct reload *r = &m->reload;
    size_t n = m->g != NULL ? 1 : 0;

    for (const struct list *l = m->retired.next; l != &m->retired; l = l->next)
        n++;
    free(r->writers);
    r->n_writers = 0;
    r->writers = calloc(n + 1, sizeof(struct generation *));
    if (r->writers == NULL)
        return -ENOMEM;
    if (m->g != NULL)
        r->writers[r->n_writers++] = m->g;
    for (struct list *l = m->retired.next; l != &m->retired; l = l->next)
        r->writers[r->n_writers++] = list_of(l, struct generation, link);
    return 0;
}

/* A log that could not be opened goes on in a file that somebody may be about to remove. */
static void finish_reopening(struct reload *r)
{
    if (r->wants_reopening)
        return; /* somebody has asked meanwhile */
    r->wants_reopening = r->err < 0;
    r->not_reopened_before_ms = r->err < 0 ? master_now_ms() + REOPEN_MS : 0;
}

static int begin_reopening(struct master *m)
{
    int err = find_writers(m);

    m->reload.reopens_again = m->reload.not_reopened_before_ms > 0;
    if (err == 0)
        err = begin(m, RELOAD_REOPENING, reopen_logs, &m->reload);
    m->reload.wants_reopening = err < 0; /* then it is tried again */
    return err;
}

static void begin_next(struct master *m)
{
    struct reload *r = &m->reload;

    if (life_is_leaving(m->life)) {
        r->wants_opening = false;
        askers_tell(&r->next, ending);
    }
    /* What a successor has read is as new as what we would; and as one, we first have to be told to go on. */
    bool is_alone = m->succession.fd < 0 && (m->succession.main || m->g == NULL);
    bool may_open = is_alone && master_now_ms() >= r->not_before_ms;

    if (r->wants_opening && may_open) {
        notify_reloading(&m->systemd);
        if (begin_opening(m) < 0) {
            refuse(m);
            diagnose_fini(&r->report);
        }
    } else if (r->wants_reopening && !r->wants_opening && master_now_ms() >= r->not_reopened_before_ms) {
        (void)begin_reopening(m);
    }
}

void reload_run(struct master *m)
{
    struct reload *r = &m->reload;

    if (errand_is_done(&r->errand)) {
        enum reload_work work = r->work;
        r->work = RELOAD_IDLE;
        if (work == RELOAD_OPENING)
            finish_opening(m);
        else
            finish_reopening(r);
    }
    if (m->failed != 0)
        return; /* the daemon ends without having begun */
    if (r->work == RELOAD_IDLE) {
        begin_next(m);
    } else if (r->slow_ms > 0 && master_now_ms() >= r->slow_ms) {
        r->slow_ms = 0;
        log_warning("%s takes more than %d s: a disk may hang; what serves goes on",
                    r->work == RELOAD_OPENING ? "opening what the configuration names" : "opening the logs anew",
                    SLOW_MS / 1000);
    }
}

int reload_wait_ms(const struct master *m, uint64_t now_ms)
{
    const struct reload *r = &m->reload;
    uint64_t at = 0;

    if (r->work != RELOAD_IDLE)
        at = r->slow_ms;
    else if (r->wants_opening && m->succession.fd < 0 && m->succession.main)
        at = r->not_before_ms;
    else if (r->wants_reopening && !r->wants_opening)
        at = r->not_reopened_before_ms > now_ms ? r->not_reopened_before_ms
                                                : now_ms + PACE_MS; /* no thread was to be had */
    if (at == 0)
        return -1;
    return at > now_ms ? (int)(at - now_ms) : 0;
}
