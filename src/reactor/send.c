/* SPDX-License-Identifier: MIT */
/* Send answers: the half of a connection's turn in which its bytes go out. */

#include "reactor/send.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "reactor/account.h"
#include "reactor/intake.h"

/* Slower than the least rate that is allowed? Looked at once in every send_timeout. */
static bool too_slow(const struct shard *s, struct out *o)
{
    uint64_t elapsed = shard_now(s) - o->since_ms;

    if (s->limits->min_send_rate == 0 || elapsed < s->limits->send_timeout_ms)
        return false;
    bool slow = o->sent < s->limits->min_send_rate * elapsed / 1000;
    o->sent = 0;
    o->since_ms = shard_now(s);
    return slow;
}

/* Bytes that the peer's kernel has not confirmed yet. */
static uint32_t unsent(const struct conn *c)
{
    int n;

    return ioctl(c->fd, SIOCOUTQ, &n) == 0 ? (uint32_t)n : 0;
}

/* The socket, or the turn, took less than all of c->out. */
static enum step wait_to_send(struct shard *s, struct conn *c, enum out_result result, bool progress)
{
    if (too_slow(s, c->out))
        return turn_gone(s, c, CLOSE_STALLED);
    if (progress) {
        c->unsent = unsent(c);
        conn_wait_for(s, c, TIMEOUT_SEND);
    }
    return result == OUT_YIELD ? turn_yield(s, c) : WAIT;
}

static enum step failed_to_send(struct shard *s, struct conn *c, enum out_result result)
{
    out_clear(s->out);
    return turn_gone(s, c, result == OUT_SHRANK ? CLOSE_SHRANK : CLOSE_RESET);
}

enum step send_row(struct shard *s, struct conn *c, struct sv bytes, struct turn *turn)
{
    enum out_result result = account_flush(s, c, s->out, &turn->send);

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
        return turn_gone(s, c, CLOSE_NO_MEMORY);
    }
    c->out->since_ms = shard_now(s);
    if (!account_keep(s, c->out))
        return turn_gone(s, c, CLOSE_NO_MEMORY);
    return wait_to_send(s, c, result, true);
}

enum step send_kept(struct shard *s, struct conn *c, struct turn *turn)
{
    uint64_t before = c->out->sent;
    enum out_result result = account_flush(s, c, c->out, &turn->send);

    if (result == OUT_FAILED || result == OUT_SHRANK)
        return failed_to_send(s, c, result);
    if (result != OUT_DONE)
        return wait_to_send(s, c, result, c->out->sent != before);
    out_free(&c->out);
    if (c->intake != NULL)
        conn_wait_for(s, c, intake_timeout(c->intake));
    return GO;
}

/* Did the peer take any of what was in the socket? */
void send_expired(struct shard *s, struct conn *c)
{
    uint32_t now = unsent(c);

    if (now >= c->unsent) {
        conn_close(s, c, CLOSE_STALLED);
        return;
    }
    c->unsent = now;
    conn_wait_for(s, c, TIMEOUT_SEND);
}
