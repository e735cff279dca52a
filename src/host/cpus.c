/* SPDX-License-Identifier: MIT */
/* How many CPUs this process may use: the number of workers where the configuration says "auto". */

#include "host/cpus.h"

#include <limits.h>
#include <sched.h>

#include "base/decimal.h"

enum { MASK_CPUS = 8192 };

static unsigned cpus_of_mask(void)
{
    size_t size = CPU_ALLOC_SIZE(MASK_CPUS);
    cpu_set_t *set = CPU_ALLOC(MASK_CPUS);
    int n = 0;

    if (set != NULL && sched_getaffinity(0, size, set) == 0)
        n = CPU_COUNT_S(size, set);
    CPU_FREE(set);
    return n > 0 ? (unsigned)n : 1;
}

unsigned cpus_of_quota(const char *line)
{
    struct sv text = sv_cstr(line);
    struct decimal quota = decimal_read(text);

    if (quota.len == 0 || line[quota.len] != ' ') /* "max"; version 1 has -1 */
        return 0;
    uint64_t period = decimal_read(sv_skip(text, quota.len + 1)).value;
    if (quota.value == 0 || period == 0 || quota.value > UINT64_MAX - period)
        return 0;
    uint64_t cpus = (quota.value + period - 1) / period;
    return cpus < UINT_MAX ? (unsigned)cpus : UINT_MAX;
}

static uint64_t whole_cpus(const char *line)
{
    return cpus_of_quota(line);
}

unsigned cpus_of_groups(const struct cgroup_view *view)
{
    static const struct cgroup_limit limits[] = {
        {"", {"cpu.max"}, whole_cpus},
        {"cpu", {"cpu.cfs_quota_us", "cpu.cfs_period_us"}, whole_cpus},
    };

    return (unsigned)cgroup_least(view, limits, sizeof limits / sizeof *limits);
}

unsigned cpus_available(void)
{
    unsigned mask = cpus_of_mask();
    unsigned quota = cpus_of_groups(&cgroup_here);

    return quota > 0 && quota < mask ? quota : mask;
}
