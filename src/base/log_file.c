/* SPDX-License-Identifier: MIT */
/* How a log is opened. */

#include "base/log_file.h"

#include <errno.h>
#include <fcntl.h>

int log_file_open(const char *path)
{
    /* Without O_NONBLOCK a FIFO would be waited for until somebody reads it. */
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);

    return fd < 0 ? -errno : fd;
}
