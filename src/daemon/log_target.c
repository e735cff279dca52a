/* SPDX-License-Identifier: MIT */
/* Where the access log goes: the end of a line's way. */

#include "daemon/log_target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

/* Without O_NONBLOCK a FIFO would be waited for until somebody reads it. */
static int open_path(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);

    return fd < 0 ? -errno : fd;
}

static void use(struct log_target *t, int fd)
{
    struct stat st;

    t->fd = fd;
    t->is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    t->midway = false;
    t->torn = false;
}

int log_target_init(struct log_target *t, const char *to)
{
    *t = (struct log_target){.fd = -1};
    if (strcmp(to, "stdout") == 0) {
        use(t, STDOUT_FILENO);
        return 0;
    }
    t->path = strdup(to);
    if (t->path == NULL)
        return -ENOMEM;
    int fd = open_path(to);
    if (fd >= 0)
        use(t, fd);
    else
        log_target_fini(t);
    return fd < 0 ? fd : 0;
}

void log_target_fini(struct log_target *t)
{
    if (t->path != NULL && t->fd >= 0)
        close(t->fd);
    free(t->path);
    *t = (struct log_target){.fd = -1};
}

void log_target_reopen(struct log_target *t)
{
    if (t->path == NULL)
        return;
    int fd = open_path(t->path);
    if (fd < 0) {
        log_error("cannot open the access log %s anew, the old file goes on: %s", t->path, strerror(-fd));
        return;
    }
    close(t->fd);
    use(t, fd);
}

/* The whole lines at the front that fit PIPE_BUF. A single line always does. */
static size_t whole_lines(struct sv lines)
{
    if (lines.len <= PIPE_BUF)
        return lines.len;
    const char *end = memrchr(lines.p, '\n', PIPE_BUF);
    return end != NULL ? (size_t)(end + 1 - lines.p) : PIPE_BUF;
}

static bool can_write(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    return poll(&p, 1, 0) == 1;
}

static ssize_t write_some(struct log_target *t, const char *p, size_t len)
{
    ssize_t n;

    do
        n = write(t->fd, p, len);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        t->midway = p[n - 1] != '\n';
    if (n >= 0 || errno == EAGAIN)
        return n < 0 ? -EAGAIN : n;
    t->error = errno;
    t->torn = t->midway;
    return -errno;
}

ssize_t log_target_write(struct log_target *t, struct sv lines)
{
    if (!t->is_file && !can_write(t->fd))
        return -EAGAIN;
    if (t->torn) {
        ssize_t err = write_some(t, "\n", 1);
        if (err < 0)
            return err;
        t->torn = false;
    }
    return write_some(t, lines.p, t->is_file ? lines.len : whole_lines(lines));
}
