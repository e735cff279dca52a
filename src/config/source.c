/* SPDX-License-Identifier: MIT */
/* Reading of configuration files, whole, before any of it is looked at. Bounded, since a wrong path may well name a
 * file of any size, or a device without an end. */

#include "config/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

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
static int add(struct sources *all, const char *name, struct buf *text, struct source **out)
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

static int read_all(int fd, struct buf *text)
{
    for (;;) {
        int err = buf_reserve(text, CHUNK);
        if (err < 0)
            return err;
        ssize_t n = read(fd, text->p + text->len, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        text->len += (size_t)n;
        if (text->len > SOURCE_MAX)
            return -EFBIG;
    }
}

int sources_read(struct sources *all, const char *path, struct source **out)
{
    struct buf text = {0};
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return -errno;
    int err = fstat(fd, &st) < 0 ? -errno : read_all(fd, &text);
    (void)close(fd);
    if (err < 0) {
        buf_fini(&text);
        return err;
    }
    err = add(all, path, &text, out);
    if (err == 0) {
        (*out)->dev = st.st_dev;
        (*out)->ino = st.st_ino;
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
        err = add(all, name, &copy, out);
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
    case EFBIG:
        return "it is larger than 1 MiB; is it the right file?";
    default:
        return strerror(-err);
    }
}
