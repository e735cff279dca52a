/* SPDX-License-Identifier: MIT */
/* Who goes where somebody new comes and there is no place. Looked at only then. */

#include "reactor/evict.h"

#include "reactor/close.h"
#include "reactor/intake.h"
#include "reactor/turn.h"

enum { RANK_SHIFT = 56, TRIES = 256 };

/* In this order; and how long one must have been so. */
static const struct rank {
    enum timeout_kind kind;
    uint64_t least_ms;
    enum close_reason reason;
} ranks[] = {
    {TIMEOUT_KEEPALIVE, 100, CLOSE_EVICTED},
    {TIMEOUT_HEADER, 1000, CLOSE_EVICTED},
    {TIMEOUT_LINGER, 1000, CLOSE_LINGERED},
};

enum { RANKS = sizeof ranks / sizeof *ranks };

static uint64_t since_ms(const struct shard *s, const struct rank *rank, struct list *l)
{
    return timer_of(l)->due_ms - s->timeouts.after_ms[rank->kind];
}

/* Part of a request has come, or may have. */
static bool is_busy(const struct conn *c)
{
    return !list_empty(&c->ready) || (c->intake != NULL && !intake_is_blank(c->intake));
}

/* The list of each kind is in the order of arming. The first from `l` on that could go, of a few; NULL where there is none. */
static struct list *candidate(const struct shard *s, const struct rank *rank, struct list *l)
{
    const struct list *end = &s->timeouts.fifo[rank->kind];

    for (int tries = 0; tries < TRIES && l != end; tries++, l = l->next)
        if (!is_busy(conn_of(timer_of(l))))
            return l;
    return NULL;
}

static bool is_due(uint64_t since_ms, const struct rank *rank, uint64_t now_ms)
{
    return since_ms + rank->least_ms <= now_ms;
}

/* One who is due goes before one who is not yet, whatever the rank. */
uint64_t evict_first(const struct shard *s)
{
    uint64_t first = EVICT_NONE;

    for (uint64_t i = 0; i < RANKS; i++) {
        struct list *l = candidate(s, &ranks[i], s->timeouts.fifo[ranks[i].kind].next);
        if (l == NULL)
            continue;
        uint64_t since = since_ms(s, &ranks[i], l);
        uint64_t its = i << RANK_SHIFT | since;
        if (is_due(since, &ranks[i], shard_now(s)))
            return its;
        first = its < first ? its : first;
    }
    return first;
}

bool evict_is_due(uint64_t first, uint64_t now_ms)
{
    uint64_t rank = first >> RANK_SHIFT;

    return rank < RANKS && is_due(first & (((uint64_t)1 << RANK_SHIFT) - 1), &ranks[rank], now_ms);
}

/* It may have sent a request that nobody has seen yet; then it stays. */
static bool evict(struct shard *s, const struct rank *rank, struct conn *c)
{
    uint64_t before = s->ended;

    if (rank->kind == TIMEOUT_LINGER) {
        conn_close(s, c, rank->reason);
        return true;
    }
    s->evicting = true;
    turn_leave(s, c);
    s->evicting = false;
    return s->ended > before;
}

bool evict_one(struct shard *s)
{
    for (size_t i = 0; i < RANKS; i++) {
        struct list *l = candidate(s, &ranks[i], s->timeouts.fifo[ranks[i].kind].next);
        for (int tries = 0; tries < TRIES && l != NULL; tries++) {
            struct list *next = l->next;
            if (!is_due(since_ms(s, &ranks[i], l), &ranks[i], shard_now(s)))
                break;
            if (evict(s, &ranks[i], conn_of(timer_of(l))))
                return true;
            l = candidate(s, &ranks[i], next);
        }
    }
    return false;
}
