/* SPDX-License-Identifier: MIT */
/* A new process takes over: what the two say to each other. How the new one is started is daemon/launcher's. */

#include "daemon/upgrade.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAGIC = 0x62746e31 };

/* A message, and where a descriptor goes with it. */
struct envelope {
    struct iovec iov;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    struct msghdr head;
};

static void envelope_init(struct envelope *e, struct upgrade_message *m, bool with_fd)
{
    memset(e, 0, sizeof *e);
    e->iov = (struct iovec){m, sizeof *m};
    e->head.msg_iov = &e->iov;
    e->head.msg_iovlen = 1;
    if (!with_fd)
        return;
    e->head.msg_control = e->control;
    e->head.msg_controllen = sizeof e->control;
    *CMSG_FIRSTHDR(&e->head) =
        (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
}

int upgrade_send(int fd, enum upgrade_kind kind, const struct baton *b, const char *section)
{
    struct upgrade_message m = {.magic = MAGIC, .kind = kind, .pid = getpid()};
    struct envelope e;

    envelope_init(&e, &m, b != NULL);
    if (b != NULL) {
        m.baton = *b;
        (void)snprintf(m.section, sizeof m.section, "%s", section);
        memcpy(CMSG_DATA(CMSG_FIRSTHDR(&e.head)), &b->fd, sizeof b->fd);
    }
    if (sendmsg(fd, &e.head, MSG_NOSIGNAL) >= 0) {
        if (b != NULL)
            close(b->fd);
        return 0;
    }
    /* Too many descriptors are on their way (unix(7)): the other side has to take some first. */
    return errno == ETOOMANYREFS || errno == EINTR || errno == ENOBUFS ? -EAGAIN : -errno;
}

int upgrade_receive(int fd, struct upgrade_message *m)
{
    struct envelope e;

    envelope_init(&e, m, true);
    ssize_t n = recvmsg(fd, &e.head, MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno == EINTR ? -EAGAIN : errno == ECONNRESET ? -EPIPE : -errno;
    if (n == 0)
        return -EPIPE;
    int passed = -1;
    const struct cmsghdr *c = CMSG_FIRSTHDR(&e.head);
    if (c != NULL && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof passed))
        memcpy(&passed, CMSG_DATA(c), sizeof passed);
    m->baton.fd = passed;
    bool whole = (size_t)n == sizeof *m && m->magic == MAGIC && (passed >= 0) == (m->kind >= UPGRADE_PREDECESSOR);
    m->section[sizeof m->section - 1] = '\0';
    if (!whole && passed >= 0)
        close(passed);
    return whole ? 0 : -EPROTO;
}
