/* SPDX-License-Identifier: MIT */
/* From a path to an entry. A request comes here only when the cache does not know its path, or when what it knows may
 * have changed. */

#include "files/load.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "http/mime.h"

/* A file that changes under the reader is read again, but not for ever. */
enum { READ_TRIES = 8, YOUNG_MS = 2000 };

struct loading {
    const struct load_options *options;
    const struct root *root;
    const struct clock *clock;
    struct sv path;
};

static int status_of_error(int err)
{
    switch (-err) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case EXDEV:
    case ENAMETOOLONG:
    case ENXIO:
        return 404;
    case EACCES:
    case EPERM:
        return 403;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
        return 503;
    default:
        return 500;
    }
}

/* What a path is answered with when a system call for it failed. */
static struct entry *failed(const struct loading *l, int err)
{
    struct entry *e = entry_new_status(l->path, status_of_error(err));

    if (e != NULL)
        e->short_of_fds = err == -EMFILE || err == -ENFILE;
    return e;
}

/* The type that the site gives an extension, else the one that everybody gives it. */
static struct sv type_of(const struct config_site *site, struct sv name)
{
    struct sv extension = mime_extension(name);

    for (size_t i = 0; i < site->mime.n; i++) {
        struct sv row = sv_cstr(site->mime.v[i]);
        size_t space = sv_find(row, ' ');
        if (row.p[0] == '.' && sv_ieq(sv_skip(sv_of(row.p, space), 1), extension))
            return sv_trim(sv_skip(row, space));
    }
    return mime_of_extension(extension);
}

/* All of the body into the entry. False where the file did not have as many bytes, or more. */
static bool read_body(struct entry *e, int fd)
{
    char *p = entry_body(e);
    size_t done = 0;
    char beyond;

    while (done < e->body.len) {
        ssize_t n = pread(fd, p + done, e->body.len - done, (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return pread(fd, &beyond, 1, (off_t)done) == 0;
}

/* Content tags need the content; a file that stays behind its descriptor is told apart by its stamp. */
static size_t write_etag(const struct loading *l, const struct stamp *stamp, char *room)
{
    if (l->options->site->etag == ETAG_OFF)
        return 0;
    return entry_etag_of_stamp(stamp, room);
}

static struct entry *new_file(const struct loading *l, struct sv name, const struct stamp *stamp, struct sv etag,
                              int fd)
{
    struct entry_file f = {
        .path = l->path,
        .name = name,
        .type = type_of(l->options->site, name),
        .etag = etag,
        .stamp = *stamp,
        .now = l->clock->wall,
        .body_len = fd < 0 ? stamp->size : 0,
        .fd = fd,
    };
    struct entry *e = entry_new_file(&f);

    if (e != NULL)
        e->recheck_open = l->clock->wall * 1000 - stamp->changed_ns / 1000000 < YOUNG_MS;
    return e;
}

/* The tag of the content has the length of any other content's tag, so it can be written over its stand-in. */
static void set_content_etag(struct entry *e)
{
    char etag[ENTRY_ETAG_MAX];
    size_t len = entry_etag_of_content(e->body, etag);

    if (len == e->etag.len)
        memcpy((char *)(uintptr_t)e->etag.p, etag, len);
}

/* One try to read a small file whole; NULL with *again set where it changed meanwhile. */
static struct entry *read_small(const struct loading *l, struct sv name, int fd, const struct stamp *before,
                                bool *again)
{
    char room[ENTRY_ETAG_MAX];
    bool content = l->options->site->etag == ETAG_CONTENT;
    struct sv etag = sv_of(room, content ? entry_etag_of_content(SV(""), room) : write_etag(l, before, room));
    struct entry *e = new_file(l, name, before, etag, -1);
    struct stamp after;

    *again = false;
    if (e == NULL)
        return NULL;
    if (read_body(e, fd) && stamp_of_fd(fd, &after) == 0 && stamp_same(before, &after)) {
        if (content)
            set_content_etag(e);
        return e;
    }
    *again = true;
    ref_put(&e->ref);
    return NULL;
}

/* Takes over the descriptor of a regular file. */
static struct entry *load_open_file(const struct loading *l, struct sv name, int fd)
{
    char room[ENTRY_ETAG_MAX];
    struct entry *e = NULL;
    struct stamp stamp;
    bool again = true;
    int err = 0;

    for (int i = 0; again && i < READ_TRIES; i++) {
        err = stamp_of_fd(fd, &stamp);
        if (err < 0 || !S_ISREG(stamp.mode))
            break;
        if (stamp.size > l->options->body_max) {
            e = new_file(l, name, &stamp, sv_of(room, write_etag(l, &stamp, room)), fd);
            if (e != NULL)
                return e; /* it has the descriptor now */
            break;
        }
        e = read_small(l, name, fd, &stamp, &again);
    }
    close(fd);
    if (e != NULL)
        return e;
    if (err < 0)
        return failed(l, err);
    return S_ISREG(stamp.mode) ? entry_new_status(l->path, 503) : entry_new_status(l->path, 404);
}

/* What kind of thing a name leads to, without opening it. */
static int look(const struct loading *l, const char *name, struct stamp *stamp)
{
    int fd = root_open_at(l->root, name, O_PATH);
    if (fd < 0)
        return fd;

    int err = stamp_of_fd(fd, stamp);
    close(fd);
    return err;
}

static struct entry *load_regular(const struct loading *l, struct sv name)
{
    int fd = root_open_at(l->root, name.p, O_RDONLY);

    return fd < 0 ? failed(l, fd) : load_open_file(l, name, fd);
}

/* A name that does not end in a slash. */
static struct entry *load_name(const struct loading *l, struct sv name)
{
    struct stamp stamp;
    int err = look(l, name.p, &stamp);

    if (err < 0)
        return failed(l, err);
    if (S_ISDIR(stamp.mode))
        return entry_new_status(l->path, 301);
    return S_ISREG(stamp.mode) ? load_regular(l, name) : entry_new_status(l->path, 404);
}

/* A directory: the first of its index files that is there; `name` has room for the longest. */
static struct entry *load_index(const struct loading *l, char *name, size_t len)
{
    const struct strings *index = &l->options->site->index;
    struct stamp stamp;

    for (size_t i = 0; i < index->n; i++) {
        size_t n = strlen(index->v[i]);
        memcpy(name + len, index->v[i], n + 1);
        int err = look(l, name, &stamp);
        if (err < 0 && status_of_error(err) != 404)
            return failed(l, err);
        if (err < 0 || !S_ISREG(stamp.mode))
            continue;
        struct entry *e = load_regular(l, sv_of(name, len + n));
        if (e != NULL && i > 0)
            e->recheck_open = true; /* an earlier name may appear */
        return e;
    }
    name[len] = '\0';
    int err = look(l, name, &stamp);
    return err < 0 ? failed(l, err) : entry_new_status(l->path, 403);
}

static size_t longest(const struct strings *s)
{
    size_t most = 0;

    for (size_t i = 0; i < s->n; i++)
        if (strlen(s->v[i]) > most)
            most = strlen(s->v[i]);
    return most;
}

struct entry *load_path(const struct load_options *options, const struct root *root, struct sv path,
                        const struct clock *clock)
{
    struct loading l = {options, root, clock, path};
    size_t len = path.len - 1; /* without the first slash */

    if (path.len >= PATH_MAX)
        return entry_new_status(path, 404);
    char *name = malloc(len + longest(&options->site->index) + 1);
    if (name == NULL)
        return NULL;
    memcpy(name, path.p + 1, len);
    name[len] = '\0';
    struct entry *e = sv_ends(path, SV("/")) ? load_index(&l, name, len) : load_name(&l, sv_of(name, len));
    free(name);
    return e;
}
