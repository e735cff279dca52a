/* SPDX-License-Identifier: MIT */
/* A connection's turn. All goes around `run`: send what waits, take bytes, answer them, send; until there is nothing to do
 * or the turn has been long enough. Each function that does a part of a turn says how the turn goes on. */

#include "reactor/turn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/poison.h"
#include "reactor/account.h"
#include "reactor/client.h"
#include "reactor/close.h"
#include "reactor/intake.h"
#include "reactor/send.h"

enum {
    TURN_READS = 8,                 /* then the others have their turn */
    TURN_BYTES = 1024 * 1024,       /* sent, as far as one answer may be parted */
    LINGER_BYTES = 16 * 1024 * 1024 /* heard out after the last answer */
};

static ssize_t receive(struct shard *s, struct conn *c)
{
    ssize_t n;

    unpoison(s->bytes, SHARD_BYTES);
    do
        n = recv(c->fd, s->bytes, SHARD_BYTES, 0);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Hear the peer out: a byte that we leave unread would turn our answer into a reset. */
static enum step linger(struct shard *s, struct conn *c)
{
    for (int i = 0; i < TURN_READS; i++) {
        ssize_t n = receive(s, c);
        if (n < 0 && errno == EAGAIN)
            return WAIT;
        if (n <= 0 || (c->lingered += (uint32_t)n) > LINGER_BYTES)
            return step_gone(s, c, CLOSE_LINGERED);
    }
    return step_yield(s, c);
}

/* The last answer is sent. `more`: there are bytes of the peer that we read and did not answer. */
static enum step finish(struct shard *s, struct conn *c, bool more)
{
    if (!c->lingers && !more && !c->readable)
        return step_gone(s, c, CLOSE_DONE);
    intake_free(&c->intake);
    (void)shutdown(c->fd, SHUT_WR);
    c->lingered = 0;
    conn_wait_for(s, c, TIMEOUT_LINGER);
    return linger(s, c);
}

/* On to the next generation: an idle connection is its descriptor and little else. False where it has to wait. */
static bool pass_on(struct shard *s, struct conn *c)
{
    struct baton b = {c->terms, c->peer, c->fd, clock_us(), c->requests > 0, true};

    if (!handoff_has_room(&s->outbox)) {
        atomic_store(&s->outbox_full, true);
        if (!handoff_has_room(&s->outbox)) /* a last look, after we said that we wait */
            return false;
        atomic_store(&s->outbox_full, false);
    }
    (void)epoll_ctl(s->epoll_fd, EPOLL_CTL_DEL, c->fd, NULL); /* not there yet, in its first turn */
    c->fd = -1;
    conn_close(s, c, CLOSE_PASSED);
    (void)handoff_push(&s->outbox, &b);
    handoff_signal(&s->outbox);
    return true;
}

/* From here on it is the peer's turn. The timer of a request that has come in part runs from its beginning, or from the
 * answers before it. */
static void wait_for_bytes(struct shard *s, struct conn *c)
{
    bool runs = c->waits_for <= TIMEOUT_KEEPALIVE;

    if (c->intake == NULL && c->requests > 0)
        conn_wait_for(s, c, TIMEOUT_KEEPALIVE);
    else if (!runs || intake_is_kept(c->intake))
        conn_wait_for(s, c, c->intake != NULL ? intake_timeout(c->intake) : TIMEOUT_HEADER);
}

/* Nothing to do until the peer says more. */
static enum step rest(struct shard *s, struct conn *c)
{
    if (c->slot_of_request)
        client_leave(s, c);
    if (c->intake != NULL && !intake_is_blank(c->intake)) {
        wait_for_bytes(s, c);
        return WAIT;
    }
    if (s->draining || s->evicting)
        return step_gone(s, c, s->draining ? CLOSE_DRAIN : CLOSE_EVICTED);
    if (s->retiring && pass_on(s, c))
        return GONE;
    wait_for_bytes(s, c);
    return WAIT;
}

/* The turn is over, though the peer may have said more. Its answers are sent, so no timer from before them may end it;
 * but for how fast it reads, which is seen only over all of them. */
static enum step yield(struct shard *s, struct conn *c)
{
    if (c->waits_for != TIMEOUT_SEND)
        wait_for_bytes(s, c);
    return step_yield(s, c);
}

/* The next bytes to answer: such as had to wait, else those in the socket. */
static enum step next_bytes(struct shard *s, struct conn *c, struct turn *turn, struct sv *bytes)
{
    *bytes = intake_restore(s, c);
    if (bytes->len > 0)
        return GO;
    if (!c->readable)
        return rest(s, c);
    if (turn->reads-- == 0)
        return yield(s, c);

    ssize_t n = receive(s, c);
    if (n < 0 && errno == EAGAIN) {
        c->readable = false;
        return rest(s, c);
    }
    if (n < 0)
        return step_gone(s, c, CLOSE_RESET);
    if (n == 0)
        return step_gone(s, c, c->intake != NULL ? CLOSE_PEER_MIDWAY : CLOSE_PEER);
    /* A short read has emptied the socket (epoll(7)); only the end of the stream could still be told. */
    c->readable = n == SHARD_BYTES || c->hung_up;
    counters_add(&s->counters, COUNTER_RECEIVED_BYTES, (uint64_t)n);
    s->came_us = s->clock.turn_us;
    s->evicting = false; /* it was not idle: it has sent something that nobody had seen */
    *bytes = sv_of(s->bytes, (size_t)n);
    return GO;
}

/* The request in front needs something that another thread is busy with: it is read again in a while. */
static enum step put_off(struct shard *s, struct conn *c, struct sv bytes)
{
    if (!intake_keep(s, c, bytes))
        return step_gone(s, c, CLOSE_NO_MEMORY);
    counters_add(&s->counters, COUNTER_PUT_OFF, 1);
    conn_wait_for(s, c, TIMEOUT_SUM);
    return WAIT;
}

/* The turn has sent its share; bytes that are not answered yet wait for the next. */
static enum step end_turn(struct shard *s, struct conn *c, struct sv bytes)
{
    return intake_keep(s, c, bytes) ? yield(s, c) : step_gone(s, c, CLOSE_NO_MEMORY);
}

/* Is there anything to answer? Looked at without reading it: where there is not, the connection is as idle as any. */
static bool is_asked(struct conn *c, struct sv bytes)
{
    char first;

    if (bytes.len > 0 || intake_is_kept(c->intake))
        return true;
    if (!c->readable)
        return false;
    ssize_t n = recv(c->fd, &first, sizeof first, MSG_PEEK);
    c->readable = n >= 0 || errno != EAGAIN;
    return n > 0;
}

/* No answer is begun before the log has room for its line. One of which nothing was read can go to the next generation. */
static enum step stall(struct shard *s, struct conn *c, struct sv bytes)
{
    if (s->retiring && bytes.len == 0 && c->intake == NULL && pass_on(s, c))
        return GONE;
    if (!intake_keep(s, c, bytes))
        return step_gone(s, c, CLOSE_NO_MEMORY);
    if (c->waits_for > TIMEOUT_KEEPALIVE)
        conn_wait_for(s, c, TIMEOUT_HEADER);
    access_log_wait(&s->access);
    if (list_empty(&c->ready))
        list_append(&s->stalled, &c->ready);
    return WAIT;
}

/* Before its first request a connection may have to say whose it is. */
static enum step introduce(struct shard *s, struct conn *c, struct sv *bytes)
{
    enum proxy_result result = intake_read_proxy(s, c, bytes);

    if (result == PROXY_BAD)
        return step_gone(s, c, CLOSE_NO_HEADER);
    if (result == PROXY_DONE && !client_introduced(s, c))
        return step_gone(s, c, CLOSE_CROWDED);
    return GO;
}

static enum step run(struct shard *s, struct conn *c)
{
    struct sv bytes = {0};
    struct turn turn = {TURN_READS, TURN_BYTES};

    conn_assert_owner(s);
    if (c->waits_for == TIMEOUT_LINGER)
        return linger(s, c);
    enum step step = c->out != NULL ? send_kept(s, c, &turn) : GO;
    while (step == GO) {
        if (c->last)
            return finish(s, c, bytes.len > 0);
        if (turn.send == 0)
            return end_turn(s, c, bytes);
        if (!access_log_has_room(&s->access) && is_asked(c, bytes))
            return stall(s, c, bytes);
        if (bytes.len == 0)
            step = next_bytes(s, c, &turn, &bytes);
        if (step == GO && c->awaits_proxy)
            step = introduce(s, c, &bytes);
        if (step != GO)
            break;
        bytes = intake_read(s, c, bytes);
        step = send_row(s, c, bytes, &turn);
        if (step == GO && c->put_off)
            step = put_off(s, c, bytes);
    }
    return step;
}

/* Tried at once: the first request is there as a rule, and one that ends the connection never needs epoll. */
void turn_adopt(struct shard *s, const struct baton *b)
{
    struct conn *c = calloc(1, sizeof *c);

    if (c == NULL) {
        account_refused(s, CLOSE_NO_MEMORY);
        close(b->fd);
        return;
    }
    c->fd = b->fd;
    c->requests = b->served;
    c->readable = true;
    timer_init(&c->timer);
    list_init(&c->ready);
    account_begin(s, c, b);
    conn_wait_for(s, c, b->served ? TIMEOUT_KEEPALIVE : TIMEOUT_HEADER);
    if (!client_adopt(s, c, b)) {
        conn_close(s, c, CLOSE_CROWDED);
        return;
    }
    if (run(s, c) == GONE)
        return;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
    if (epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, c->fd, &event) < 0)
        conn_close(s, c, CLOSE_NO_MEMORY);
}

void turn_event(struct shard *s, struct conn *c, uint32_t events)
{
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        c->readable = true;
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        c->hung_up = true;
    if ((c->readable || c->out != NULL) && list_empty(&c->ready))
        (void)run(s, c);
}

void turn_go_on(struct shard *s, struct conn *c)
{
    (void)run(s, c);
}

static void refuse_late(struct shard *s, struct conn *c)
{
    struct turn turn = {0, TURN_BYTES};

    if (!access_log_has_room(&s->access)) {
        conn_wait_for(s, c, (enum timeout_kind)c->waits_for);
        return;
    }
    intake_refuse_late(s, c);
    if (send_row(s, c, (struct sv){0}, &turn) == GO)
        (void)finish(s, c, false);
}

/* Its turn comes again: the peer has done its part, and its time begins anew. */
static bool waits_for_us(struct shard *s, struct conn *c)
{
    if (list_empty(&c->ready) || c->waits_for > TIMEOUT_SEND)
        return false;
    if (c->waits_for == TIMEOUT_SEND)
        send_wait(s, c);
    else
        conn_wait_for(s, c, (enum timeout_kind)c->waits_for);
    return true;
}

void turn_expired(struct shard *s, struct conn *c)
{
    if (waits_for_us(s, c))
        return;
    switch ((enum timeout_kind)c->waits_for) {
    case TIMEOUT_HEADER:
    case TIMEOUT_BODY:
        if (c->awaits_proxy && c->intake != NULL)
            conn_close(s, c, CLOSE_NO_HEADER);
        else if (c->intake != NULL && !intake_is_blank(c->intake))
            refuse_late(s, c);
        else
            conn_close(s, c, CLOSE_SILENT);
        break;
    case TIMEOUT_KEEPALIVE:
        conn_close(s, c, CLOSE_IDLE);
        break;
    case TIMEOUT_SEND:
        send_expired(s, c);
        break;
    case TIMEOUT_SUM:
        if (intake_waits_on(s, c))
            conn_wait_for(s, c, TIMEOUT_SUM);
        else
            (void)run(s, c);
        break;
    case TIMEOUT_LINGER:
    case TIMEOUT_KINDS:
        conn_close(s, c, CLOSE_LINGERED);
        break;
    }
}

void turn_leave(struct shard *s, struct conn *c)
{
    c->readable = true;
    if (list_empty(&c->ready))
        (void)run(s, c);
}
