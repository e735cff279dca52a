/* SPDX-License-Identifier: MIT */
/* daemon/cgroup.h: what the control groups of this process allow.
 *
 * Ownership: none.
 * Threads:   any; reads files, so at start-up only.
 * Errors:    what cannot be read does not limit.
 * Source:    cgroups(7), the kernel's cgroup-v2 guide.
 */
#ifndef BATON_DAEMON_CGROUP_H
#define BATON_DAEMON_CGROUP_H

#include <stdint.h>

/* The least that this file ("cpu.max") says in our own group and in those above it; `read` makes a number of its line, 0 for
 * no limit. 0 = none of them limits. */
uint64_t cgroup_least(const char *file, uint64_t (*read)(const char *line));

#endif
