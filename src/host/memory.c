/* SPDX-License-Identifier: MIT */
/* How much memory there is for us: a cache that fills a small container ends it. */

#include "host/memory.h"

#include <unistd.h>

#include "base/decimal.h"
#include "base/least.h"

enum { CACHE_SHARE = 4 };

uint64_t memory_of_limit(const char *line)
{
    uint64_t n;

    return decimal_parse(sv_cstr(line), UINT64_MAX, &n) ? n : 0; /* or "max" */
}

uint64_t memory_in(const struct cgroup_view *view)
{
    static const struct cgroup_limit limits[] = {
        {"", {"memory.max"}, memory_of_limit},
        {"", {"memory.high"}, memory_of_limit},
        {"memory", {"memory.limit_in_bytes"}, memory_of_limit},
    };
    long pages = sysconf(_SC_PHYS_PAGES);
    long size = sysconf(_SC_PAGE_SIZE);
    uint64_t allowed = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : UINT64_MAX;
    uint64_t limit = cgroup_least(view, limits, sizeof limits / sizeof *limits);

    return limit > 0 ? least(limit, allowed) : allowed;
}

uint64_t memory_allowed(void)
{
    return memory_in(&cgroup_here);
}

uint64_t memory_of_cache(const struct config *config)
{
    uint64_t asked = config->server.cache_memory;

    return asked != CONFIG_AUTO ? asked : least(CONFIG_CACHE_MEMORY_AUTO, memory_allowed() / CACHE_SHARE);
}
