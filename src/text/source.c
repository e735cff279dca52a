/* SPDX-License-Identifier: MIT */
/* Reading of configuration files, whole, before any of it is looked at. Bounded in bytes and in time, since a wrong
 * path may well name a file of any size, a FIFO that nobody writes to, or a device without an end, and a daemon that
 * reloads has clients that wait. */

#include "text/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

enum { CHUNK = 16384 };

void sources_fini(struct sources *all)
{
    for (size_t i = 0; i < all->n; i++) {
        free(all->v[i]->name);
        free(all->v[i]->text);
        free(all->v[i]);
    }
    free(all->v);
    *all = (struct sources){0};
}

/* A new source at the end of the list, which takes the text over in any case. */
static int add_source(struct sources *all, const char *name, struct buf *text, struct source **out)
{
    struct source **v = realloc(all->v, (all->n + 1) * sizeof *v);
    struct source *s = calloc(1, sizeof *s);

    if (v != NULL)
        all->v = v;
    if (s != NULL)
        *s = (struct source){.name = strdup(name), .text = text->p, .len = text->len, .first_line = 1};
    if (v == NULL || s == NULL || s->name == NULL) {
        if (s != NULL)
            free(s->name);
        free(s);
        buf_fini(text);
        return -ENOMEM;
    }
    *text = (struct buf){0};
    all->v[all->n++] = s;
    *out = s;
    return 0;
}

static int check_type(const struct stat *st, bool may_wait)
{
    switch (st->st_mode & S_IFMT) {
    case S_IFREG:
        return 0;
    case S_IFDIR:
        return -EISDIR;
    case S_IFIFO:
        return may_wait ? 0 : -ESPIPE;
    case S_IFSOCK:
        return -ENXIO;
    default:
        return -ENODEV;
    }
}

/* The type is looked at before, as to open a device can do something, and after, as it may be another file by then. */
static int open_file(const char *path, bool may_wait, struct stat *st)
{
    int err = stat(path, st) < 0 ? -errno : check_type(st, may_wait);
    int fd = err == 0 ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : err;

    if (err < 0 || fd < 0)
        return err < 0 ? err : -errno;
    err = fstat(fd, st) < 0 ? -errno : check_type(st, may_wait);
    if (err < 0)
        (void)close(fd);
    return err < 0 ? err : fd;
}

static int wait_for_writer(int fd, uint64_t until_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint64_t now = clock_now_us() / 1000;

    if (now >= until_ms)
        return -ETIMEDOUT;
    return poll(&p, 1, (int)(until_ms - now)) < 0 && errno != EINTR ? -errno : 0;
}

/* A file that is none of the usual ones, such as some of /proc, may have nothing for now: only a FIFO is waited for. */
static int read_all(int fd, bool is_fifo, struct buf *text)
{
    uint64_t until_ms = clock_now_us() / 1000 + SOURCE_WAIT_MS;

    for (;;) {
        int err = buf_reserve(text, CHUNK);
        if (err < 0)
            return err;
        ssize_t n = read(fd, text->p + text->len, CHUNK);
        if (n == 0)
            return is_fifo && text->len == 0 ? -ENODATA : 0;
        if (n > 0)
            text->len += (size_t)n;
        else if (errno == EAGAIN && is_fifo)
            err = wait_for_writer(fd, until_ms);
        else if (errno != EINTR)
            err = -errno;
        if (err < 0 || text->len > SOURCE_MAX)
            return err < 0 ? err : -EFBIG;
    }
}

int sources_read(struct sources *all, const char *path, bool may_wait, struct source **out)
{
    struct buf text = {0};
    struct stat st;
    int fd = open_file(path, may_wait, &st);

    if (fd < 0)
        return fd;
    int err = read_all(fd, S_ISFIFO(st.st_mode), &text);
    (void)close(fd);
    if (err == 0 && text.len > SOURCES_MAX - all->file_bytes)
        err = -E2BIG;
    if (err < 0) {
        buf_fini(&text);
        return err;
    }
    err = add_source(all, path, &text, out);
    if (err == 0) {
        (*out)->dev = st.st_dev;
        (*out)->ino = st.st_ino;
        all->file_bytes += (*out)->len;
    }
    return err;
}

/* A source of one line, whatever bytes it holds. */
static int keep(struct sources *all, const char *name, struct sv text, enum source_tier tier, struct source **out)
{
    struct buf copy = {0};
    int err = buf_reserve(&copy, text.len + 1);

    if (err == 0)
        err = buf_add(&copy, text);
    if (err == 0)
        err = add_source(all, name, &copy, out);
    else
        buf_fini(&copy);
    if (err == 0)
        (*out)->tier = tier;
    return err;
}

int sources_argument(struct sources *all, struct sv text, size_t ordinal, struct source **out)
{
    int err = keep(all, "command line", text, SOURCE_COMMAND_LINE, out);

    if (err == 0)
        (*out)->first_line = ordinal;
    return err;
}

int sources_variable(struct sources *all, struct sv text, struct source **out)
{
    struct buf name = {0};
    int err = buf_addf(&name, "environment:%.*s", (int)sv_find(text, '='), text.p);

    if (err == 0)
        err = buf_add(&name, sv_of("", 1));
    if (err == 0)
        err = keep(all, name.p, text, SOURCE_ENVIRONMENT, out);
    buf_fini(&name);
    return err;
}

const char *sources_why(int err)
{
    switch (-err) {
    case ENOENT:
        return "there is no such file";
    case EACCES:
        return "permission denied; whoever starts batond must be able to read it";
    case EISDIR:
        return "it is a directory, not a file";
    case ESPIPE:
        return "it is a FIFO, not a file";
    case ENXIO:
        return "it is a socket, not a file";
    case ENODEV:
        return "it is a device, not a file";
    case EFBIG:
        return "it is larger than 1 MiB; is it the right file?";
    case E2BIG:
        return "with the files before it, it is more than 16 MiB";
    case ENODATA:
        return "nothing came through this FIFO";
    case ETIMEDOUT:
        return "this FIFO was not closed within 30 s";
    default:
        return strerror(-err);
    }
}
