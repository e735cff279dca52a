/* SPDX-License-Identifier: MIT */
/* What came of a reload, told to whoever asked: first the daemon's side, then the asker's. */

#include "daemon/asker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/process.h"

/* A little less than TimeoutStartSec= is by itself. */
enum { PATIENCE_S = 85, LOOK_MS = 200, ASK_AGAIN = 5 };

static socklen_t name_of(pid_t pid, struct sockaddr_un *a)
{
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    int n = snprintf(a->sun_path + 1, sizeof a->sun_path - 1, "baton-reload.%ld", (long)pid);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

static void tell(pid_t pid, const char *why)
{
    struct sockaddr_un to;
    socklen_t len = name_of(pid, &to);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return;
    (void)sendto(fd, why, strlen(why) + 1, MSG_NOSIGNAL, (const struct sockaddr *)&to, len);
    close(fd);
}

bool asker_of(const struct signalfd_siginfo *from, pid_t *pid)
{
    *pid = (pid_t)from->ssi_pid;
    return from->ssi_code == SI_QUEUE && from->ssi_int == ASKER_MARK && *pid > 0;
}

bool askers_have(const struct askers *a, pid_t pid)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->pid[i] == pid)
            return true;
    return false;
}

void askers_add(struct askers *a, pid_t pid)
{
    if (a->n == ASKERS_MAX)
        tell(pid, "too many ask at once");
    else
        a->pid[a->n++] = pid;
}

void askers_tell(struct askers *a, const char *why)
{
    for (size_t i = 0; i < a->n; i++)
        tell(a->pid[i], why);
    a->n = 0;
}

void askers_move(struct askers *to, struct askers *from)
{
    for (size_t i = 0; i < from->n && to->n < ASKERS_MAX; i++)
        to->pid[to->n++] = from->pid[i];
    from->n = 0;
}

/* From here on the asker's own. */

static int fail(const char *what, int error)
{
    (void)fprintf(stderr, "batond: --reload: %s: %s\n", what, strerror(error));
    return EXIT_FAILURE;
}

static int bind_name(void)
{
    struct sockaddr_un a;
    socklen_t len = name_of(getpid(), &a);
    int on = 1;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0 && bind(fd, (const struct sockaddr *)&a, len) == 0)
        return fd;
    int err = -errno;
    close(fd);
    return err;
}

/* One datagram of this process; false where there is none. */
static bool hear(int fd, pid_t pid, char text[ASKER_TEXT_MAX])
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
    struct iovec iov = {text, ASKER_TEXT_MAX - 1};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct ucred from = {.pid = -1};
    ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);

    if (n < 0)
        return false;
    text[n] = '\0';
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS)
            memcpy(&from, CMSG_DATA(c), sizeof from);
    return from.pid == pid;
}

/* `life`: a pidfd, readable once the process has ended; -1 where there is none. */
static int wait_for_answer(int fd, int life, pid_t pid)
{
    const union sigval mark = {.sival_int = ASKER_MARK};
    uint64_t end_us = clock_now_us() + (uint64_t)PATIENCE_S * 1000000;
    struct pollfd p[] = {{.fd = fd, .events = POLLIN}, {.fd = life, .events = POLLIN}};
    char text[ASKER_TEXT_MAX];

    for (unsigned looks = 0; clock_now_us() < end_us; looks++) {
        if (looks % ASK_AGAIN == 0 && sigqueue(pid, SIGHUP, mark) < 0)
            return fail(errno == ESRCH ? "the process ended" : "cannot send the signal", errno);
        (void)poll(p, 2, LOOK_MS);
        if (hear(fd, pid, text)) {
            if (text[0] == '\0')
                return EXIT_SUCCESS;
            (void)fprintf(stderr, "batond: the reload was refused: %s\n", text);
            return EXIT_FAILURE;
        }
        if (p[1].revents != 0)
            return fail("the process ended", ESRCH);
    }
    (void)fprintf(stderr, "batond: --reload: no answer within %d s; the log of process %ld says more\n", PATIENCE_S,
                  (long)pid);
    return EXIT_FAILURE;
}

/* The signal ends whoever does not expect it. */
static bool is_batond(pid_t pid)
{
    char name[PROCESS_NAME_SIZE];

    process_name((long)pid, name);
    return pid != getpid() && (name[0] == '\0' || process_is_batond(name));
}

int asker_run(const char *text)
{
    char *end;

    errno = 0;
    long pid = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || pid <= 0 || pid > INT32_MAX) {
        (void)fprintf(stderr, "batond: --reload takes the process id of a batond: '%s' is none; try 'batond --help'\n",
                      text);
        return EX_USAGE;
    }
    int life = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0); /* Linux 5.3 */
    int fd = bind_name();
    int status;
    if (fd < 0) {
        status = fail("no socket for the answer", -fd);
    } else if (!is_batond((pid_t)pid)) {
        (void)fprintf(stderr, "batond: --reload: process %ld is no batond\n", pid);
        status = EXIT_FAILURE;
    } else {
        status = wait_for_answer(fd, life, (pid_t)pid);
    }
    if (fd >= 0)
        close(fd);
    if (life >= 0)
        close(life);
    return status;
}
