/* SPDX-License-Identifier: MIT */
/* The control groups of this process: a limit of any of them is one of ours. Of version 2 there is one hierarchy; of
 * version 1 one for each controller, and both may be there, as where an image is older than its host. */

#include "host/cgroup.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct cgroup_view cgroup_here = {"/proc/self/cgroup", "/sys/fs/cgroup"};

enum { LINE_SIZE = 128 };

static bool read_line(const char *path, char *line, size_t size)
{
    FILE *f = fopen(path, "re");
    bool found = f != NULL && fgets(line, (int)size, f) != NULL;

    if (f != NULL)
        (void)fclose(f);
    if (found)
        line[strcspn(line, "\n")] = '\0';
    return found;
}

/* The first lines of these files of a group, with spaces between them. */
static bool read_files(const char *group, const char *const files[CGROUP_FILES_MAX], char text[LINE_SIZE])
{
    char path[PATH_MAX + LINE_SIZE];
    size_t len = 0;

    for (int i = 0; i < CGROUP_FILES_MAX && files[i] != NULL; i++) {
        if (i > 0)
            text[len++] = ' ';
        (void)snprintf(path, sizeof path, "%s/%s", group, files[i]);
        if (!read_line(path, text + len, LINE_SIZE - len - 1))
            return false;
        len += strlen(text + len);
    }
    return true;
}

/* "4:cpu,cpuacct:/a" names the group /a of two controllers, "0::/a" that of version 2. */
static const char *name_in(char *line, const char *controller)
{
    char *controllers = strchr(line, ':');
    char *name = controllers != NULL ? strchr(++controllers, ':') : NULL;
    char *rest;

    if (name == NULL)
        return NULL;
    *name++ = '\0';
    name[strcspn(name, "\n")] = '\0';
    if (controller[0] == '\0')
        return controllers[0] == '\0' ? name : NULL;
    for (char *one = strtok_r(controllers, ",", &rest); one != NULL; one = strtok_r(NULL, ",", &rest))
        if (strcmp(one, controller) == 0)
            return name;
    return NULL;
}

/* Of a group and those above it. The last is the top of what we see: in a container with a view of its own, its group. */
static uint64_t least_above(const char *top, const char *name, const struct cgroup_limit *limit)
{
    char group[PATH_MAX];
    char text[LINE_SIZE];
    uint64_t least = 0;
    size_t above = strlen(top);

    if (snprintf(group, sizeof group, "%s%s", top, name) >= (int)sizeof group)
        return 0;
    for (;;) {
        uint64_t n = read_files(group, limit->files, text) ? limit->read(text) : 0;
        if (n > 0 && (least == 0 || n < least))
            least = n;
        char *slash = strrchr(group + above, '/');
        if (slash == NULL)
            return least;
        *slash = '\0';
    }
}

static uint64_t least_of(const struct cgroup_view *view, const struct cgroup_limit *limit)
{
    char line[PATH_MAX + LINE_SIZE];
    char top[PATH_MAX];
    uint64_t least = 0;
    const char *name;
    FILE *f = fopen(view->groups, "re");

    (void)snprintf(top, sizeof top, "%s%s%s", view->mounts, limit->controller[0] != '\0' ? "/" : "", limit->controller);
    while (f != NULL && least == 0 && fgets(line, sizeof line, f) != NULL)
        if ((name = name_in(line, limit->controller)) != NULL)
            least = least_above(top, name, limit);
    if (f != NULL)
        (void)fclose(f);
    return least;
}

uint64_t cgroup_least(const struct cgroup_view *view, const struct cgroup_limit *limits, size_t n)
{
    uint64_t least = 0;

    for (size_t i = 0; i < n; i++) {
        uint64_t one = least_of(view, &limits[i]);
        if (one > 0 && (least == 0 || one < least))
            least = one;
    }
    return least;
}
