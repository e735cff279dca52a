/* SPDX-License-Identifier: MIT */
/* host/cpus.h: how many CPUs this process may use.
 *
 * The CPUs of its affinity mask, or what the CPU quotas of its control groups allow, whichever is less.
 *
 * Ownership: none.
 * Threads:   any; reads files, so at start-up only.
 * Errors:    what cannot be read does not limit; the answer is at least 1.
 * Source:    sched_getaffinity(2), cgroups(7), cpu.max of the kernel's cgroup-v2 guide, cpu.cfs_quota_us of
 *            its guide to the CFS bandwidth control.
 */
#ifndef BATON_HOST_CPUS_H
#define BATON_HOST_CPUS_H

#include "host/cgroup.h"

unsigned cpus_available(void);

/* What the control groups allow; 0 = no limit. */
unsigned cpus_of_groups(const struct cgroup_view *view);

/* Whole CPUs that a line of cpu.max ("200000 100000", "max 100000"), or the two files of version 1 as one, allow, rounded up; 0 = no limit. */
unsigned cpus_of_quota(const char *line);

#endif
