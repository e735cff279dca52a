/* SPDX-License-Identifier: MIT */
/* How large the content of a coded file is. Asked when a sibling is loaded, to tell one that was made of another state of its
 * original. */

#include "http/coded_size.h"

static uint64_t little_endian(const char *p, size_t len)
{
    uint64_t n = 0;

    while (len-- > 0)
        n = n << 8 | (uint8_t)p[len];
    return n;
}

/* The last four bytes; of several members, the last one's. */
static uint64_t of_gzip(struct sv front, struct sv back)
{
    if (!sv_starts(front, SV("\x1f\x8b")) || front.len < CODED_SIZE_FRONT || back.len < CODED_SIZE_BACK)
        return CODED_SIZE_UNKNOWN;
    return little_endian(back.p + back.len - CODED_SIZE_BACK, CODED_SIZE_BACK);
}

/* Magic number, descriptor, window (unless it is a single segment), dictionary, size. */
static uint64_t of_zstd(struct sv front)
{
    static const uint8_t dictionary_len[] = {0, 1, 2, 4};
    static const uint8_t size_len[] = {0, 2, 4, 8};

    if (!sv_starts(front, SV("\x28\xb5\x2f\xfd")) || front.len < 5)
        return CODED_SIZE_UNKNOWN;
    unsigned descriptor = (uint8_t)front.p[4];
    bool single = (descriptor >> 5 & 1) != 0;
    size_t at = 5 + (single ? 0U : 1U) + dictionary_len[descriptor & 3];
    size_t len = descriptor >> 6 == 0 && single ? 1 : size_len[descriptor >> 6];
    if (len == 0 || front.len < at + len)
        return CODED_SIZE_UNKNOWN;
    return little_endian(front.p + at, len) + (len == 2 ? 256 : 0);
}

uint64_t coded_size(enum coding coding, struct sv front, struct sv back)
{
    if (coding == CODING_GZIP)
        return of_gzip(front, back);
    return coding == CODING_ZSTD ? of_zstd(front) : CODED_SIZE_UNKNOWN;
}

bool coded_size_fits(enum coding coding, uint64_t told, uint64_t size)
{
    if (told == CODED_SIZE_UNKNOWN)
        return true;
    return coding == CODING_GZIP ? told == (size & UINT32_MAX) : told == size;
}
