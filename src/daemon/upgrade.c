/* SPDX-License-Identifier: MIT */
/* A new process takes over: how it is started, and what the two say to each other. */

#include "daemon/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"

enum { MAGIC = 0x62746e31, FIRST_FD = 3, PID_DIGITS = 20 };

/* All that the new process gets; made before the fork, after which little may be called. */
struct passage {
    int *fds; /* owned; borrowed descriptors */
    size_t n;
    struct buf names; /* LISTEN_FDNAMES=... */
    char count[sizeof "LISTEN_FDS=" + PID_DIGITS];
    char pid[sizeof "LISTEN_PID=" + PID_DIGITS];
    char **environment; /* owned; borrowed strings */
};

static bool is_ours(const char *variable)
{
    static const char *const names[] = {"LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES=", "WATCHDOG_PID="};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static int add_fd(struct passage *p, int fd, const char *name)
{
    int *fds = realloc(p->fds, (p->n + 1) * sizeof *fds);

    if (fds == NULL)
        return -ENOMEM;
    p->fds = fds;
    p->fds[p->n++] = fd;
    return buf_addf(&p->names, "%s%s", p->n > 1 ? ":" : "LISTEN_FDNAMES=", name);
}

static int make_environment(struct passage *p)
{
    size_t n = 0;

    while (environ[n] != NULL)
        n++;
    p->environment = calloc(n + 4, sizeof *p->environment);
    if (p->environment == NULL)
        return -ENOMEM;
    char **to = p->environment;
    for (size_t i = 0; i < n; i++)
        if (!is_ours(environ[i]))
            *to++ = environ[i];
    (void)snprintf(p->count, sizeof p->count, "LISTEN_FDS=%zu", p->n);
    *to++ = p->count;
    *to++ = p->names.p;
    *to = p->pid;
    return 0;
}

static int passage_init(struct passage *p, const struct sockets *sockets, int fd)
{
    int err = add_fd(p, fd, UPGRADE_NAME);

    for (const struct bound *b = sockets->first; b != NULL; b = b->next)
        for (size_t i = 0; i < b->n && err == 0; i++)
            err = add_fd(p, b->v[i].fd, b->name);
    for (size_t i = 0; i < sockets->inherited.n && err == 0; i++)
        if (sockets->inherited.v[i].fd >= 0)
            err = add_fd(p, sockets->inherited.v[i].fd, sockets->inherited.v[i].name);
    if (err == 0)
        err = buf_add(&p->names, sv_of("", 1));
    return err == 0 ? make_environment(p) : err;
}

static void passage_fini(struct passage *p)
{
    free(p->fds);
    free(p->environment);
    buf_fini(&p->names);
}

/* What snprintf may not be asked for here. */
static void write_pid(char *to, pid_t pid)
{
    static const char prefix[] = "LISTEN_PID=";
    char digits[PID_DIGITS];
    size_t n = 0;

    do
        digits[n++] = (char)('0' + pid % 10);
    while ((pid /= 10) > 0);
    memcpy(to, prefix, sizeof prefix - 1);
    to += sizeof prefix - 1;
    while (n > 0)
        *to++ = digits[--n];
    *to = '\0';
}

/* Out of the way first: a descriptor may stand where another has to go. */
static int place_fds(const struct passage *p)
{
    for (size_t i = 0; i < p->n; i++) {
        p->fds[i] = fcntl(p->fds[i], F_DUPFD_CLOEXEC, FIRST_FD + (int)p->n);
        if (p->fds[i] < 0)
            return -1;
    }
    for (size_t i = 0; i < p->n; i++)
        if (dup2(p->fds[i], FIRST_FD + (int)i) < 0)
            return -1;
    return 0;
}

/* The child: only what signal-safety(7) allows. Its own child is nobody's here, so that the service manager adopts it. */
static _Noreturn void become(struct passage *p, const char *path, char *const *argv)
{
    pid_t pid = fork();

    if (pid != 0)
        _exit(pid < 0);
    write_pid(p->pid, getpid());
    if (place_fds(p) == 0)
        (void)execve(path, argv, p->environment);
    _exit(EXIT_FAILURE);
}

static int run(struct passage *p, const char *path, char *const *argv)
{
    int status = 0;
    pid_t pid = fork();

    if (pid < 0)
        return -errno;
    if (pid == 0)
        become(p, path, argv);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EAGAIN;
}

int upgrade_start(const struct sockets *sockets, const char *path, char *const *argv, int *fd)
{
    struct passage p = {0};
    int pair[2];

    *fd = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        return -errno;
    int err = passage_init(&p, sockets, pair[1]);
    if (err == 0)
        err = run(&p, path, argv);
    passage_fini(&p);
    close(pair[1]);
    if (err < 0)
        close(pair[0]);
    else
        *fd = pair[0];
    return err;
}

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
