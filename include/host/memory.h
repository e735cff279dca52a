/* SPDX-License-Identifier: MIT */
/* host/memory.h: how much memory this process may use, and what it means for the cache.
 *
 * Ownership: none.
 * Threads:   any; reads files, so at start-up only.
 * Errors:    what cannot be read does not limit.
 * Units:     bytes.
 * Source:    sysconf(3); memory.max and memory.high of the kernel's cgroup-v2 guide, memory.limit_in_bytes of that to
 *            cgroup-v1.
 */
#ifndef BATON_HOST_MEMORY_H
#define BATON_HOST_MEMORY_H

#include <stdint.h>

#include "config/config.h"
#include "host/cgroup.h"

/* The machine's, or what the control groups allow, whichever is less. */
uint64_t memory_allowed(void);
uint64_t memory_in(const struct cgroup_view *view);

/* Of a line of memory.max ("50331648", "max"), or of memory.limit_in_bytes; 0 = no limit. */
uint64_t memory_of_limit(const char *line);

/* What the cache of all workers may take: `auto` is at most a quarter of what is allowed. */
uint64_t memory_of_cache(const struct config *config);

#endif
