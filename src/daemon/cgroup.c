/* SPDX-License-Identifier: MIT */
/* The control groups of this process: a limit of any of them is one of ours. */

#include "daemon/cgroup.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

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

uint64_t cgroup_least(const char *file, uint64_t (*read)(const char *line))
{
    char group[PATH_MAX];
    char path[PATH_MAX + 64];
    char line[64];
    uint64_t least = 0;

    if (!read_line("/proc/self/cgroup", "0::", group, sizeof group))
        return 0;
    char *name = group + sizeof "0::" - 1;
    for (;;) {
        (void)snprintf(path, sizeof path, "/sys/fs/cgroup%s/%s", name, file);
        uint64_t n = read_line(path, "", line, sizeof line) ? read(line) : 0;
        if (n > 0 && (least == 0 || n < least))
            least = n;
        char *slash = strrchr(name, '/');
        if (slash == NULL)
            return least;
        *slash = '\0';
    }
}
