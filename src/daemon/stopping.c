/* SPDX-License-Identifier: MIT */
/* How the daemon stops: what a signal begins here, the master's loop goes on with. */

#include "daemon/stopping.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/log.h"

enum { LOOK_MS = 100 };

void stopping_init(struct stopping *s, const struct stopping_home *home)
{
    *s = (struct stopping){.home = *home};
}

void stopping_fini(void)
{
    const struct itimerval none = {.it_value = {.tv_sec = 0}};

    (void)setitimer(ITIMER_REAL, &none, NULL);
}

static void end_now(int number)
{
    (void)number;
    _exit(EXIT_SUCCESS);
}

/* The master itself may come to wait for a disk that hangs, or for a service manager that does not read. */
static void end_in_any_case_at(uint64_t end_ms, uint64_t now_ms)
{
    uint64_t in_ms = (end_ms > now_ms ? end_ms - now_ms : 0) + STOPPING_LAST_MS;
    const struct itimerval timer = {
        .it_value = {.tv_sec = (time_t)(in_ms / 1000), .tv_usec = (suseconds_t)(in_ms % 1000 * 1000)}};

    (void)signal(SIGALRM, end_now);
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}

/* What one drain costs: of a process that has handed over, the generations that it has left know it. NULL where there is
 * neither. */
static const struct config_server *config_of(const struct stopping *s, const struct generation *present)
{
    const struct list *retired = &s->home.retired->list;

    if (present != NULL)
        return &present->config.server;
    return list_empty(retired) ? NULL : &list_of(retired->prev, struct generation, link)->config.server;
}

/* Every worker is told; when the next step is due is the caller's to say. */
static void go_on_to(struct stopping *s, struct generation *present, enum life life)
{
    life_move(s->home.life, life);
    if (present != NULL)
        generation_stop(present, life_stop(life));
    retired_stop(s->home.retired, life_stop(life));
}

static void begin_to_drain(struct stopping *s, struct generation *present, uint64_t now_ms)
{
    const struct config_server *c = config_of(s, present);

    s->next_ms = now_ms + (c != NULL ? c->drain_timeout_ms : 0);
    acceptor_begin_to_leave(s->home.acceptor);
    go_on_to(s, present, LIFE_DRAINING);
}

static void begin_to_stop(struct stopping *s, struct generation *present, uint64_t now_ms)
{
    const struct config_server *c = config_of(s, present);
    uint64_t delay = present != NULL ? c->drain_delay_ms : 0; /* who has handed over has nothing to announce */

    s->end_ms = now_ms + delay + (c != NULL ? c->drain_timeout_ms : 0) + STOPPING_GRACE_MS;
    end_in_any_case_at(s->end_ms, now_ms);
    log_notice("stopping; a second signal stops at once");
    if (delay == 0) {
        begin_to_drain(s, present, now_ms);
        return;
    }
    s->next_ms = now_ms + delay;
    go_on_to(s, present, LIFE_ANNOUNCING);
}

/* Nothing is waited for any more but what should end by itself. */
static void end_soon(struct stopping *s, uint64_t now_ms)
{
    uint64_t soon = now_ms + STOPPING_GRACE_MS;

    if (soon >= s->end_ms)
        return;
    s->end_ms = soon;
    end_in_any_case_at(soon, now_ms);
}

void stopping_ask(struct stopping *s, struct generation *present, uint64_t now_ms)
{
    if (!life_is_stopping(*s->home.life)) {
        begin_to_stop(s, present, now_ms);
        return;
    }
    if (*s->home.life != LIFE_ENDING)
        go_on_to(s, present, LIFE_ENDING);
    acceptor_leave(s->home.acceptor);
    end_soon(s, now_ms);
}

/* What the kernel has already connected is still ours to answer, as room for it comes; within drain_timeout. */
static bool backlogs_are_empty(const struct stopping *s, const struct generation *present)
{
    bool empty = acceptor_empty_backlogs(s->home.acceptor);

    gate_wait(&s->home.acceptor->gate);
    return empty && (present == NULL || generation_is_deaf(present));
}

/* What was passed on until now is given to the workers, and nothing is after that. */
static void begin_to_empty(struct stopping *s, struct generation *present)
{
    retired_run(s->home.retired, present);
    acceptor_leave(s->home.acceptor);
    acceptor_flush(s->home.acceptor);
    go_on_to(s, present, LIFE_EMPTYING);
}

static void close_listeners(struct stopping *s, struct generation *present)
{
    if ((present != NULL && !generation_is_deaf(present)) || reload_is_opening(s->home.reload))
        return;
    acceptor_use(s->home.acceptor, NULL);
    if (present != NULL)
        generation_close_listeners(present);
    s->closed = true;
}

/* With us the service manager ends our predecessors too: what they still send may take its time. Who has handed over has
 * them to pass on yet. */
static bool waits_for_predecessors(const struct stopping *s, uint64_t now_ms)
{
    enum life life = *s->home.life;

    return s->home.predecessors->n > 0 && (!life_is_stopping(life) || (life < LIFE_ENDING && now_ms < s->next_ms));
}

static bool nobody_is_left(const struct stopping *s, const struct generation *present, uint64_t now_ms)
{
    return (present == NULL || (s->home.acceptor->left && generation_done(present))) &&
           retired_are_over(s->home.retired) && !waits_for_predecessors(s, now_ms);
}

void stopping_run(struct stopping *s, struct generation *present, uint64_t now_ms)
{
    bool late = now_ms >= s->next_ms;
    enum life life = *s->home.life;

    if (!life_is_stopping(life))
        return;
    if (life == LIFE_ANNOUNCING && late)
        begin_to_drain(s, present, now_ms);
    else if (life == LIFE_DRAINING && (backlogs_are_empty(s, present) || late))
        begin_to_empty(s, present);
    else if (life == LIFE_EMPTYING && late)
        go_on_to(s, present, LIFE_ENDING); /* one that retired may have been given more time by its own configuration */
    if (s->home.acceptor->left && !s->closed)
        close_listeners(s, present);
    if (nobody_is_left(s, present, now_ms))
        end_soon(s, now_ms);
}

bool stopping_is_over(const struct stopping *s, const struct generation *present, uint64_t now_ms, bool *hung)
{
    bool left = nobody_is_left(s, present, now_ms);

    if (left && reload_is_idle(s->home.reload) && list_empty(&s->home.retired->list))
        return true;
    *hung = life_is_stopping(*s->home.life) ? now_ms >= s->end_ms : left && reload_is_slow(s->home.reload);
    return *hung;
}

int stopping_wait_ms(const struct stopping *s, uint64_t now_ms)
{
    enum life life = *s->home.life;

    if (!life_is_stopping(life))
        return -1;
    if (life < LIFE_EMPTYING || !s->closed || s->home.predecessors->n > 0)
        return LOOK_MS;
    return s->end_ms > now_ms ? (int)(s->end_ms - now_ms < LOOK_MS ? s->end_ms - now_ms : LOOK_MS) : 0;
}

uint64_t stopping_left_ms(const struct stopping *s, uint64_t now_ms)
{
    return life_is_stopping(*s->home.life) && s->end_ms > now_ms ? s->end_ms - now_ms : 0;
}
