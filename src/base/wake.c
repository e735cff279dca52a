/* SPDX-License-Identifier: MIT */
/* The one use of eventfd(2). */

#include "base/wake.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int wake_open(int *fd)
{
    *fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return *fd < 0 ? -errno : 0;
}

void wake_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void wake_up(int fd)
{
    const uint64_t one = 1;
    ssize_t n = write(fd, &one, sizeof one);

    (void)n; /* it fails only if the count is at its top, and then the descriptor is readable already */
}

void wake_clear(int fd)
{
    uint64_t count;
    ssize_t n = read(fd, &count, sizeof count);

    (void)n; /* EAGAIN: the thread was woken by something else */
}
