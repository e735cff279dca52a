/* SPDX-License-Identifier: MIT */
/* Descriptors that were open when we were started. No request comes here. */

#include "io/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/env.h"

enum { FIRST_FD = 3 };

/* The next of the names, which colons part; a descriptor without one is called as sd_listen_fds(3) calls it. */
static char *next_name(const char **names)
{
    if (*names == NULL)
        return strdup("unknown");
    size_t len = strcspn(*names, ":");
    char *name = strndup(*names, len);
    *names = (*names)[len] == ':' ? *names + len + 1 : NULL;
    return name;
}

static int inherit(struct inherited *all, size_t n)
{
    const char *names = getenv("LISTEN_FDNAMES");

    all->v = calloc(n, sizeof *all->v);
    if (all->v == NULL)
        return -ENOMEM;
    for (int fd = FIRST_FD; all->n < n; all->n++, fd++) {
        struct inherited_fd *one = &all->v[all->n];
        int flags = fcntl(fd, F_GETFD);
        *one = (struct inherited_fd){flags < 0 ? -1 : fd, next_name(&names)};
        if (one->name == NULL)
            return -ENOMEM;
        if (flags >= 0)
            (void)fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
    }
    return 0;
}

int inherited_init(struct inherited *all)
{
    uint64_t n = 0;
    int err = 0;

    *all = (struct inherited){0};
    if (env_is_for_us("LISTEN_PID") && env_number("LISTEN_FDS", &n) && n > 0 && n < UINT16_MAX)
        err = inherit(all, (size_t)n);
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    if (err < 0)
        inherited_fini(all);
    return err;
}

void inherited_fini(struct inherited *all)
{
    for (size_t i = 0; i < all->n; i++) {
        if (all->v[i].fd >= 0)
            close(all->v[i].fd);
        free(all->v[i].name);
    }
    free(all->v);
    *all = (struct inherited){0};
}

int inherited_take(struct inherited *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].fd >= 0 && strcmp(all->v[i].name, name) == 0) {
            int fd = all->v[i].fd;
            all->v[i].fd = -1;
            return fd;
        }
    return -1;
}
