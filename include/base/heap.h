/* SPDX-License-Identifier: MIT */
/* base/heap.h: what is asked of the allocator beside memory (header only).
 *
 * A sanitizer has an allocator of its own. The C library's is not even set up there, and to set it up from several threads
 * at once ends the process: nothing is asked of it then.
 *
 * Threads:   heap_share_one: before there is a second one. heap_give_back: any; who allocates meanwhile waits for it.
 * Source:    mallopt(3), malloc_trim(3).
 */
#ifndef BATON_BASE_HEAP_H
#define BATON_BASE_HEAP_H

#include <malloc.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BATON_OTHER_HEAP 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BATON_OTHER_HEAP 1
#endif

#if defined(BATON_OTHER_HEAP)
static inline void heap_share_one(void)
{
}

static inline void heap_give_back(void)
{
}
#else
/* One arena for all threads: what is freed in that of one thread it does not give back, nor to others. */
static inline void heap_share_one(void)
{
    (void)mallopt(M_ARENA_MAX, 1);
}

/* What was freed goes back to the kernel. */
static inline void heap_give_back(void)
{
    (void)malloc_trim(0);
}
#endif

#endif
