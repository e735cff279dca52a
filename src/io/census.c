/* SPDX-License-Identifier: MIT */
/* Connections of each address. Asked when a connection begins and when it ends, and only where there is a limit. */

#include "io/census.h"

#include <stddef.h>
#include <sys/socket.h>

enum { COUNT_BITS = 24, V4_AT = 12, NETWORK = 8 };

#define COUNT_MASK ((UINT64_C(1) << COUNT_BITS) - 1)

static struct census process;

struct census *census_of_process(void)
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
    size_t place;   /* where one more is counted; CENSUS_PLACES: nowhere */
    uint64_t word;  /* that was there */
};

static struct line look(struct census *c, size_t first, uint64_t tag)
{
    struct line line = {.place = CENSUS_PLACES};
    bool ours = false;

    for (size_t i = first; i < first + CENSUS_WAYS; i++) {
        uint64_t word = atomic_load_explicit(&c->place[i], memory_order_relaxed);
        bool same = count_of(word) > 0 && (word & ~COUNT_MASK) == tag;
        bool empty = count_of(word) == 0 && line.place == CENSUS_PLACES;
        if ((same && !ours) || empty) {
            line.place = i;
            line.word = word;
        }
        ours = ours || same;
        line.count += same ? count_of(word) : 0;
    }
    return line;
}

bool census_enter(struct census *c, const struct peer *peer, uint64_t most, uint32_t *seat)
{
    struct sv key = counted_as(peer);
    struct line line;
    uint64_t next;

    *seat = 0;
    if (key.len == 0)
        return true;
    uint64_t h = hash(&c->key, key);
    size_t first = (h & COUNT_MASK) % (CENSUS_PLACES / CENSUS_WAYS) * CENSUS_WAYS;
    uint64_t tag = h & ~COUNT_MASK;
    do {
        line = look(c, first, tag);
        if (line.count >= most)
            return false;
        if (line.place == CENSUS_PLACES)
            return true;
        next = count_of(line.word) > 0 ? line.word + 1 : tag | 1;
    } while (!atomic_compare_exchange_weak_explicit(&c->place[line.place], &line.word, next, memory_order_relaxed,
                                                    memory_order_relaxed));
    *seat = (uint32_t)line.place + 1;
    return true;
}

void census_leave(struct census *c, uint32_t *seat)
{
    if (*seat > 0)
        (void)atomic_fetch_sub_explicit(&c->place[*seat - 1], 1, memory_order_relaxed);
    *seat = 0;
}
