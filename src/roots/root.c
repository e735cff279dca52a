/* SPDX-License-Identifier: MIT */
/* A document root, and the wall around it. Asked when the cache does not know a path, or not freshly. */

#include "roots/root.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "roots/beneath.h"

static int64_t nanoseconds(struct statx_timestamp t)
{
    int64_t ns;

    if (__builtin_mul_overflow(t.tv_sec, 1000000000, &ns) || __builtin_add_overflow(ns, t.tv_nsec, &ns))
        return t.tv_sec < 0 ? INT64_MIN : INT64_MAX;
    return ns;
}

static int stamp_at(int dir, const char *name, int flags, struct stamp *stamp)
{
    struct statx sx;

    if (statx(dir, name, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &sx) < 0)
        return -errno;
    *stamp = (struct stamp){
        .device = (uint64_t)sx.stx_dev_major << 32 | sx.stx_dev_minor,
        .inode = sx.stx_ino,
        .size = sx.stx_size,
        .modified_ns = nanoseconds(sx.stx_mtime),
        .changed_ns = nanoseconds(sx.stx_ctime),
        .mode = sx.stx_mode,
    };
    return 0;
}

int stamp_of_fd(int fd, struct stamp *stamp)
{
    return stamp_at(fd, "", AT_EMPTY_PATH, stamp);
}

int root_stamp_at(const struct root *r, const char *name, struct stamp *stamp)
{
    return stamp_at(r->fd, name, 0, stamp);
}

bool file_is_deleted(int fd)
{
    struct statx sx;

    return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_NLINK, &sx) == 0 &&
           (sx.stx_mask & STATX_NLINK) != 0 && sx.stx_nlink == 0;
}

bool stamp_same(const struct stamp *a, const struct stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size && a->modified_ns == b->modified_ns &&
           a->changed_ns == b->changed_ns && a->mode == b->mode;
}

static int open_root(const char *path, struct stamp *stamp)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;

    int err = stamp_of_fd(fd, stamp);
    if (err == 0)
        return fd;
    close(fd);
    return err;
}

int root_init(struct root *r, const char *path, struct root_swaps *swaps)
{
    *r = (struct root){.path = path, .fd = -1, .swaps = swaps};
    int fd = open_root(path, &r->stamp);
    if (fd < 0)
        return fd;
    r->fd = fd;
    r->by_kernel = beneath_by_kernel(fd);
    return 0;
}

void root_fini(struct root *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
}

/* Landlock's rules are about open(2) alone, and its no looks like that of the modes. Where it was the modes', a generation
 * that may read what is there is no worse. */
static bool is_walled_off(int fd)
{
    int dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir >= 0)
        close(dir);
    return dir < 0 && errno == EACCES;
}

/* True where the path leads to another directory, which is followed; *short_of where that could not be opened for want of
 * something. */
static bool follow(struct root *r, bool *short_of)
{
    struct stamp now = {0};

    *short_of = false;
    if (stamp_at(AT_FDCWD, r->path, 0, &now) < 0)
        return false;
    if (now.device == r->stamp.device && now.inode == r->stamp.inode) {
        r->walled_off = false;
        return false;
    }
    int fd = open_root(r->path, &now);
    *short_of = fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM;
    if (fd < 0)
        return false;
    r->walled_off = is_walled_off(fd);
    if (r->walled_off) {
        close(fd);
        return false;
    }
    close(r->fd);
    r->fd = fd;
    r->stamp = now;
    r->version++;
    return true;
}

void root_refresh(struct root *r, uint64_t now_ms, uint64_t ttl_ms)
{
    uint32_t swaps = r->swaps != NULL ? atomic_load_explicit(&r->swaps->n, memory_order_acquire) : 0;
    bool told = swaps != r->seen;
    bool short_of;

    if (!told && now_ms - r->checked_ms < ttl_ms)
        return;
    bool followed = follow(r, &short_of);
    if (short_of)
        return; /* whoever comes next tries again */
    r->seen = swaps;
    r->checked_ms = now_ms;
    if (followed && !told && r->swaps != NULL && atomic_fetch_add(&r->swaps->n, 1) == swaps)
        r->seen = swaps + 1;
}

int root_open_at(const struct root *r, const char *name, uint64_t flags)
{
    if ((flags & O_PATH) == 0)
        flags |= O_NONBLOCK | O_NOCTTY;
    return beneath_open(r->fd, name, flags, r->by_kernel);
}
