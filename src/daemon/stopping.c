/* SPDX-License-Identifier: MIT */
/* How the daemon stops: what a signal begins here, the master's loop goes on with. */

#include "daemon/stopping.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/master.h"
#include "daemon/retired.h"
#include "daemon/succession.h"

enum { LOOK_MS = 100 };

/* Every worker is told; when the next step is due is the caller's to say. */
static void go_on_to(struct master *m, enum life life)
{
    life_move(&m->life, life);
    if (m->g != NULL)
        generation_stop(m->g, life_stop(life));
    retired_stop(m, life_stop(life));
}

/* What one drain costs: of a process that has handed over, the generations that it has left know it. */
static const struct config_server *config_of(const struct master *m)
{
    if (m->g != NULL)
        return &m->g->config.server;
    return list_empty(&m->retired) ? NULL : &list_of(m->retired.prev, struct generation, link)->config.server;
}

static void begin_to_drain(struct master *m)
{
    const struct config_server *c = config_of(m);

    m->stopping.next_ms = master_now_ms() + (c != NULL ? c->drain_timeout_ms : 0);
    acceptor_begin_to_leave(&m->acceptor);
    go_on_to(m, LIFE_DRAINING);
}

static void end_now(int number)
{
    (void)number;
    _exit(EXIT_SUCCESS);
}

/* The master itself may come to wait for a disk that hangs, or for a service manager that does not read. */
static void end_in_any_case_at(uint64_t end_ms)
{
    uint64_t now = master_now_ms();
    uint64_t in_ms = (end_ms > now ? end_ms - now : 0) + STOPPING_LAST_MS;
    const struct itimerval timer = {
        .it_value = {.tv_sec = (time_t)(in_ms / 1000), .tv_usec = (suseconds_t)(in_ms % 1000 * 1000)}};

    (void)signal(SIGALRM, end_now);
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}

void stopping_fini(void)
{
    const struct itimerval none = {.it_value = {.tv_sec = 0}};

    (void)setitimer(ITIMER_REAL, &none, NULL);
}

static void begin(struct master *m)
{
    const struct config_server *c = config_of(m);
    uint64_t delay = m->g != NULL ? c->drain_delay_ms : 0; /* who has handed over has nothing to announce */
    uint64_t now = master_now_ms();

    m->stopping.end_ms = now + delay + (c != NULL ? c->drain_timeout_ms : 0) + STOPPING_GRACE_MS;
    end_in_any_case_at(m->stopping.end_ms);
    log_notice("stopping; a second signal stops at once");
    succession_cancel(m);
    figures_drain(&m->figures);
    m->sockets.serving = false;
    if (m->succession.main)
        notify_tell(&m->systemd, "STOPPING=1");
    m->pulse.next_ms = 0;
    if (delay == 0) {
        begin_to_drain(m);
        return;
    }
    m->stopping.next_ms = now + delay;
    go_on_to(m, LIFE_ANNOUNCING);
}

/* Nothing is waited for any more but what should end by itself. */
static void end_soon(struct stopping *s)
{
    uint64_t soon = master_now_ms() + STOPPING_GRACE_MS;

    if (soon >= s->end_ms)
        return;
    s->end_ms = soon;
    end_in_any_case_at(soon);
}

void stopping_ask(struct master *m)
{
    if (!life_is_stopping(m->life)) {
        begin(m);
        return;
    }
    if (m->life != LIFE_ENDING)
        go_on_to(m, LIFE_ENDING);
    m->stopping.left = true;
    end_soon(&m->stopping);
}

/* What the kernel has already connected is still ours to answer, as room for it comes; within drain_timeout. */
static bool backlogs_are_empty(struct master *m)
{
    bool empty = acceptor_empty_backlogs(&m->acceptor);

    gate_wait(&m->acceptor.gate);
    return empty && (m->g == NULL || generation_is_deaf(m->g));
}

static void close_listeners(struct master *m)
{
    if ((m->g != NULL && !generation_is_deaf(m->g)) || reload_is_opening(&m->reload))
        return;
    acceptor_use(&m->acceptor, NULL);
    if (m->g != NULL)
        generation_close_listeners(m->g);
    m->stopping.closed = true;
}

/* With us the service manager ends our predecessors too: what they still send may take its time. Who has handed over has
 * them to pass on yet. */
static bool waits_for_predecessors(const struct master *m)
{
    return m->succession.n_predecessors > 0 &&
           (!life_is_stopping(m->life) || (m->life < LIFE_ENDING && master_now_ms() < m->stopping.next_ms));
}

/* But, perhaps, a thread that opens something for them. */
static bool retired_are_over(const struct master *m)
{
    for (struct list *l = m->retired.next; l != &m->retired; l = l->next)
        if (!list_of(l, struct generation, link)->over)
            return false;
    return true;
}

static bool nobody_is_left(const struct master *m)
{
    return (m->g == NULL || (m->stopping.left && generation_done(m->g))) && retired_are_over(m) &&
           !waits_for_predecessors(m);
}

void stopping_run(struct master *m)
{
    struct stopping *s = &m->stopping;

    if (!life_is_stopping(m->life))
        return;
    bool late = master_now_ms() >= s->next_ms;
    if (m->life == LIFE_ANNOUNCING && late)
        begin_to_drain(m);
    else if (m->life == LIFE_DRAINING && (backlogs_are_empty(m) || late)) {
        retired_run(m);
        s->left = true;
        acceptor_flush(&m->acceptor);
        go_on_to(m, LIFE_EMPTYING);
    } else if (m->life == LIFE_EMPTYING && late) {
        go_on_to(m, LIFE_ENDING); /* a generation that retired may have been given more time by its own configuration */
    }
    if (s->left && !s->closed)
        close_listeners(m);
    if (nobody_is_left(m))
        end_soon(s);
}

bool stopping_is_over(const struct master *m, bool *hung)
{
    bool stops = life_is_stopping(m->life);
    bool left = nobody_is_left(m);

    if (!stops && (!m->succession.passing_on || succession_is_unheard(m)))
        return false;
    if (left && m->reload.work == RELOAD_IDLE && list_empty(&m->retired))
        return true;
    *hung = stops ? master_now_ms() >= m->stopping.end_ms : left && reload_is_slow(&m->reload);
    return *hung;
}

int stopping_wait_ms(const struct master *m, uint64_t now_ms)
{
    const struct stopping *s = &m->stopping;

    if (!life_is_stopping(m->life))
        return -1;
    if (m->life < LIFE_EMPTYING || !s->closed || m->succession.n_predecessors > 0)
        return LOOK_MS;
    return s->end_ms > now_ms ? (int)(s->end_ms - now_ms < LOOK_MS ? s->end_ms - now_ms : LOOK_MS) : 0;
}

uint64_t stopping_left_ms(const struct master *m, uint64_t now_ms)
{
    return life_is_stopping(m->life) && m->stopping.end_ms > now_ms ? m->stopping.end_ms - now_ms : 0;
}
