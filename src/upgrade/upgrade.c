/* SPDX-License-Identifier: MIT */
/* A new process takes over: what the two say to each other. How the new one is started is upgrade/launcher's. */

#include "upgrade/upgrade.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAGIC = 0x62746e31, TERMS_MAGIC = 0x62747431 };

/* Released binaries take a message for one of ours by its magic and this length. */
enum { KNOWN_LEN = offsetof(struct upgrade_message, terms), TERMS_LEN = offsetof(struct upgrade_terms, nets) };

_Static_assert(KNOWN_LEN == 300 && offsetof(struct upgrade_message, section) == 44 &&
                   offsetof(struct upgrade_baton, served) == 30,
               "the form that has this magic");

/* A message, and where a descriptor goes with it. */
struct envelope {
    struct iovec iov;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    struct msghdr head;
};

static void envelope_message(struct envelope *e, struct upgrade_message *m, size_t len, bool with_fd)
{
    memset(e, 0, sizeof *e);
    e->iov = (struct iovec){m, len};
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
    return errno == ETOOMANYREFS || errno == EINTR || errno == ENOBUFS || errno == ENOMEM ? -EAGAIN : -errno;
}

/* Returns how long the message is with them. */
static size_t add_terms(struct upgrade_message *m, const struct terms *terms)
{
    struct upgrade_terms *to = &m->terms;

    (void)snprintf(m->section, sizeof m->section, "%s", terms->section);
    (void)snprintf(to->address, sizeof to->address, "%s", terms->address);
    assert(terms->trust.n_nets <= CONFIG_NETWORKS_MAX);
    to->magic = TERMS_MAGIC;
    to->n_nets = (uint16_t)terms->trust.n_nets;
    to->local = terms->trust.local;
    to->proxy_protocol = terms->proxy_protocol;
    for (size_t i = 0; i < to->n_nets; i++)
        to->nets[i] = terms->trust.nets[i];
    return KNOWN_LEN + TERMS_LEN + to->n_nets * sizeof to->nets[0];
}

int upgrade_send(int fd, enum upgrade_kind kind, const struct baton *b)
{
    struct upgrade_message m = {.magic = MAGIC, .kind = kind, .pid = getpid()};
    struct envelope e;
    size_t len = KNOWN_LEN;

    if (b != NULL && b->terms != NULL)
        len = add_terms(&m, b->terms);
    envelope_message(&e, &m, len, b != NULL);
    if (b != NULL) {
        m.baton = (struct upgrade_baton){
            .peer = b->peer, .fd = b->fd, .since_us = b->since_us, .served = b->served, .passed = b->passed};
        memcpy(CMSG_DATA(CMSG_FIRSTHDR(&e.head)), &b->fd, sizeof b->fd);
    }
    int err = send_envelope(fd, &e);
    if (err == 0 && b != NULL)
        close(b->fd);
    return err;
}

int upgrade_send_count(int fd, uint64_t connections)
{
    struct upgrade_message m = {.magic = MAGIC, .kind = UPGRADE_READY, .pid = getpid()};
    struct envelope e;

    (void)snprintf(m.section, sizeof m.section, "%" PRIu64, connections);
    envelope_message(&e, &m, KNOWN_LEN, false);
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

/* Are they all there, and such as we know? */
static bool are_whole(const struct upgrade_terms *terms, size_t len)
{
    if (len < TERMS_LEN || terms->magic != TERMS_MAGIC || terms->n_nets > CONFIG_NETWORKS_MAX)
        return false;
    for (size_t i = 0; i < terms->n_nets; i++)
        if (terms->nets[i].bits > CIDR_HOST)
            return false;
    return len >= TERMS_LEN + terms->n_nets * sizeof terms->nets[0];
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
    *m = (struct upgrade_message){0};
    envelope_message(&e, m, sizeof *m, true);
    ssize_t n = recvmsg(fd, &e.head, MSG_CMSG_CLOEXEC | MSG_PEEK);
    if (n < 0)
        return errno == EINTR ? -EAGAIN : errno == ECONNRESET ? -EPIPE : -errno;
    if (n == 0)
        return -EPIPE;
    m->baton.fd = passed_fd(&e.head);
    m->section[sizeof m->section - 1] = '\0';
    m->terms.address[sizeof m->terms.address - 1] = '\0';
    bool ours = (size_t)n >= KNOWN_LEN && m->magic == MAGIC;
    if (!ours || !are_whole(&m->terms, (size_t)n - KNOWN_LEN))
        m->terms.magic = 0;
    if (ours && m->baton.fd < 0 && (e.head.msg_flags & MSG_CTRUNC) != 0)
        return -EMFILE;
    discard(fd);
    if (ours && (m->baton.fd >= 0) == (m->kind == UPGRADE_PREDECESSOR || m->kind == UPGRADE_BATON))
        return 0;
    if (m->baton.fd >= 0)
        close(m->baton.fd);
    return -EPROTO;
}

bool upgrade_is_gone(int err)
{
    return err == -EPIPE || err == -ECONNRESET || err == -ENOTCONN || err == -EPROTO;
}

bool upgrade_count(const struct upgrade_message *m, uint64_t *connections)
{
    char *end;

    *connections = strtoull(m->section, &end, 10);
    return m->kind == UPGRADE_READY && end > m->section && *end == '\0';
}

struct baton upgrade_baton(const struct upgrade_message *m)
{
    const struct upgrade_baton *b = &m->baton;

    return (struct baton){
        .peer = b->peer, .fd = b->fd, .since_us = b->since_us, .served = b->served != 0, .passed = b->passed != 0};
}

bool upgrade_terms(struct upgrade_message *m, struct terms *terms)
{
    bool came = m->terms.magic == TERMS_MAGIC;

    *terms = (struct terms){.section = m->section, .address = m->terms.address};
    if (came) {
        terms->proxy_protocol = m->terms.proxy_protocol != 0;
        terms->trust = (struct trust){m->terms.nets, m->terms.n_nets, m->terms.local != 0};
    }
    return came;
}
