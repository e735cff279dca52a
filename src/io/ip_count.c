/* SPDX-License-Identifier: MIT */
/* Connections of each address. Asked when a connection begins and when it ends, and only where there is a limit. */

#include "io/ip_count.h"

#include <stddef.h>
#include <sys/socket.h>

enum { COUNT_BITS = 24, V4_AT = 12, NETWORK = 8 };

#define COUNT_MASK ((UINT64_C(1) << COUNT_BITS) - 1)

static struct ip_count process;

struct ip_count *ip_count_of_process(void)
{
    static bool keyed;

    if (!keyed)
        hash_key_random(&process.key);
    keyed = true;
    return &process;
}

/* Of IPv4 the four bytes of the address, of IPv6 the eight of its network. */
static struct sv counted_as(const struct peer *peer)
{
    const char *bytes = (const char *)peer->address.s6_addr;

    if (peer->family != AF_INET && peer->family != AF_INET6)
        return (struct sv){0};
    if (IN6_IS_ADDR_V4MAPPED(&peer->address))
        return sv_of(bytes + V4_AT, sizeof peer->address - V4_AT);
    return sv_of(bytes, NETWORK);
}

static uint64_t count_of(uint64_t word)
{
    return word & COUNT_MASK;
}

/* What is found in the line of an address. */
struct line {
    uint64_t count; /* of its connections */
    size_t place;   /* where one more is counted; IP_COUNT_PLACES: nowhere */
    uint64_t word;  /* that was there */
};

static struct line look(struct ip_count *c, size_t first, uint64_t tag)
{
    struct line line = {.place = IP_COUNT_PLACES};
    bool ours = false;

    for (size_t i = first; i < first + IP_COUNT_WAYS; i++) {
        uint64_t word = atomic_load_explicit(&c->place[i], memory_order_relaxed);
        bool same = count_of(word) > 0 && (word & ~COUNT_MASK) == tag;
        bool empty = count_of(word) == 0 && line.place == IP_COUNT_PLACES;
        if ((same && !ours) || empty) {
            line.place = i;
            line.word = word;
        }
        ours = ours || same;
        line.count += same ? count_of(word) : 0;
    }
    return line;
}

bool ip_count_enter(struct ip_count *c, const struct peer *peer, uint64_t most, uint32_t *slot)
{
    struct sv key = counted_as(peer);
    struct line line;
    uint64_t next;

    *slot = 0;
    if (key.len == 0)
        return true;
    uint64_t h = hash(&c->key, key);
    size_t first = (h & COUNT_MASK) % (IP_COUNT_PLACES / IP_COUNT_WAYS) * IP_COUNT_WAYS;
    uint64_t tag = h & ~COUNT_MASK;
    do {
        line = look(c, first, tag);
        if (line.count >= most)
            return false;
        if (line.place == IP_COUNT_PLACES)
            return true;
        next = count_of(line.word) > 0 ? line.word + 1 : tag | 1;
    } while (!atomic_compare_exchange_weak_explicit(&c->place[line.place], &line.word, next, memory_order_relaxed,
                                                    memory_order_relaxed));
    *slot = (uint32_t)line.place + 1;
    return true;
}

void ip_count_leave(struct ip_count *c, uint32_t *slot)
{
    if (*slot > 0)
        (void)atomic_fetch_sub_explicit(&c->place[*slot - 1], 1, memory_order_relaxed);
    *slot = 0;
}
