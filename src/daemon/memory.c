/* SPDX-License-Identifier: MIT */
/* How much memory there is for us: a cache that fills a small container ends it. */

#include "daemon/memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/cgroup.h"

enum { CACHE_SHARE = 4 };

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t memory_of_limit(const char *line)
{
    char *end;

    if (!isdigit((unsigned char)line[0])) /* "max" */
        return 0;
    errno = 0;
    unsigned long long n = strtoull(line, &end, 10);
    return errno == 0 && *end == '\0' ? n : 0;
}

uint64_t memory_allowed(void)
{
    static const char *const files[] = {"memory.max", "memory.high"};
    long pages = sysconf(_SC_PHYS_PAGES);
    long size = sysconf(_SC_PAGE_SIZE);
    uint64_t allowed = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : UINT64_MAX;

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        uint64_t n = cgroup_least(files[i], memory_of_limit);
        allowed = n > 0 ? least(n, allowed) : allowed;
    }
    return allowed;
}

uint64_t memory_of_cache(const struct config *config)
{
    uint64_t asked = config->server.cache_memory;

    return asked != CONFIG_AUTO ? asked : least(CONFIG_CACHE_MEMORY_AUTO, memory_allowed() / CACHE_SHARE);
}
