/* SPDX-License-Identifier: MIT */
/* Does a log end in the middle of a line? Beside a request's way: once for each log that is opened. */

#include "base/midway.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct piece {
    off_t begin; /* -1: further away than a line of ours is long */
    off_t end;   /* of the file */
};

/* `from` has what the file holds. */
static bool read_piece(int from, off_t size, struct piece *piece)
{
    char last[PIPE_BUF];
    size_t len = size < (off_t)sizeof last ? (size_t)size : sizeof last;

    if (pread(from, last, len, size - (off_t)len) != (ssize_t)len || last[len - 1] == '\n')
        return false;
    const char *before = memrchr(last, '\n', len);
    piece->end = size;
    piece->begin = before != NULL ? size - (off_t)len + (before + 1 - last) : -1;
    return true;
}

/* The descriptor that we have is for writing only. */
static bool find_piece(int fd, const char *path, struct piece *piece)
{
    struct stat st, seen;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return false;
    int from = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (from < 0)
        return false;
    bool same = fstat(from, &seen) == 0 && seen.st_dev == st.st_dev && seen.st_ino == st.st_ino;
    bool found = same && seen.st_size > 0 && read_piece(from, seen.st_size, piece);
    close(from);
    return found;
}

bool ends_midway(int fd, const char *path)
{
    struct piece piece;

    return find_piece(fd, path, &piece);
}

void end_whole(int fd, const char *path)
{
    struct piece piece;
    struct stat st;

    if (!find_piece(fd, path, &piece) || fstat(fd, &st) < 0 || st.st_size != piece.end)
        return;
    if (piece.begin >= 0 && ftruncate(fd, piece.begin) == 0)
        return;
    ssize_t n = write(fd, "\n", 1);
    (void)n; /* the disk is full: nothing else will be written either */
}
