/* SPDX-License-Identifier: MIT */
/* guard.h: memory that ends where it says (header only).
 *
 * A run of pages and behind it one that nobody may touch. Bytes are put so that the last of them is the last byte before
 * that page: whoever reads one byte too far dies by SIGSEGV, in every build and not in sanitized ones alone.
 *
 * Ownership: guard_new maps, guard_free unmaps. What guard_put returns lives until the next guard_put or guard_free.
 * Threads:   one at a time for each guard.
 * Errors:    a mapping that fails fails the test.
 * Source:    the idea is picohttpparser's.
 */
#ifndef BATON_TESTS_GUARD_H
#define BATON_TESTS_GUARD_H

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "expect.h"

struct guard {
    char *pages; /* owned */
    size_t room; /* bytes before the page that nobody may touch */
};

static inline size_t guard_page(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static inline struct guard guard_new(size_t room)
{
    size_t page = guard_page();
    struct guard g = {.room = (room / page + 1) * page};

    g.pages = mmap(NULL, g.room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect(g.pages != MAP_FAILED, "no memory to guard");
    expect(mprotect(g.pages + g.room, page, PROT_NONE) == 0, "no page to guard with");
    return g;
}

static inline void guard_free(struct guard *g)
{
    munmap(g->pages, g->room + guard_page());
    *g = (struct guard){0};
}

/* Room for len bytes that end at the guarded page. What was there is overwritten by 0xff, so that no view into bytes put
 * earlier still reads as it did. */
static inline char *guard_room(struct guard *g, size_t len)
{
    expect(len <= g->room, "%zu bytes do not fit into %zu", len, g->room);
    memset(g->pages + g->room - len, 0xff, len);
    return g->pages + g->room - len;
}

static inline char *guard_put(struct guard *g, const void *bytes, size_t len)
{
    char *p = guard_room(g, len);

    if (len > 0)
        memcpy(p, bytes, len);
    return p;
}

#endif
