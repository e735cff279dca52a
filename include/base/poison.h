/* SPDX-License-Identifier: MIT */
/* base/poison.h: make bytes that are done with untouchable, in builds with AddressSanitizer (header only).
 *
 * Every view into a request dies when the request is answered. In such builds a view that lived on is caught at its
 * next use; in others these functions are empty.
 *
 * Ownership: of the bytes stays where it is; they must be unpoisoned before they are written again or freed.
 * Threads:   that of the bytes.
 * Errors:    none.
 * Source:    sanitizer/asan_interface.h of gcc and clang.
 */
#ifndef BATON_BASE_POISON_H
#define BATON_BASE_POISON_H

#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BATON_POISON 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define BATON_POISON 1
#endif

#if defined(BATON_POISON)
#include <sanitizer/asan_interface.h>

static inline void poison(const char *p, size_t len)
{
    ASAN_POISON_MEMORY_REGION(p, len);
}

static inline void unpoison(const char *p, size_t len)
{
    ASAN_UNPOISON_MEMORY_REGION(p, len);
}
#else
static inline void poison(const char *p, size_t len)
{
    (void)p;
    (void)len;
}

static inline void unpoison(const char *p, size_t len)
{
    (void)p;
    (void)len;
}
#endif

#endif
