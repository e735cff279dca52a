/* SPDX-License-Identifier: MIT */
/* How many CPUs this process may use: the number of workers where the configuration says "auto". */

#include "daemon/cpus.h"

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    char *end;
    unsigned long long quota = strtoull(line, &end, 10);

    if (end == line || *end != ' ') /* "max" */
        return 0;
    unsigned long long period = strtoull(end, NULL, 10);
    if (quota == 0 || period == 0 || quota > ULLONG_MAX - period)
        return 0;
    unsigned long long cpus = (quota + period - 1) / period;
    return cpus < UINT_MAX ? (unsigned)cpus : UINT_MAX;
}

static bool read_line(const char *path, const char *prefix, char *line, int size)
{
    FILE *f = fopen(path, "re");
    bool found = false;

    line[0] = '\0';
    if (f == NULL)
        return false;
    while (!found && fgets(line, size, f) != NULL)
        found = strncmp(line, prefix, strlen(prefix)) == 0;
    (void)fclose(f);
    line[strcspn(line, "\n")] = '\0';
    return found;
}

/* The least quota from our own group up to the root; 0 = no limit. */
static unsigned cpus_of_groups(void)
{
    char group[PATH_MAX];
    char path[PATH_MAX + 32];
    char line[64];
    unsigned least = 0;

    if (!read_line("/proc/self/cgroup", "0::", group, sizeof group))
        return 0;
    char *name = group + sizeof "0::" - 1;
    for (;;) {
        (void)snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", name);
        unsigned n = read_line(path, "", line, sizeof line) ? cpus_of_quota(line) : 0;
        if (n > 0 && (least == 0 || n < least))
            least = n;
        char *slash = strrchr(name, '/');
        if (slash == NULL)
            return least;
        *slash = '\0';
    }
}

unsigned cpus_available(void)
{
    unsigned mask = cpus_of_mask();
    unsigned quota = cpus_of_groups();

    return quota > 0 && quota < mask ? quota : mask;
}
