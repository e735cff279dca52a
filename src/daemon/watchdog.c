/* SPDX-License-Identifier: MIT */
/* The daemon's heart: wake every worker, see that it turns, tell the service manager. No request comes here. */

#include "daemon/watchdog.h"

#include <inttypes.h>
#include <limits.h>

#include "base/log.h"

/* A watchdog wants to hear of us within its time, in which a worker has to be woken and to turn. */
enum { BEATS = 4, STATUS_MS = 5000, STOPPING_MS = 1000, EXTEND_MS = 5 * STOPPING_MS, OWED_MS = 100, TELL_MS = 10000 };

void watchdog_init(struct watchdog *p, uint64_t watchdog_ms, bool heard)
{
    *p = (struct watchdog){.every_ms = heard ? STATUS_MS : 0};
    if (watchdog_ms > 0 && (p->every_ms == 0 || watchdog_ms / BEATS < p->every_ms))
        p->every_ms = watchdog_ms / BEATS > 0 ? watchdog_ms / BEATS : 1;
}

void watchdog_watch(struct watchdog *p)
{
    if (p->every_ms == 0)
        p->every_ms = STATUS_MS;
}

int watchdog_wait_ms(const struct watchdog *p, uint64_t now_ms)
{
    uint64_t next = p->every_ms > 0 && p->next_ms < p->tell_ms ? p->next_ms : p->tell_ms;
    uint64_t wait = next > now_ms ? next - now_ms : 0;
    if (p->owes && wait > OWED_MS)
        wait = OWED_MS;
    return wait < INT_MAX ? (int)wait : INT_MAX;
}

/* A stop may take longer than the service manager waits by itself. It is asked for no more than the configuration allows,
 * and only while all workers turn, so that one that hangs ends with TimeoutStopSec= in any case. */
static void ask_for_time(struct watchdog *p, const struct watchdog_of *of, uint64_t now)
{
    uint64_t some = of->left_ms < EXTEND_MS ? of->left_ms : EXTEND_MS;

    if (some == 0 || now < p->ask_ms)
        return;
    p->ask_ms = now + STOPPING_MS;
    notify_beat(of->notify, "EXTEND_TIMEOUT_USEC=%" PRIu64, some * 1000);
}

/* Wakes the workers of all generations. */
static int find_stuck(const struct watchdog_of *of)
{
    int stuck = of->g != NULL ? crew_find_stuck(&of->g->crew) : -1;

    for (struct list *l = of->retired->next; l != of->retired; l = l->next) {
        int old = crew_find_stuck(&list_of(l, struct generation, link)->crew);
        stuck = stuck >= 0 ? stuck : old;
    }
    return stuck;
}

static void beat(struct watchdog *p, const struct watchdog_of *of, uint64_t now)
{
    int stuck = find_stuck(of);

    if (stuck >= 0 && !p->stuck)
        log_error("worker %d does not turn any more", stuck);
    p->stuck = stuck >= 0;
    figures_stuck(of->figures, stuck);
    if (!of->main || p->stuck)
        return;
    if (of->notify->watchdog_ms > 0)
        notify_beat(of->notify, "WATCHDOG=1");
    if (of->stops)
        ask_for_time(p, of, now);
}

bool watchdog_run(struct watchdog *p, const struct watchdog_of *of, uint64_t now)
{
    p->owes = !notify_again(of->notify);
    if (now >= p->tell_ms) {
        p->tell_ms = now + TELL_MS;
        log_tell(false);
    }
    if (p->every_ms == 0 || now < p->next_ms)
        return false;
    p->next_ms = now + (of->stops && p->every_ms > STOPPING_MS ? STOPPING_MS : p->every_ms);
    beat(p, of, now);
    if (!of->main || now < p->say_ms)
        return false;
    p->say_ms = now + STATUS_MS;
    return true;
}
