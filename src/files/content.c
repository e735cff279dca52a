/* SPDX-License-Identifier: MIT */
/* The bytes of an entry, from its file. Asked while it is loaded. */

#include "files/content.h"

#include <errno.h>
#include <unistd.h>

#include "http/coded_size.h"

/* pread(2), or -errno. */
static ssize_t read_at(int fd, char *p, size_t len, size_t at)
{
    ssize_t n;

    do
        n = pread(fd, p, len, (off_t)at);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

int content_read(struct entry *e, int fd)
{
    char *p = entry_body(e);
    size_t done = 0;
    char beyond;
    ssize_t n;

    for (; done < e->body.len; done += (size_t)n) {
        n = read_at(fd, p + done, e->body.len - done, done);
        if (n <= 0)
            return n < 0 ? (int)n : -ERANGE;
    }
    n = read_at(fd, &beyond, 1, done);
    return n > 0 ? -ERANGE : (int)n;
}

/* As many bytes at `at` as there are, up to `len`. */
static struct sv peek(const struct entry *e, uint64_t at, size_t len, char *room)
{
    if (e->fd < 0)
        return sv_of(e->body.p + at, len);
    ssize_t n = pread(e->fd, room, len, (off_t)at);
    return sv_of(room, n > 0 ? (size_t)n : 0);
}

uint64_t content_of_original(const struct entry *e)
{
    char front[CODED_SIZE_FRONT];
    char back[CODED_SIZE_BACK];

    if (e->status != 200 || e->size < CODED_SIZE_FRONT)
        return CODED_SIZE_UNKNOWN;
    return coded_size((enum coding)e->coding, peek(e, 0, sizeof front, front),
                      peek(e, e->size - sizeof back, sizeof back, back));
}
