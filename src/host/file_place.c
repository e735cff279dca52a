/* SPDX-License-Identifier: MIT */
/* Where a file is, or would be. The kernel goes the same way; but it does not tell where that ends, unless it makes one. */

#include "host/file_place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

enum { LINKS_MAX = 40 }; /* as in the kernel */

/* Root has every right there, and still makes no file. */
static const unsigned long kernels_own[] = {
    PROC_SUPER_MAGIC, SYSFS_MAGIC,      CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC,
    TRACEFS_MAGIC,    SECURITYFS_MAGIC, SELINUX_MAGIC,      DEVPTS_SUPER_MAGIC,
};

/* The directory of a path as a path of its own. */
static void directory_of(const struct file_place *p, char directory[PATH_MAX])
{
    size_t len = (size_t)(p->name - p->path);

    memcpy(directory, p->path, len); /* with its '/', so that what is no directory is refused */
    directory[len] = '\0';
    if (len == 0)
        memcpy(directory, ".", 2);
}

static int set_path(struct file_place *p, const char *path)
{
    size_t len = strlen(path);

    if (len == 0 || len >= sizeof p->path)
        return len == 0 ? -ENOENT : -ENAMETOOLONG;
    memmove(p->path, path, len + 1);
    const char *slash = strrchr(p->path, '/');
    p->name = slash != NULL ? slash + 1 : p->path;
    return 0;
}

/* One link further; 0 where the path names none, 1 where it did. */
static int follow(struct file_place *p)
{
    char target[PATH_MAX], next[2 * PATH_MAX];
    ssize_t n = readlink(p->path, target, sizeof target - 1);

    if (n < 0)
        return errno == EINVAL || errno == ENOENT ? 0 : -errno;
    target[n] = '\0';
    int before = target[0] == '/' ? 0 : (int)(p->name - p->path);
    (void)snprintf(next, sizeof next, "%.*s%s", before, p->path, target);
    int err = set_path(p, next);
    return err < 0 ? err : 1;
}

static int find_directory(struct file_place *p)
{
    char directory[PATH_MAX];
    struct stat st;

    directory_of(p, directory);
    if (stat(directory, &st) < 0)
        return -errno;
    p->dev = st.st_dev;
    p->ino = st.st_ino;
    return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int file_place_of_file(struct file_place *p, const char *path)
{
    int more = 1;
    int err = set_path(p, path);

    for (int links = 0; err == 0 && more > 0; links++) {
        more = links < LINKS_MAX ? follow(p) : -ELOOP;
        err = more < 0 ? more : 0;
    }
    return err == 0 ? find_directory(p) : err;
}

int file_place_of_socket(struct file_place *p, const char *path)
{
    int err = set_path(p, path);

    return err == 0 ? find_directory(p) : err;
}

int file_place_may_make(const struct file_place *p)
{
    char directory[PATH_MAX];
    struct statfs fs;

    directory_of(p, directory);
    if (p->name[0] == '\0')
        return -EISDIR;
    if (strlen(p->name) > NAME_MAX)
        return -ENAMETOOLONG;
    if (faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) < 0 || statfs(directory, &fs) < 0)
        return -errno;
    for (size_t i = 0; i < sizeof kernels_own / sizeof *kernels_own; i++)
        if ((unsigned long)fs.f_type == kernels_own[i])
            return -EPERM;
    return 0;
}
