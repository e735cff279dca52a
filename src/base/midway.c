/* SPDX-License-Identifier: MIT */
/* Does a log end in the middle of a line? Beside a request's way: once for each log that is opened. */

#include "base/midway.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool ends_midway(int fd, const char *path)
{
    struct stat st, seen;
    char last = '\n';

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return false;
    int from = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (from < 0)
        return false;
    bool same = fstat(from, &seen) == 0 && seen.st_dev == st.st_dev && seen.st_ino == st.st_ino;
    bool midway = same && pread(from, &last, 1, seen.st_size - 1) == 1 && last != '\n';
    close(from);
    return midway;
}
