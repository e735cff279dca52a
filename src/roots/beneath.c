/* SPDX-License-Identifier: MIT */
/* Open a name below a directory, and nothing outside it: the first of the walls around a document root. */

#include "roots/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { RACE_TRIES = 8, LINKS_MAX = 40 };

static int open_at(int dir, const char *name, uint64_t flags)
{
    int fd = openat(dir, name, (int)flags);

    return fd < 0 ? -errno : fd;
}

static int open_by_kernel(int dir, const char *name, uint64_t flags)
{
    struct open_how how = {.flags = flags, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, dir, name, &how, sizeof how);

    return fd < 0 ? -errno : (int)fd;
}

bool beneath_by_kernel(int dir)
{
    int fd = open_by_kernel(dir, ".", O_PATH | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    return fd != -ENOSYS && fd != -EPERM;
}

/* A walk that has come to directory `at`. */
struct walk {
    int top; /* borrowed: where it began and may not leave */
    int at;  /* owned, unless it is `top` */
    int links;
    size_t done_len;      /* of `done` */
    char done[PATH_MAX];  /* the directories from `top` to `at`, each with a slash behind it; no links, no dots */
    char ahead[PATH_MAX]; /* what is still to be walked */
};

static void go_to(struct walk *w, int fd)
{
    if (w->at != w->top)
        close(w->at);
    w->at = fd;
}

/* Put `front`, a slash and `rest` in front of the walk. */
static int set_ahead(struct walk *w, const char *front, const char *rest)
{
    char joined[PATH_MAX];
    int n = snprintf(joined, sizeof joined, "%s%s%s", front, *rest != '\0' ? "/" : "", rest);

    if (n < 0 || (size_t)n >= sizeof joined)
        return -ENAMETOOLONG;
    memcpy(w->ahead, joined, (size_t)n + 1);
    return 0;
}

/* "..": begin again at the top and walk to the directory above, since what `at` is may have been moved. */
static int walk_up(struct walk *w, const char *rest)
{
    if (w->done_len == 0)
        return -EXDEV;
    w->done[w->done_len - 1] = '\0';
    char *slash = strrchr(w->done, '/');
    *(slash != NULL ? slash : w->done) = '\0';
    go_to(w, w->top);
    w->done_len = 0;
    return set_ahead(w, w->done, rest);
}

static int walk_link(struct walk *w, int link, const char *rest)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(link, "", target, sizeof target - 1);

    if (n < 0)
        return -errno;
    target[n] = '\0';
    if (target[0] == '/')
        return -EXDEV;
    return ++w->links > LINKS_MAX ? -ELOOP : set_ahead(w, target, rest);
}

/* Takes the descriptor over. */
static int walk_down(struct walk *w, int fd, const char *name, const char *rest)
{
    size_t len = strlen(name);

    go_to(w, fd);
    if (w->done_len + len + 1 >= sizeof w->done)
        return -ENAMETOOLONG;
    memcpy(w->done + w->done_len, name, len);
    w->done_len += len;
    w->done[w->done_len++] = '/';
    w->done[w->done_len] = '\0';
    return set_ahead(w, rest, "");
}

/* The first component ahead; what follows it goes to `rest`, as "/" where that is only a slash. */
static void split(const struct walk *w, char *name, char *rest)
{
    const char *from = w->ahead + strspn(w->ahead, "/");
    size_t len = strcspn(from, "/");

    memcpy(name, from, len);
    name[len] = '\0';
    from += len;
    size_t slashes = strspn(from, "/");
    (void)snprintf(rest, PATH_MAX, "%s", slashes > 0 && from[slashes] == '\0' ? "/" : from + slashes);
}

/* `fd` is open on `name`, be it a link, and is taken over. False once there is nothing ahead; then *result is -errno, or
 * 0 where `name` is the last component and may be opened. */
static bool walk_on(struct walk *w, int fd, const char *name, const char *rest, int *result)
{
    struct stat st;

    *result = fstat(fd, &st) < 0 ? -errno : 0;
    if (*result == 0 && S_ISDIR(st.st_mode)) {
        *result = walk_down(w, fd, name, rest);
        return *result == 0;
    }
    bool link = *result == 0 && S_ISLNK(st.st_mode);
    if (link)
        *result = walk_link(w, fd, rest);
    else if (*result == 0 && rest[0] != '\0')
        *result = -ENOTDIR;
    close(fd);
    return link && *result == 0;
}

/* One component. False once the walk has ended, with the descriptor or -errno in *result. */
static bool walk_step(struct walk *w, uint64_t flags, int *result)
{
    char name[PATH_MAX];
    char rest[PATH_MAX];

    split(w, name, rest);
    if (name[0] == '\0') {
        *result = open_at(w->at, ".", flags);
        return false;
    }
    bool up = strcmp(name, "..") == 0;
    if (up || strcmp(name, ".") == 0) {
        *result = up ? walk_up(w, rest) : set_ahead(w, rest, "");
        return *result == 0;
    }
    *result = open_at(w->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (*result < 0)
        return false;
    if (walk_on(w, *result, name, rest, result))
        return true;
    if (*result == 0)
        *result = open_at(w->at, name, flags | O_NOFOLLOW);
    return false;
}

static int open_by_walk(int dir, const char *name, uint64_t flags)
{
    struct walk w = {.top = dir, .at = dir};
    int result = name[0] != '/' ? set_ahead(&w, name, "") : -EXDEV;

    while (result >= 0 && walk_step(&w, flags, &result))
        ;
    go_to(&w, w.top);
    return result;
}

int beneath_open(int dir, const char *name, uint64_t flags, bool by_kernel)
{
    int fd = -EAGAIN;

    flags |= O_CLOEXEC;
    if (!by_kernel)
        return open_by_walk(dir, name, flags);
    /* EAGAIN: something was renamed while ".." was being resolved, so the kernel could not be sure. */
    for (int i = 0; i < RACE_TRIES && (fd == -EAGAIN || fd == -EINTR); i++)
        fd = open_by_kernel(dir, *name != '\0' ? name : ".", flags);
    return fd;
}
