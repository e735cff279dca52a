/* SPDX-License-Identifier: MIT */
/* SIGHUP: read, open and bind everything a second time, then let the new generation serve. SIGUSR1: open the logs anew. */

#include "daemon/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "config/load.h"
#include "daemon/events.h"
#include "daemon/report.h"
#include "generation/opening.h"
#include "host/names.h"
#include "roots/trouble.h"

static const char ending[] = "this process ends, or another has taken over";

/* An opening begins so long after the one before is over, so that what that replaced can end meanwhile; an errand is slow that
 * takes longer than SLOW_MS. Logs that cannot be opened anew are tried again after REOPEN_MS. */
enum { PACE_MS = 20, SLOW_MS = 10000, REOPEN_MS = 1000 };

int reload_init(struct reload *r, const struct config_args *args, const struct reload_home *home)
{
    *r = (struct reload){.home = *home, .args = *args};
    int err = errand_init(&r->errand);
    return err == 0 ? events_watch(home->epoll_fd, EVENT_ERRAND, r->errand.fd, EPOLLIN) : err;
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
        r->err = opening_run(&r->g, &r->config, &r->home.generation, &r->report);
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

static int begin_errand(struct reload *r, enum reload_work work, void (*run)(void *), uint64_t now_ms)
{
    int err = errand_begin(&r->errand, run, r);

    if (err < 0)
        return err;
    r->work = work;
    r->slow_ms = now_ms + SLOW_MS;
    return 0;
}

static int begin_opening(struct reload *r, uint64_t now_ms)
{
    r->wants_opening = false;
    askers_move(&r->asking, &r->next);
    diagnose_init(&r->report, *r->home.life == LIFE_STARTING && report_is_for_people());
    int err = begin_errand(r, RELOAD_OPENING, open_generation, now_ms);
    if (err == 0 && *r->home.life == LIFE_SERVING)
        life_move(r->home.life, LIFE_RELOADING);
    if (err < 0)
        diagnose_error(&r->report, place_nowhere(), "cannot start a thread to open it: %s", strerror(-err));
    return err;
}

int reload_start(struct reload *r, struct config *config, uint64_t now_ms)
{
    static char user[NAME_SIZE]; /* whom we have become */

    trouble_init(user_name_at_hand(geteuid(), user));
    r->args.may_wait = false; /* that was for the start, which has read it */
    r->config = *config;
    r->has_config = true;
    *config = (struct config){0};
    int err = begin_opening(r, now_ms);
    if (err < 0) {
        report_print(&r->report, LOG_LEVEL_ERROR);
        diagnose_fini(&r->report);
    }
    return err;
}

static enum reload_news refuse_reload(struct reload *r)
{
    report_log(&r->report, LOG_LEVEL_ERROR);
    report_first(&r->report, r->refused, sizeof r->refused);
    figures_refused(r->home.figures, r->refused);
    log_write(NULL, LOG_LEVEL_ERROR, "the configuration was not reloaded; the old one goes on");
    askers_tell(&r->asking, r->refused);
    return RELOAD_REFUSED;
}

static enum reload_news take_reload(struct reload *r)
{
    r->refused[0] = '\0';
    report_log(&r->report, LOG_LEVEL_WARNING);
    figures_reloaded(r->home.figures);
    return RELOAD_OPENED;
}

/* The first generation serves, or the daemon ends. */
static enum reload_news finish_start(struct reload *r, bool serves)
{
    report_print(&r->report, serves ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR);
    askers_tell(&r->asking, serves ? "" : "it does not start");
    if (!serves)
        r->failed = r->err < 0 ? r->err : -EIO;
    return serves ? RELOAD_STARTED : RELOAD_FAILED;
}

static enum reload_news drop_opened(struct reload *r)
{
    askers_tell(&r->asking, ending);
    return RELOAD_DROPPED;
}

static enum reload_news finish_opening(struct reload *r, struct generation **out, uint64_t now_ms)
{
    struct generation *g = r->g;
    bool leaves = life_is_leaving(*r->home.life);
    enum reload_news news;

    r->g = NULL;
    r->not_before_ms = now_ms + PACE_MS; /* so that what retires gets its turn however long an opening takes */
    if (r->err == 0 && !leaves)
        r->err = generation_serve(g, &r->report);
    else if (g != NULL)
        generation_stop(g, STOP_NOW); /* nobody wants it any more */
    bool serves = r->err == 0 && !leaves;
    if (!serves && g != NULL)
        generation_free(&g);
    if (leaves)
        news = drop_opened(r);
    else if (*r->home.life == LIFE_STARTING)
        news = finish_start(r, serves);
    else
        news = serves ? take_reload(r) : refuse_reload(r);
    if (news == RELOAD_REFUSED)
        life_move(r->home.life, LIFE_SERVING);
    *out = g;
    diagnose_fini(&r->report);
    return news;
}

void reload_end(struct reload *r)
{
    log_notice("reloaded");
    askers_tell(&r->asking, "");
    life_move(r->home.life, LIFE_SERVING);
}

void reload_ask(struct reload *r, const struct signalfd_siginfo *from)
{
    pid_t asker;

    if (from != NULL && asker_of(from, &asker)) {
        if (askers_have(&r->asking, asker) || askers_have(&r->next, asker))
            return; /* it asks whether we have heard */
        askers_add(&r->next, asker);
    }
    r->wants_opening = true;
}

void reload_ask_to_reopen(struct reload *r)
{
    r->wants_reopening = true;
    r->not_reopened_before_ms = 0;
}

/* Generations that retired have open logs too. */
static int find_writers(struct reload *r, const struct reload_writers *writers)
{
    size_t n = writers->present != NULL ? 1 : 0;

    for (const struct list *l = writers->retired->next; l != writers->retired; l = l->next)
        n++;
    free(r->writers);
    r->n_writers = 0;
    r->writers = calloc(n + 1, sizeof(struct generation *));
    if (r->writers == NULL)
        return -ENOMEM;
    if (writers->present != NULL)
        r->writers[r->n_writers++] = writers->present;
    for (struct list *l = writers->retired->next; l != writers->retired; l = l->next)
        r->writers[r->n_writers++] = list_of(l, struct generation, link);
    return 0;
}

/* A log that could not be opened goes on in a file that somebody may be about to remove. */
static void finish_reopening(struct reload *r, uint64_t now_ms)
{
    if (r->wants_reopening)
        return; /* somebody has asked meanwhile */
    r->wants_reopening = r->err < 0;
    r->not_reopened_before_ms = r->err < 0 ? now_ms + REOPEN_MS : 0;
}

static void begin_reopening(struct reload *r, const struct reload_writers *writers, uint64_t now_ms)
{
    int err = find_writers(r, writers);

    r->reopens_again = r->not_reopened_before_ms > 0;
    if (err == 0)
        err = begin_errand(r, RELOAD_REOPENING, reopen_logs, now_ms);
    r->wants_reopening = err < 0; /* then it is tried again */
}

static bool begin_next(struct reload *r, const struct reload_writers *writers, bool may_open, uint64_t now_ms)
{
    if (life_is_leaving(*r->home.life)) {
        r->wants_opening = false;
        askers_tell(&r->next, ending);
    }
    if (r->wants_opening && may_open && now_ms >= r->not_before_ms) {
        notify_reloading(r->home.notify);
        if (begin_opening(r, now_ms) == 0)
            return true;
        (void)refuse_reload(r);
        diagnose_fini(&r->report);
        return false;
    }
    if (r->wants_reopening && !r->wants_opening && now_ms >= r->not_reopened_before_ms)
        begin_reopening(r, writers, now_ms);
    return true;
}

enum reload_news reload_finish(struct reload *r, struct generation **g, uint64_t now_ms)
{
    enum reload_work work = r->work;

    *g = NULL;
    if (!errand_is_done(&r->errand))
        return RELOAD_NO_NEWS;
    r->work = RELOAD_IDLE;
    if (work == RELOAD_OPENING)
        return finish_opening(r, g, now_ms);
    finish_reopening(r, now_ms);
    return RELOAD_NO_NEWS;
}

bool reload_go_on(struct reload *r, const struct reload_writers *writers, bool may_open, uint64_t now_ms)
{
    if (r->work == RELOAD_IDLE)
        return begin_next(r, writers, may_open, now_ms);
    if (r->slow_ms > 0 && now_ms >= r->slow_ms) {
        r->slow_ms = 0;
        log_warning("%s takes more than %d s: a disk may hang; what serves goes on",
                    r->work == RELOAD_OPENING ? "opening what the configuration names" : "opening the logs anew",
                    SLOW_MS / 1000);
    }
    return true;
}

int reload_wait_ms(const struct reload *r, bool may_open, uint64_t now_ms)
{
    uint64_t at = 0;

    if (r->work != RELOAD_IDLE)
        at = r->slow_ms;
    else if (r->wants_opening && may_open)
        at = r->not_before_ms;
    else if (r->wants_reopening && !r->wants_opening)
        at = r->not_reopened_before_ms > now_ms ? r->not_reopened_before_ms
                                                : now_ms + PACE_MS; /* no thread was to be had */
    if (at == 0)
        return -1;
    return at > now_ms ? (int)(at - now_ms) : 0;
}
