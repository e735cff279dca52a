/* SPDX-License-Identifier: MIT */
/* full_socket.h: one connection, whose socket takes what the test says (header only).
 *
 * It defines writev, sendmsg, sendfile and ioctl for the whole program, so one .c of it includes this.
 *
 * Ownership: begin and end belong together.
 * Threads:   the test's own.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_FULL_SOCKET_H
#define BATON_TESTS_FULL_SOCKET_H

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "reactor/send.h"

#include "stage_peer.h"

#define ASK(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

enum { TIMEOUT_MS = 2000 };

static struct stage stage;
static struct conn *conn;
static int peer;

/* What the kernel does meanwhile; -1: what it does by itself. */
static int take = -1;       /* writev, sendmsg: that many bytes, and then there is no room */
static int unsent = -1;     /* SIOCOUTQ */
static int file_error = -1; /* sendfile fails so */

/* As much of the first piece as there is room for; 0 where there is none. */
static inline size_t room_for(const struct iovec *piece)
{
    size_t n = piece->iov_len < (size_t)take ? piece->iov_len : (size_t)take;

    take -= (int)n;
    return n;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (take < 0)
        return syscall(SYS_sendmsg, fd, message, flags);
    size_t n = room_for(message->msg_iov);
    if (n > 0)
        return send(fd, message->msg_iov->iov_base, n, flags);
    errno = EAGAIN;
    return -1;
}

ssize_t writev(int fd, const struct iovec *piece, int n)
{
    const struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)piece, .msg_iovlen = (size_t)n};

    return take < 0 ? syscall(SYS_writev, fd, piece, n) : sendmsg(fd, &message, MSG_NOSIGNAL);
}

ssize_t sendfile(int out, int in, off_t *at, size_t len)
{
    if (file_error < 0)
        return syscall(SYS_sendfile, out, in, at, len);
    errno = file_error;
    return -1;
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list ap;

    va_start(ap, request);
    int *n = va_arg(ap, int *);
    va_end(ap);
    if (unsent < 0)
        return (int)syscall(SYS_ioctl, fd, request, n);
    *n = unsent;
    return 0;
}

static inline void connect_peer(void)
{
    peer = stage_connect(&stage, "");
    conn = stage_conn(&stage);
    assert_non_null(conn);
}

static inline void begin(const char *rate)
{
    const char *const keys[] = {"limits.send_timeout=2s", rate};

    stage_begin(&stage, keys, ROWS(keys));
    connect_peer();
}

static inline void end(void)
{
    stage_end(&stage);
    assert_int_equal(close(peer), 0);
}

static inline int kernel_as_it_is(void **state)
{
    (void)state;
    take = unsent = file_error = -1;
    return 0;
}

static inline enum step send_all(struct sv behind)
{
    struct turn turn = {0, 1 << 20};

    return send_row(&stage.shard, conn, behind, &turn);
}

static inline enum step send_rest(void)
{
    struct turn turn = {0, 1 << 20};

    return send_kept(&stage.shard, conn, &turn);
}

#define kernel(f) cmocka_unit_test_setup(f, kernel_as_it_is)

#endif
