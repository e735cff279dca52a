/* SPDX-License-Identifier: MIT */
/* How far a run of harmless bytes goes. The innermost loops of the parser: every byte of a request head passes here
 * once. Classes are a table; the vector step only hurries over bytes that the table would have let pass. */

#include "http/scan.h"

#include <stdint.h>
#include <string.h>

#include "http/bytes.h"

static size_t scan_table(const char *p, size_t n, size_t from, enum byte_class class)
{
    while (from < n && byte_is(p[from], class))
        from++;
    return from;
}

#if (defined(__SSE2__) || defined(__ARM_NEON)) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && \
    !defined(BATON_SCAN_PORTABLE)

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint64_t words2 __attribute__((vector_size(16)));

enum { STEP = sizeof(bytes16) };

static inline bytes16 load(const char *p)
{
    bytes16 v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* Index of the first byte of the mask that is set, STEP where none is. */
static inline size_t first_set(bytes16 mask)
{
    words2 w = (words2)mask;

    if (w[0] != 0)
        return (size_t)__builtin_ctzll(w[0]) / 8;
    return w[1] != 0 ? 8 + (size_t)__builtin_ctzll(w[1]) / 8 : STEP;
}

static inline bytes16 not_value(bytes16 v)
{
    return (bytes16)((v < 0x20) & (v != '\t')) | (bytes16)(v == 0x7f);
}

static inline bytes16 not_target(bytes16 v)
{
    return (bytes16)(v <= 0x20) | (bytes16)(v == 0x7f) | (bytes16)(v == '#');
}

static inline bytes16 not_plain(bytes16 v)
{
    return (bytes16)((v - ' ') > '~' - ' ') | (bytes16)(v == '"') | (bytes16)(v == '\\');
}

/* Letters, digits and '-': what nearly all names consist of. The table decides about the others. */
static inline bytes16 not_plain_token(bytes16 v)
{
    bytes16 letter = (bytes16)(((v | 0x20) - 'a') < 26);
    bytes16 digit = (bytes16)((v - '0') < 10);

    return ~(letter | digit | (bytes16)(v == '-'));
}

size_t scan_value(const char *p, size_t n)
{
    size_t i = 0;

    for (; n - i >= STEP; i += STEP) {
        size_t k = first_set(not_value(load(p + i)));
        if (k < STEP)
            return i + k;
    }
    return scan_table(p, n, i, BYTE_VALUE);
}

size_t scan_target(const char *p, size_t n)
{
    size_t i = 0;

    for (; n - i >= STEP; i += STEP) {
        size_t k = first_set(not_target(load(p + i)));
        if (k < STEP)
            return i + k;
    }
    return scan_table(p, n, i, BYTE_TARGET);
}

size_t scan_plain(const char *p, size_t n)
{
    size_t i = 0;

    for (; n - i >= STEP; i += STEP) {
        size_t k = first_set(not_plain(load(p + i)));
        if (k < STEP)
            return i + k;
    }
    return scan_table(p, n, i, BYTE_PLAIN);
}

size_t scan_token(const char *p, size_t n)
{
    size_t i = 0;

    while (n - i >= STEP) {
        i += first_set(not_plain_token(load(p + i)));
        if (i < n && !byte_is(p[i], BYTE_TOKEN))
            return i;
        i += i < n; /* a byte of a token, though not a plain one */
    }
    return scan_table(p, n, i, BYTE_TOKEN);
}

#else

size_t scan_value(const char *p, size_t n)
{
    return scan_table(p, n, 0, BYTE_VALUE);
}

size_t scan_target(const char *p, size_t n)
{
    return scan_table(p, n, 0, BYTE_TARGET);
}

size_t scan_token(const char *p, size_t n)
{
    return scan_table(p, n, 0, BYTE_TOKEN);
}

size_t scan_plain(const char *p, size_t n)
{
    return scan_table(p, n, 0, BYTE_PLAIN);
}

#endif
