/* SPDX-License-Identifier: MIT */
/* manager.h: a service manager that hears what it is told (header only).
 *
 * Ownership: the socket is the caller's.
 * Threads:   the test's own; the environment is the process's.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_MANAGER_H
#define BATON_TESTS_MANAGER_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "expect.h"

/* The manager's end: NOTIFY_SOCKET is its name. */
static inline int manager_listen(const char *name)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    size_t len = strlen(name);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    memcpy(a.sun_path, name, len);
    if (name[0] == '@')
        a.sun_path[0] = '\0';
    assert_int_equal(bind(fd, (struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    return fd;
}

/* An abstract name that no other run of these tests has. */
static inline const char *manager_name(const char *what)
{
    static char name[64];

    (void)snprintf(name, sizeof name, "@baton-test-%ld-%s", (long)getpid(), what);
    return name;
}

/* The next message, and the descriptor with it or -1. */
static inline void manager_expect_fd(int manager, const char *text, int *fd)
{
    char room[4096];
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    struct iovec iov = {room, sizeof room};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(manager, &m, MSG_CMSG_CLOEXEC);

    expect(n >= 0, "no message where there should be: %s", text);
    expect((size_t)n == strlen(text) && memcmp(room, text, (size_t)n) == 0, "'%.*s' instead of '%s'", (int)n, room,
           text);
    *fd = -1;
    if (CMSG_FIRSTHDR(&m) != NULL)
        memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof *fd);
}

static inline void manager_expect(int manager, const char *text)
{
    int fd;

    manager_expect_fd(manager, text, &fd);
    assert_int_equal(fd, -1);
}

static inline void manager_expect_silence(int manager)
{
    char text[4096];
    ssize_t n = recv(manager, text, sizeof text, 0);

    expect(n < 0 && errno == EAGAIN, "nothing was to be said, and it is '%.*s'", (int)(n > 0 ? n : 0), text);
}

#endif
