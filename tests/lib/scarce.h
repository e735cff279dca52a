/* SPDX-License-Identifier: MIT */
/* scarce.h: memory that runs out when a test says so (header only).
 *
 * It replaces what the program allocates with, so its test is one of `scarce_tests` in tests/CMakeLists.txt. Included by one .c of
 * a program.
 *
 * Ownership: none.
 * Threads:   the test's own is the one that memory runs out for.
 * Errors:    NULL with ENOMEM, as malloc(3) has it.
 * Source:    ld(1), --wrap.
 */
#ifndef BATON_TESTS_SCARCE_H
#define BATON_TESTS_SCARCE_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

enum { SCARCE_NOT = INT_MAX };

/* Allocations of this thread that still succeed. */
static _Thread_local int scarce_after = SCARCE_NOT;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static inline bool scarce_fails(void)
{
    if (scarce_after == SCARCE_NOT)
        return false;
    if (scarce_after > 0) {
        scarce_after--;
        return false;
    }
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return scarce_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return scarce_fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return scarce_fails() ? NULL : __real_realloc(p, size);
}

#endif
