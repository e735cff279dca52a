/* SPDX-License-Identifier: MIT */
/* How a successor is started. The upper half of this file is the master's: it sends what the successor gets. The lower half
 * is the launcher's: it collects that, forks twice, and executes the binary. */

#include "upgrade/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "confine/sandbox.h"
#include "upgrade/upgrade.h"

/* A message passes some sockets of one name (the kernel takes 253 at most), or none and says that those were all. */
enum { BATCH = 64, SOCKET_NAME_MAX = 256 };

struct order {
    bool first;                 /* forget what was sent before */
    uint32_t fds;               /* beside the message; 0 = start now, unless it is the first */
    char name[SOCKET_NAME_MAX]; /* of the sockets, or which walls a successor has to have */
};

struct envelope {
    struct iovec iov;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(BATCH * sizeof(int))];
    struct msghdr head;
};

static void envelope_order(struct envelope *e, struct order *order, size_t fds)
{
    memset(e, 0, sizeof *e);
    e->iov = (struct iovec){order, sizeof *order};
    e->head.msg_iov = &e->iov;
    e->head.msg_iovlen = 1;
    if (fds > 0) {
        e->head.msg_control = e->control;
        e->head.msg_controllen = CMSG_SPACE(fds * sizeof(int));
    }
}

static int send_order(const struct launcher *l, bool first, const char *name, const int *fds, uint32_t n)
{
    struct order order = {.first = first, .fds = n};
    struct envelope e;
    ssize_t sent;

    (void)snprintf(order.name, sizeof order.name, "%s", name);
    envelope_order(&e, &order, n);
    if (n > 0) {
        *CMSG_FIRSTHDR(&e.head) =
            (struct cmsghdr){.cmsg_len = CMSG_LEN(n * sizeof *fds), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(CMSG_FIRSTHDR(&e.head)), fds, n * sizeof *fds);
    }
    do
        sent = sendmsg(l->fd, &e.head, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

/* Not those whose name is lost: a successor would take what stands there now for theirs. It makes the name anew where that is
 * free, and else says who has it. */
static int send_listeners(const struct launcher *l, const struct bound *b)
{
    int fds[BATCH];
    int err = 0;

    for (size_t i = 0; i < b->n && err == 0;) {
        uint32_t n = 0;
        for (; n < BATCH && i < b->n; i++)
            if (!listener_lost_its_name(&b->v[i]))
                fds[n++] = b->v[i].fd;
        if (n > 0)
            err = send_order(l, false, b->name, fds, n);
    }
    return err;
}

static int send_all(const struct launcher *l, const struct sockets *sockets, const char *walls, int fd)
{
    int err = send_order(l, true, UPGRADE_NAME, &fd, 1);

    for (const struct bound *b = sockets->first; b != NULL && err == 0; b = b->next)
        err = send_listeners(l, b);
    for (size_t i = 0; i < sockets->inherited.n && err == 0; i++)
        if (sockets->inherited.v[i].fd >= 0)
            err = send_order(l, false, sockets->inherited.v[i].name, &sockets->inherited.v[i].fd, 1);
    if (err == 0)
        err = send_order(l, false, walls, NULL, 0);
    if (err < 0)
        (void)send_order(l, true, "", NULL, 0); /* who connects to a socket that is kept there would wait for ever */
    return err;
}

int launcher_start(const struct launcher *l, const struct sockets *sockets, const char *walls, int *fd)
{
    int pair[2];

    *fd = -1;
    if (l->fd < 0)
        return -EPIPE;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        return -errno;
    int err = send_all(l, sockets, walls, pair[1]);
    close(pair[1]);
    if (err == 0)
        *fd = pair[0];
    else
        close(pair[0]);
    return err;
}

/* From here on the launcher's own. */

enum { FIRST_FD = 3, CONTROL_FD = 3, PID_DIGITS = 20 };

/* What a successor gets. */
struct passage {
    int *fds; /* owned, and so is each */
    size_t n;
    struct buf names; /* of them, with a colon between two */
};

static void forget(struct passage *p)
{
    while (p->n > 0)
        close(p->fds[--p->n]);
    free(p->fds);
    p->fds = NULL;
    buf_fini(&p->names);
}

static int add(struct passage *p, int fd, const char *name)
{
    int *fds = realloc(p->fds, (p->n + 1) * sizeof *fds);

    if (fds == NULL)
        return -ENOMEM;
    p->fds = fds;
    int err = buf_addf(&p->names, "%s%s", p->n > 0 ? ":" : "", name);
    if (err == 0)
        p->fds[p->n++] = fd;
    return err;
}

/* Out of the way first: a descriptor may stand where another has to go. */
static int place_fds(const struct passage *p)
{
    for (size_t i = 0; i < p->n; i++) {
        p->fds[i] = fcntl(p->fds[i], F_DUPFD_CLOEXEC, FIRST_FD + (int)p->n);
        if (p->fds[i] < 0)
            return -errno;
    }
    for (size_t i = 0; i < p->n; i++)
        if (dup2(p->fds[i], FIRST_FD + (int)i) < 0)
            return -errno;
    return 0;
}

static int set_number(const char *name, size_t number)
{
    char text[PID_DIGITS + 1];

    (void)snprintf(text, sizeof text, "%zu", number);
    return setenv(name, text, 1) < 0 ? -errno : 0;
}

static int set_environment(struct passage *p, const char *walls)
{
    int err = buf_add(&p->names, sv_of("", 1));

    (void)unsetenv("WATCHDOG_PID"); /* the watchdog is for whoever is the main process */
    if (err == 0)
        err = setenv(SANDBOX_WALLS, walls, 1) < 0 ? -errno : 0;
    if (err == 0)
        err = setenv("LISTEN_FDNAMES", p->names.p, 1) < 0 ? -errno : 0;
    if (err == 0)
        err = set_number("LISTEN_FDS", p->n);
    return err == 0 ? set_number("LISTEN_PID", (size_t)getpid()) : err;
}

static _Noreturn void become(struct passage *p, const char *walls, const char *path, char *const *argv)
{
    int err = set_environment(p, walls);

    if (err == 0)
        err = place_fds(p);
    if (err == 0) {
        (void)execv(path, argv);
        err = -errno;
    }
    log_error("upgrade: cannot execute %s: %s", path, strerror(-err));
    _exit(EXIT_FAILURE);
}

/* The child of a child that ends at once is nobody's here, so that the service manager adopts it. */
static void launch(struct passage *p, const char *walls, const char *path, char *const *argv)
{
    pid_t pid = fork();

    if (pid == 0) {
        pid = fork();
        if (pid == 0)
            become(p, walls, path, argv);
        if (pid < 0)
            log_error("upgrade: cannot fork: %s", strerror(errno));
        _exit(EXIT_SUCCESS);
    }
    if (pid < 0)
        log_error("upgrade: cannot fork: %s", strerror(errno));
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

/* The descriptors of a message, each of which is ours now. */
static int take(struct passage *p, struct envelope *e, const struct order *order)
{
    const struct cmsghdr *c = CMSG_FIRSTHDR(&e->head);
    size_t n = c != NULL && c->cmsg_type == SCM_RIGHTS ? (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
    int err = n == order->fds ? 0 : -EMFILE;

    for (size_t i = 0; i < n; i++) {
        int fd;
        memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
        if (err == 0)
            err = add(p, fd, order->name);
        if (err < 0)
            close(fd);
    }
    return err;
}

/* A message that there is no memory for now stays where it is. */
static bool waits_for_memory(int err)
{
    static const struct timespec moment = {.tv_nsec = 50 * 1000000L};

    if (err == ENOMEM || err == ENOBUFS)
        (void)nanosleep(&moment, NULL);
    return err == EINTR || err == ENOMEM || err == ENOBUFS;
}

static _Noreturn void serve(const char *path, char *const *argv)
{
    struct passage p = {0};
    struct order order;
    struct envelope e;
    int err = 0;

    for (;;) {
        envelope_order(&e, &order, BATCH);
        ssize_t n = recvmsg(CONTROL_FD, &e.head, MSG_CMSG_CLOEXEC);
        if (n < 0 && waits_for_memory(errno))
            continue;
        if (n != (ssize_t)sizeof order)
            _exit(EXIT_SUCCESS);
        order.name[sizeof order.name - 1] = '\0';
        if (order.first) {
            forget(&p);
            err = 0;
        }
        if (err == 0)
            err = take(&p, &e, &order);
        if (order.fds > 0 || order.first)
            continue;
        if (err < 0)
            log_error("upgrade: cannot take the listening sockets over: %s", strerror(-err));
        else
            launch(&p, order.name, path, argv);
        forget(&p);
    }
}

/* The C library has had close_range since 2.34, the kernel since 5.9. */
static void close_from(int first)
{
    struct rlimit limit;

    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return;
    int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (int)limit.rlim_cur : FIRST_FD;
    for (int fd = first; fd < end; fd++)
        (void)close(fd);
}

static _Noreturn void begin(int fd, const char *path, char *const *argv)
{
    if (fd != CONTROL_FD && dup3(fd, CONTROL_FD, O_CLOEXEC) < 0)
        _exit(EXIT_FAILURE);
    close_from(CONTROL_FD + 1);
    (void)prctl(PR_SET_NAME, "batond-launch");
    serve(path, argv);
}

int launcher_init(struct launcher *l, const char *path, char *const *argv)
{
    int pair[2];

    *l = (struct launcher){.fd = -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    pid_t pid = fork();
    if (pid == 0)
        begin(pair[1], path, argv);
    int err = pid < 0 || fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
    close(pair[1]);
    if (err < 0)
        close(pair[0]);
    else
        l->fd = pair[0];
    return err;
}

void launcher_fini(struct launcher *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}
