/* SPDX-License-Identifier: MIT */
/* Which directories a worker may read. The second wall: the first, roots/beneath, keeps a name from leading out of the
 * root; this one holds when the worker itself has been taken over. The C library has no names for these calls, and the
 * kernel's headers may be older than the kernel, so the numbers are here. */

#include "confine/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same on every architecture. */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };
enum { READ_FILE = 1 << 2, READ_DIR = 1 << 3 };

/* What a rule set knows of; all that no rule allows is refused. */
struct handled {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

/* A file or directory, and what may be done with all below it. */
struct beneath {
    uint64_t allowed;
    int32_t fd;
} __attribute__((packed));

/* By version: in 2 came renaming to another directory, in 3 truncation, in 4 TCP ports, in 5 the ioctls of devices, in 6
 * abstract unix sockets and signals. An older kernel refuses a structure that is larger than its own. */
static const struct {
    struct handled all;
    size_t size;
} by_abi[] = {
    {{(1 << 13) - 1, 0, 0}, sizeof(uint64_t)},     {{(1 << 14) - 1, 0, 0}, sizeof(uint64_t)},
    {{(1 << 15) - 1, 0, 0}, sizeof(uint64_t)},     {{(1 << 15) - 1, 3, 0}, 2 * sizeof(uint64_t)},
    {{(1 << 16) - 1, 3, 0}, 2 * sizeof(uint64_t)}, {{(1 << 16) - 1, 3, 3}, 3 * sizeof(uint64_t)},
};

enum { ABI_KNOWN = sizeof by_abi / sizeof by_abi[0] };

int landlock_open(struct landlock *l)
{
    long abi = syscall(CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);

    *l = (struct landlock){.fd = -1};
    if (abi <= 0)
        return abi < 0 ? -errno : -ENOSYS;
    size_t row = (size_t)(abi < ABI_KNOWN ? abi : ABI_KNOWN) - 1;
    long fd = syscall(CREATE_RULESET, &by_abi[row].all, by_abi[row].size, 0);
    if (fd < 0)
        return -errno;
    *l = (struct landlock){.abi = (int)abi, .fd = (int)fd};
    return 0;
}

void landlock_close(struct landlock *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}

int landlock_allow(const struct landlock *l, const char *directory)
{
    struct beneath rule = {.allowed = READ_FILE | READ_DIR};

    rule.fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (rule.fd < 0)
        return -errno;
    int err = syscall(ADD_RULE, l->fd, RULE_PATH_BENEATH, &rule, 0) < 0 ? -errno : 0;
    close(rule.fd);
    return err;
}

/* Cut the last component off. False where nothing but / is left. */
static bool cut(char *path)
{
    size_t len = strlen(path);

    while (len > 0 && path[len - 1] != '/')
        len--;
    while (len > 0 && path[len - 1] == '/')
        len--;
    if (len > 0)
        path[len] = '\0';
    return len > 0;
}

/* Cut down to the last component that is a symbolic link; false where there is none. */
static bool cut_to_link(char *path)
{
    char target[1];
    size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/')
        path[--len] = '\0';
    while (readlink(path, target, sizeof target) < 0)
        if (!cut(path))
            return false;
    return true;
}

int landlock_allow_root(const struct landlock *l, const char *root)
{
    char path[PATH_MAX];
    char target[PATH_MAX];
    int err = landlock_allow(l, root);

    if (strlen(root) >= sizeof path)
        return -ENAMETOOLONG;
    memcpy(path, root, strlen(root) + 1);
    if (err < 0 || !cut_to_link(path))
        return err;
    if (realpath(path, target) == NULL)
        return -errno;
    if (cut(path))
        err = landlock_allow(l, path);
    if (err == 0 && cut(target))
        err = landlock_allow(l, target);
    return err;
}

int landlock_restrict(const struct landlock *l)
{
    return syscall(RESTRICT_SELF, l->fd, 0) < 0 ? -errno : 0;
}
