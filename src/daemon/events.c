/* SPDX-License-Identifier: MIT */
/* What the master hears of. An edge is enough where whoever it wakes looks until nothing is left. */

#include "daemon/events.h"

#include <errno.h>
#include <sys/epoll.h>

int events_watch(int epoll_fd, enum event_source source, int fd, uint32_t events)
{
    uint32_t edge = source == EVENT_SIGNALS ? 0 : EPOLLET;
    struct epoll_event event = {.events = events | edge, .data.u64 = (uint64_t)source << 32 | (uint32_t)fd};

    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}
