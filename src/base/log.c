/* SPDX-License-Identifier: MIT */
/* The error log. It stands beside a request's way: a request that goes well never comes here. */

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_LEN = 1024 }; /* below PIPE_BUF: a pipe takes such a line whole or not at all */

static int log_fd = STDERR_FILENO;
static enum log_level log_most = LOG_LEVEL_NOTICE;

static const char *const level_name[] = {
    [LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARNING] = "warning", [LOG_LEVEL_NOTICE] = "notice",
    [LOG_LEVEL_INFO] = "info",   [LOG_LEVEL_DEBUG] = "debug",
};

void log_init(int fd, enum log_level most)
{
    log_fd = fd;
    log_most = most;
}

void log_write(enum log_level level, const char *fmt, ...)
{
    if (level > log_most)
        return;

    char line[LINE_MAX_LEN];
    int kept = errno;
    int n = snprintf(line, sizeof line, "batond: %s: ", level_name[level]);
    va_list ap;

    va_start(ap, fmt);
    int m = vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
    va_end(ap);
    if (m > 0)
        n += m;
    if ((size_t)n > sizeof line - 2)
        n = (int)sizeof line - 2;
    line[n++] = '\n';
    struct pollfd p = {.fd = log_fd, .events = POLLOUT};
    if (poll(&p, 1, 0) == 1) {
        ssize_t written = write(log_fd, line, (size_t)n);
        (void)written;
    }
    errno = kept;
}
