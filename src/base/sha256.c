/* SPDX-License-Identifier: MIT */
/* SHA-256. Asked for entity tags that are made of content, and by clients that want a digest: once for each file. */

#include "base/sha256.h"

static const uint32_t constants[SHA256_BLOCK] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

void sha256_init(struct sha256 *s)
{
    *s = (struct sha256){
        .h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

static inline uint32_t rotate32(uint32_t x, int bits)
{
    return x >> bits | x << (32 - bits);
}

static inline uint32_t load32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void schedule(uint32_t w[SHA256_BLOCK], const uint8_t *block)
{
    for (size_t i = 0; i < 16; i++)
        w[i] = load32(block + 4 * i);
    for (int i = 16; i < SHA256_BLOCK; i++) {
        uint32_t s0 = rotate32(w[i - 15], 7) ^ rotate32(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = rotate32(w[i - 2], 17) ^ rotate32(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
}

struct round {
    uint32_t a, b, c, e, f, g;
};

/* One round: what the standard moves from name to name stays where it is, and the caller turns the names instead. */
static inline void turn(struct round r, uint32_t *d, uint32_t *h, uint32_t kw)
{
    uint32_t s1 = rotate32(r.e, 6) ^ rotate32(r.e, 11) ^ rotate32(r.e, 25);
    uint32_t t1 = *h + s1 + ((r.e & r.f) ^ (~r.e & r.g)) + kw;
    uint32_t s0 = rotate32(r.a, 2) ^ rotate32(r.a, 13) ^ rotate32(r.a, 22);

    *d += t1;
    *h = t1 + s0 + ((r.a & r.b) ^ (r.a & r.c) ^ (r.b & r.c));
}

static void compress(uint32_t hash[8], const uint8_t *block)
{
    uint32_t w[SHA256_BLOCK];
    uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3];
    uint32_t e = hash[4], f = hash[5], g = hash[6], h = hash[7];

    schedule(w, block);
    for (int i = 0; i < SHA256_BLOCK; i += 8) {
        const uint32_t *k = constants + i;
        turn((struct round){a, b, c, e, f, g}, &d, &h, k[0] + w[i]);
        turn((struct round){h, a, b, d, e, f}, &c, &g, k[1] + w[i + 1]);
        turn((struct round){g, h, a, c, d, e}, &b, &f, k[2] + w[i + 2]);
        turn((struct round){f, g, h, b, c, d}, &a, &e, k[3] + w[i + 3]);
        turn((struct round){e, f, g, a, b, c}, &h, &d, k[4] + w[i + 4]);
        turn((struct round){d, e, f, h, a, b}, &g, &c, k[5] + w[i + 5]);
        turn((struct round){c, d, e, g, h, a}, &f, &b, k[6] + w[i + 6]);
        turn((struct round){b, c, d, f, g, h}, &e, &a, k[7] + w[i + 7]);
    }
    const uint32_t end[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; i++)
        hash[i] += end[i];
}

void sha256_add(struct sha256 *s, struct sv bytes)
{
    while (bytes.len > 0) {
        size_t had = s->total % SHA256_BLOCK;
        size_t n = SHA256_BLOCK - had < bytes.len ? SHA256_BLOCK - had : bytes.len;
        memcpy(s->block + had, bytes.p, n);
        s->total += n;
        bytes = sv_skip(bytes, n);
        if (s->total % SHA256_BLOCK == 0)
            compress(s->h, s->block);
    }
}

/* A bit, zeros, and the length in bits, to the end of a block. */
void sha256_end(struct sha256 *s, uint8_t sum[SHA256_LEN])
{
    static const char padding[SHA256_BLOCK] = {(char)0x80};
    uint64_t bits = s->total * 8;
    size_t used = s->total % SHA256_BLOCK;
    char length[8];

    sha256_add(s, sv_of(padding, used < 56 ? 56 - used : 120 - used));
    for (int i = 0; i < 8; i++)
        length[i] = (char)(bits >> (56 - 8 * i));
    sha256_add(s, sv_of(length, sizeof length));
    for (int i = 0; i < SHA256_LEN; i++)
        sum[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}
