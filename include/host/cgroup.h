/* SPDX-License-Identifier: MIT */
/* host/cgroup.h: what the control groups of this process allow.
 *
 * Ownership: none.
 * Threads:   any; reads files, so at start-up only.
 * Errors:    what cannot be read does not limit.
 * Source:    cgroups(7), the kernel's guides to cgroup-v1 and cgroup-v2.
 */
#ifndef BATON_HOST_CGROUP_H
#define BATON_HOST_CGROUP_H

#include <stddef.h>
#include <stdint.h>

enum { CGROUP_FILES_MAX = 2 };

/* One limit, as one of the versions has it. */
struct cgroup_limit {
    const char *controller;              /* of version 1: "memory"; "" = version 2 */
    const char *files[CGROUP_FILES_MAX]; /* "memory.max" */
    uint64_t (*read)(const char *text);  /* their first lines, with a space between them, as a number; 0 = no limit */
};

/* Where the kernel shows them. */
struct cgroup_view {
    const char *groups; /* which are ours */
    const char *mounts; /* below which they are: those of version 1 under the names of their controllers */
};

extern const struct cgroup_view cgroup_here;

/* The least that our own groups and those above them allow; 0 = none of them limits. */
uint64_t cgroup_least(const struct cgroup_view *view, const struct cgroup_limit *limits, size_t n);

#endif
