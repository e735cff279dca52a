/* SPDX-License-Identifier: MIT */
/* A keyed hash. Asked once for each request, for its path. */

#include "base/hash.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/auxv.h>
#include <sys/random.h>

struct state {
    uint64_t v[4];
};

static inline uint64_t rotate64(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void mix(struct state *s)
{
    s->v[0] += s->v[1];
    s->v[2] += s->v[3];
    s->v[1] = rotate64(s->v[1], 13) ^ s->v[0];
    s->v[3] = rotate64(s->v[3], 16) ^ s->v[2];
    s->v[0] = rotate64(s->v[0], 32);
    s->v[2] += s->v[1];
    s->v[0] += s->v[3];
    s->v[1] = rotate64(s->v[1], 17) ^ s->v[2];
    s->v[3] = rotate64(s->v[3], 21) ^ s->v[0];
    s->v[2] = rotate64(s->v[2], 32);
}

static inline void absorb(struct state *s, uint64_t word)
{
    s->v[3] ^= word;
    mix(s);
    s->v[0] ^= word;
}

static inline uint64_t load64(const char *p, size_t n)
{
    uint64_t word = 0;

    memcpy(&word, p, n);
    return word;
}

uint64_t hash(const struct hash_key *key, struct sv bytes)
{
    struct state s = {{
        key->k[0] ^ 0x736f6d6570736575,
        key->k[1] ^ 0x646f72616e646f6d,
        key->k[0] ^ 0x6c7967656e657261,
        key->k[1] ^ 0x7465646279746573,
    }};
    size_t whole = bytes.len & ~(size_t)7;

    for (size_t i = 0; i < whole; i += 8)
        absorb(&s, load64(bytes.p + i, 8));
    absorb(&s, (uint64_t)bytes.len << 56 | load64(bytes.p + whole, bytes.len - whole));
    s.v[2] ^= 0xff;
    mix(&s);
    mix(&s);
    mix(&s);
    return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}

/* What the kernel gave the process at its start is as secret, and is there where a filter or an old kernel has no
 * getrandom(2): each key is made of it anew. */
static void derive(struct hash_key *key)
{
    static _Atomic uint64_t made;
    struct hash_key seed;
    uint64_t number = atomic_fetch_add(&made, 2);

    memcpy(&seed, (const void *)getauxval(AT_RANDOM), sizeof seed);
    for (size_t i = 0; i < sizeof key->k / sizeof key->k[0]; i++, number++)
        key->k[i] = hash(&seed, sv_of((const char *)&number, sizeof number));
}

void hash_key_random(struct hash_key *key)
{
    ssize_t n;

    do
        n = getrandom(key, sizeof *key, 0);
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof *key)
        derive(key);
}
