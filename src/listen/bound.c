/* SPDX-License-Identifier: MIT */
/* The sockets of one address. Most have one; those that workers accept from for themselves have one for each of them, and one
 * that took in another address of its port has that one's too. */

#include "listen/bound.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for one more socket, which is there once the caller has counted it. */
static struct listener *room_in(struct bound *b)
{
    struct listener *v = realloc(b->v, (b->n + 1) * sizeof *v);

    if (v == NULL)
        return NULL;
    b->v = v;
    return &v[b->n];
}

int bound_adopt(struct bound *b, int fd)
{
    struct listener *l = room_in(b);
    int err = l != NULL ? listener_adopt(l, fd, b->address) : -ENOMEM;

    b->n += err == 0;
    return err;
}

bool bound_has(const struct bound *b, int fd)
{
    struct stat st;
    bool has = false;

    if (fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
        return false;
    for (size_t i = 0; i < b->n && !has; i++)
        has = b->v[i].inode == st.st_ino;
    return has;
}

int bound_keep(struct bound *b, int fd)
{
    if (bound_has(b, fd))
        return 0;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0)
        return -errno;
    int err = bound_adopt(b, own);
    if (err < 0)
        close(own);
    return err;
}

int bound_bind(struct bound *b, const struct listen_options *options)
{
    struct listener *l = room_in(b);
    int err = l != NULL ? listener_bind(l, b->address, options) : -ENOMEM;

    b->n += err == 0;
    return err;
}

bool bound_is_short(int err)
{
    return err == -EMFILE || err == -ENFILE || err == -ENOMEM || err == -ENOBUFS || err == -EAGAIN;
}

static size_t count_beside(const struct bound *b, size_t of, size_t end)
{
    size_t n = 0;

    for (size_t i = 0; i < end; i++)
        n += listener_is_beside(b->v[i].fd, b->v[of].fd);
    return n;
}

int bound_grow(struct bound *b, const struct listen_options *options, size_t n)
{
    int err = 0;

    for (size_t i = 0; i < b->n; i++) {
        if (count_beside(b, i, i) > 0)
            continue;
        for (size_t there = count_beside(b, i, b->n); there < n && err == 0; there++) {
            struct listener *l = room_in(b);
            err = l != NULL ? listener_again(l, &b->v[i], options) : -ENOMEM;
            b->n += err == 0;
        }
        if (bound_is_short(err))
            return err;
        err = 0;
    }
    return 0;
}

void bound_put_own_first(struct bound *b)
{
    size_t own = 0;

    for (size_t i = 0; i < b->n; i++)
        if (listener_is_at(b->v[i].fd, b->address)) {
            struct listener l = b->v[i];
            b->v[i] = b->v[own];
            b->v[own++] = l;
        }
}

bool bound_is_wholly_at(const struct bound *b, const char *address)
{
    for (size_t i = 0; i < b->n; i++)
        if (!listener_is_at(b->v[i].fd, address) && (i == 0 || !listener_is_within(b->v[i].fd, address)))
            return false;
    return true;
}

int bound_change(const struct bound *b, enum bound_part part, const struct listen_options *options)
{
    int err = 0;

    for (size_t i = 0; i < b->n && err == 0; i++)
        if ((i < b->n_serving || b->v[i].adopted) == (part == BOUND_OLD))
            err = listener_change(&b->v[i], options);
    return err;
}

void bound_unsettle(struct bound *b)
{
    while (b->n > b->n_serving)
        listener_close(&b->v[--b->n]);
}
