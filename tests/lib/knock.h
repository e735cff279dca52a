/* SPDX-License-Identifier: MIT */
/* knock.h: doors on the loopback, clients who come to them, and an accept4(2) that fails as the test says (header only).
 *
 * It defines accept4 for the whole program, so one .c of it includes this.
 *
 * Ownership: knock_end closes all that was opened here.
 * Threads:   the test's own.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_KNOCK_H
#define BATON_TESTS_KNOCK_H

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "expect.h"

enum { KNOCK_MOST = 128, KNOCK_BACKLOG = 100 };

static int knock_fds[KNOCK_MOST]; /* owned */
static size_t knock_n;
static int knock_errors[KNOCK_MOST];
static size_t knock_n_errors, knock_next_error;

/* The next calls fail so; then they are made again. */
static inline void knock_fail(int error, size_t times)
{
    for (knock_n_errors = knock_next_error = 0; knock_n_errors < times; knock_n_errors++)
        knock_errors[knock_n_errors] = error;
}

int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict len, int flags)
{
    if (knock_next_error == knock_n_errors)
        return (int)syscall(SYS_accept4, fd, address.__sockaddr__, len, flags);
    errno = knock_errors[knock_next_error++];
    return -1;
}

static inline int knock_keep(int fd)
{
    assert_true(fd >= 0 && knock_n < KNOCK_MOST);
    return knock_fds[knock_n++] = fd;
}

static inline int knock_door(void)
{
    const struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = knock_keep(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));

    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, KNOCK_BACKLOG), 0);
    return fd;
}

/* So many clients come to a door, and have said this. */
static inline void knock(int door, int n, const char *text)
{
    struct sockaddr_in at;
    socklen_t len = sizeof at;

    assert_int_equal(getsockname(door, (struct sockaddr *)&at, &len), 0);
    for (int i = 0; i < n; i++) {
        int fd = knock_keep(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        assert_int_equal(connect(fd, (struct sockaddr *)&at, len), 0);
        assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    }
}

static inline void knock_end(void)
{
    knock_fail(0, 0);
    while (knock_n > 0)
        assert_int_equal(close(knock_fds[--knock_n]), 0);
}

#endif
