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

static int send_envelope(int fd, const struct envelope *e)
{
    if (sendmsg(fd, &e->head, MSG_NOSIGNAL) >= 0)
        return 0;
    /* Too many descriptors are on their way (unix(7)): the other side has to take some first. */
    return errno == ETOOMANYREFS || errno == EINTR || errno == ENOBUFS ? -EAGAIN : -errno;
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
    int err = send_envelope(fd, &e);
    if (err == 0 && b != NULL)
        close(b->fd);
    return err;
}

int upgrade_send_count(int fd, uint64_t connections)
{
    struct upgrade_message m = {.magic = MAGIC, .kind = UPGRADE_COUNT, .pid = getpid(), .connections = connections};
    struct envelope e;

    envelope_init(&e, &m, false);
    return send_envelope(fd, &e);
}

/* The descriptor that came with a message; -1 where none did. */
static int passed_fd(struct msghdr *head)
{
    const struct cmsghdr *c = CMSG_FIRSTHDR(head);
    int fd = -1;

    if (c != NULL && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(c), sizeof fd);
    return fd;
}

/* The message at the front goes, and the queue's hold on its descriptor. */
static void discard(int fd)
{
    char byte;

    while (recv(fd, &byte, sizeof byte, 0) < 0 && errno == EINTR)
        continue;
}

int upgrade_receive(int fd, struct upgrade_message *m)
{
    struct envelope e;

    /* A look first: where no descriptor is free the kernel would drop the one that comes (unix(7)). So it takes one, and the
     * message goes only then. */
    envelope_init(&e, m, true);
    ssize_t n = recvmsg(fd, &e.head, MSG_CMSG_CLOEXEC | MSG_PEEK);
    if (n < 0)
        return errno == EINTR ? -EAGAIN : errno == ECONNRESET ? -EPIPE : -errno;
    if (n == 0)
        return -EPIPE;
    m->baton.fd = passed_fd(&e.head);
    m->section[sizeof m->section - 1] = '\0';
    bool ours = (size_t)n == sizeof *m && m->magic == MAGIC;
    if (ours && m->baton.fd < 0 && (e.head.msg_flags & MSG_CTRUNC) != 0)
        return -EMFILE;
    discard(fd);
    if (ours && (m->baton.fd >= 0) == (m->kind == UPGRADE_PREDECESSOR || m->kind == UPGRADE_BATON))
        return 0;
    if (m->baton.fd >= 0)
        close(m->baton.fd);
    return -EPROTO;
}
