/* SPDX-License-Identifier: MIT */
/* fuzz.h: what every fuzzer includes: a check that ends the process, a copy of bytes that ends where its memory ends, and
 * numbers and lines taken from the input (header only).
 *
 * A fuzzer holds properties, most of them against a second, simpler reading of the same bytes. Whatever it draws it
 * draws from the input, so that an input that fails once fails always.
 *
 * Ownership: fuzz_copy allocates, fuzz_free gives back.
 * Threads:   the fuzzer's own.
 * Errors:    check does not return where its condition is false; libFuzzer then keeps the input.
 * Source:    the interface is that of LLVM's libFuzzer.
 */
#ifndef BATON_TESTS_FUZZ_H
#define BATON_TESTS_FUZZ_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/poison.h"
#include "base/sv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* End the process with a text, unless `ok`. */
static inline __attribute__((format(printf, 2, 3))) void check(bool ok, const char *fmt, ...)
{
    va_list ap;

    if (ok)
        return;
    va_start(ap, fmt);
    (void)fputs("does not hold: ", stderr);
    (void)vfprintf(stderr, fmt, ap);
    (void)fputc('\n', stderr);
    va_end(ap);
    abort();
}

static inline struct sv fuzz_input(const uint8_t *data, size_t len)
{
    return sv_of((const char *)data, len);
}

/* A sanitizer sees a read one byte too far. */
static inline char *fuzz_copy(struct sv bytes)
{
    char *p = malloc(bytes.len);

    check(p != NULL || bytes.len == 0, "memory");
    if (bytes.len > 0)
        memcpy(p, bytes.p, bytes.len);
    return p;
}

static inline void fuzz_free(const char *copy)
{
    free((char *)(uintptr_t)copy);
}

/* Only the first n bytes of a copy may be touched, until the next call. */
static inline void fuzz_show(struct sv copy, size_t n)
{
    unpoison(copy.p, copy.len);
    poison(copy.p + n, copy.len - n);
}

/* A seed that is the input's own, for what must not cost bytes of it. */
static inline uint64_t fuzz_seed(struct sv in)
{
    uint64_t h = 0xcbf29ce484222325U;

    for (size_t i = 0; i < in.len; i++)
        h = (h ^ (uint8_t)in.p[i]) * 0x100000001b3U;
    return h | 1;
}

/* 0 .. below - 1, by xorshift64*. */
static inline size_t fuzz_below(uint64_t *seed, size_t below)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (size_t)((*seed * 0x2545f4914f6cdd1dU) >> 11) % below;
}

/* Up to the next `end`, which is passed over, or all that is left. */
static inline struct sv fuzz_until(struct sv *in, char end)
{
    size_t n = sv_find(*in, end);
    struct sv piece = sv_of(in->p, n);

    *in = sv_skip(*in, n < in->len ? n + 1 : n);
    return piece;
}

/* The next word as a number, so that inputs can be read; what is no digit counts for nothing, and 64 bits run over. */
static inline uint64_t fuzz_number(struct sv *in)
{
    struct sv word = fuzz_until(in, ' ');
    uint64_t n = 0;

    for (size_t i = 0; i < word.len; i++)
        if (word.p[i] >= '0' && word.p[i] <= '9')
            n = n * 10 + (uint64_t)(word.p[i] - '0');
    return n;
}

/* The next byte; 0 at the end. */
static inline uint8_t fuzz_byte(struct sv *in)
{
    if (in->len == 0)
        return 0;
    uint8_t c = (uint8_t)in->p[0];
    *in = sv_skip(*in, 1);
    return c;
}

#endif
