/* SPDX-License-Identifier: MIT */
/* The daemon's heart: wake every worker, see that it turns, tell the service manager. No request comes here. */

#include "daemon/pulse.h"

#include <inttypes.h>
#include <limits.h>

#include "base/log.h"
#include "daemon/master.h"

/* A watchdog wants to hear of us within its time, in which a worker has to be woken and to turn. */
enum { BEATS = 4, STATUS_MS = 5000, STOPPING_MS = 1000, EXTEND_MS = 5 * STOPPING_MS, OWED_MS = 100, TELL_MS = 10000 };

void pulse_init(struct pulse *p, uint64_t watchdog_ms, bool heard)
{
    *p = (struct pulse){.every_ms = heard ? STATUS_MS : 0};
    if (watchdog_ms > 0 && (p->every_ms == 0 || watchdog_ms / BEATS < p->every_ms))
        p->every_ms = watchdog_ms / BEATS > 0 ? watchdog_ms / BEATS : 1;
}

void pulse_watch(struct pulse *p)
{
    if (p->every_ms == 0)
        p->every_ms = STATUS_MS;
}

int pulse_wait_ms(const struct pulse *p, uint64_t now_ms)
{
    uint64_t next = p->every_ms > 0 && p->next_ms < p->tell_ms ? p->next_ms : p->tell_ms;
    uint64_t wait = next > now_ms ? next - now_ms : 0;
    if (p->owes && wait > OWED_MS)
        wait = OWED_MS;
    return wait < INT_MAX ? (int)wait : INT_MAX;
}

/* A stop may take longer than the service manager waits by itself. It is asked for no more than the configuration allows,
 * and only while all workers turn, so that one that hangs ends with TimeoutStopSec= in any case. */
static void ask_for_time(struct master *m, uint64_t now)
{
    uint64_t left = stopping_left_ms(m, now);
    uint64_t some = left < EXTEND_MS ? left : EXTEND_MS;

    if (some == 0 || now < m->pulse.ask_ms)
        return;
    m->pulse.ask_ms = now + STOPPING_MS;
    notify_beat(&m->systemd, "EXTEND_TIMEOUT_USEC=%" PRIu64, some * 1000);
}

/* What the service manager has to know. It may have been too busy to hear the sockets that it is to keep. */
static void say_how_it_goes(struct master *m)
{
    bool stops = life_is_stopping(m->life);

    master_say(m, stops ? "Stopping" : "Serving");
    if (!stops && !reload_is_opening(&m->reload))
        sockets_store(&m->sockets);
}

void pulse_run(struct master *m)
{
    struct pulse *p = &m->pulse;
    uint64_t now = master_now_ms();

    p->owes = !notify_again(&m->systemd);
    if (now >= p->tell_ms) {
        p->tell_ms = now + TELL_MS;
        log_tell(false);
    }
    if (p->every_ms == 0 || now < p->next_ms)
        return;
    p->next_ms = now + (life_is_stopping(m->life) && p->every_ms > STOPPING_MS ? STOPPING_MS : p->every_ms);
    int stuck = m->g != NULL ? crew_find_stuck(&m->g->crew) : -1;
    for (struct list *l = m->retired.next; l != &m->retired; l = l->next) {
        int old = crew_find_stuck(&list_of(l, struct generation, link)->crew);
        stuck = stuck >= 0 ? stuck : old;
    }
    if (stuck >= 0 && !p->stuck)
        log_error("worker %d does not turn any more", stuck);
    p->stuck = stuck >= 0;
    figures_stuck(&m->figures, stuck);
    if (!m->succession.main)
        return;
    if (!p->stuck && m->systemd.watchdog_ms > 0)
        notify_beat(&m->systemd, "WATCHDOG=1");
    if (!p->stuck)
        ask_for_time(m, now);
    if (now < p->say_ms)
        return;
    p->say_ms = now + STATUS_MS;
    say_how_it_goes(m);
}
