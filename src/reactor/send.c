/* SPDX-License-Identifier: MIT */
/* Send answers: the half of a connection's turn in which its bytes go out. */

#include "reactor/send.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "reactor/account.h"
#include "reactor/intake.h"

/* Who takes so much before its time is over is fast enough for any min_send_rate. */
#define ENOUGH (UINT64_C(1) << 31)

/* Bytes that the peer's kernel has not confirmed yet. */
static uint32_t unsent(const struct conn *c)
{
    int n;

    return ioctl(c->fd, SIOCOUTQ, &n) == 0 ? (uint32_t)n : 0;
}

void send_wait(struct shard *s, struct conn *c)
{
    c->given = unsent(c);
    conn_wait_for(s, c, TIMEOUT_SEND);
}

/* Since the SEND timer was armed, has the peer confirmed less than it has to? What we gave to the kernel says nothing of
 * that, and epoll tells of room only once much of the buffer is free. Who was given something and has confirmed all of it
 * waits for us. */
static bool is_too_slow(const struct shard *s, const struct conn *c)
{
    uint64_t elapsed = shard_now(s) + s->limits->send_timeout_ms - c->timer.due_ms;
    uint64_t least = s->limits->min_send_rate * elapsed / 1000;
    uint32_t left = unsent(c);
    uint64_t taken = c->given > left ? c->given - left : 0;

    if (least == 0)
        least = 1;
    return (left > 0 || c->given == 0) && taken < (least < ENOUGH ? least : ENOUGH);
}

/* account_flush; while we wait to send, what was sent is counted. */
static enum out_result flush(struct shard *s, struct conn *c, struct out *o, struct turn *turn)
{
    uint64_t before = o->sent;
    enum out_result result = account_flush(s, c, o, &turn->send);
    uint64_t given = c->given + (o->sent - before);

    if (c->waits_for == TIMEOUT_SEND)
        c->given = given < UINT32_MAX ? (uint32_t)given : UINT32_MAX;
    return result;
}

/* The socket, or the turn, took less than all of c->out. `anew`: the time that the peer has begins now, though we have
 * waited before. */
static enum step wait_to_send(struct shard *s, struct conn *c, enum out_result result, bool anew)
{
    if (anew || c->waits_for != TIMEOUT_SEND)
        send_wait(s, c);
    return result == OUT_YIELD ? step_yield(s, c) : WAIT;
}

static enum step failed_to_send(struct shard *s, struct conn *c, enum out_result result)
{
    out_clear(s->out);
    return step_gone(s, c, result == OUT_SHRANK ? CLOSE_SHRANK : CLOSE_RESET);
}

enum step send_row(struct shard *s, struct conn *c, struct sv bytes, struct turn *turn)
{
    enum out_result result = flush(s, c, s->out, turn);

    if (result == OUT_DONE)
        return GO;
    if (result == OUT_FAILED || result == OUT_SHRANK)
        return failed_to_send(s, c, result);
    c->out = out_save(s->out);
    if (c->last)
        c->lingers = c->lingers || bytes.len > 0;
    else if (c->out != NULL && !intake_keep(s, c, bytes))
        out_free(&c->out);
    if (c->out == NULL) {
        out_clear(s->out);
        return step_gone(s, c, CLOSE_NO_MEMORY);
    }
    if (!account_keep(s, c->out))
        return step_gone(s, c, CLOSE_NO_MEMORY);
    return wait_to_send(s, c, result, s->limits->min_send_rate == 0);
}

enum step send_kept(struct shard *s, struct conn *c, struct turn *turn)
{
    bool rated = s->limits->min_send_rate > 0;
    bool paused = rated && unsent(c) == 0; /* the peer had nothing to take, maybe for long */
    uint64_t before = c->out->sent;
    enum out_result result = flush(s, c, c->out, turn);

    if (result == OUT_FAILED || result == OUT_SHRANK)
        return failed_to_send(s, c, result);
    if (result != OUT_DONE)
        return wait_to_send(s, c, result, rated ? paused : c->out->sent != before);
    out_free(&c->out);
    return GO;
}

void send_expired(struct shard *s, struct conn *c)
{
    const struct linger at_once = {.l_onoff = 1};

    if (!is_too_slow(s, c)) {
        send_wait(s, c);
        return;
    }
    /* Else the kernel would go on for us, as slowly, with all that is in its buffer. */
    (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    conn_close(s, c, CLOSE_STALLED);
}
