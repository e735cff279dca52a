/* SPDX-License-Identifier: MIT */
/* Patterns of includes. Not glob(3), which reads a directory to its end whatever is in it: a slip that names the root
 * of a large tree is to be an error, and not to hold a reload up. */

#include "text/matches.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

struct paths {
    char **v;
    size_t n;
    size_t cap;
};

static void paths_fini(struct paths *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->v[i]);
    free(p->v);
    *p = (struct paths){0};
}

/* `base`, a slash where one is missing, and `name`. */
static int add_path(struct paths *p, const char *base, struct sv name)
{
    size_t len = strlen(base);
    struct buf path = {0};

    if (p->n == MATCHES_MAX)
        return -EOVERFLOW;
    if (p->n == p->cap) {
        size_t cap = p->cap > 0 ? 2 * p->cap : 8;
        char **v = realloc(p->v, cap * sizeof *v);
        if (v == NULL)
            return -ENOMEM;
        p->v = v;
        p->cap = cap;
    }
    int err = buf_addf(&path, "%s%s%.*s", base, len > 0 && base[len - 1] != '/' ? "/" : "", SV_ARG(name));
    if (err == 0)
        err = buf_add(&path, sv_of("", 1));
    if (err == 0)
        p->v[p->n++] = path.p;
    else
        buf_fini(&path);
    return err;
}

bool matches_is_pattern(struct sv text)
{
    return sv_find(text, '*') < text.len || sv_find(text, '?') < text.len || sv_find(text, '[') < text.len;
}

/* The names of a directory that match a segment. */
static int list(struct matches *m, const char *base, const char *segment, struct paths *out)
{
    DIR *dir = opendir(base[0] != '\0' ? base : ".");
    int err = 0;

    if (dir == NULL)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    for (struct dirent *e; err == 0 && (errno = 0, e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (m->names == MATCHES_NAMES_MAX)
            err = -E2BIG;
        else if (m->names++, fnmatch(segment, e->d_name, FNM_PERIOD) == 0)
            err = add_path(out, base, sv_cstr(e->d_name));
    }
    if (err == 0)
        err = -errno;
    (void)closedir(dir);
    return err;
}

/* Each of the paths with a segment more. */
static int extend(struct matches *m, const struct paths *from, struct sv segment, struct paths *to)
{
    bool lists = matches_is_pattern(segment);
    char *terminated = lists ? strndup(segment.p, segment.len) : NULL;
    int err = lists && terminated == NULL ? -ENOMEM : 0;

    for (size_t i = 0; err == 0 && i < from->n; i++) {
        err = lists ? list(m, from->v[i], terminated, to) : add_path(to, from->v[i], segment);
        if (err < 0 && err != -ENOMEM)
            m->failed = strdup(from->v[i][0] != '\0' ? from->v[i] : ".");
    }
    free(terminated);
    return err;
}

/* Leave out those that are not there: a name behind a pattern was only written. */
static void keep_existing(struct paths *p)
{
    size_t n = 0;
    struct stat unused;

    for (size_t i = 0; i < p->n; i++)
        if (lstat(p->v[i], &unused) == 0)
            p->v[n++] = p->v[i];
        else
            free(p->v[i]);
    p->n = n;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int matches_find(struct matches *m, struct sv dir, struct sv pattern)
{
    bool absolute = sv_starts(pattern, SV("/"));
    struct paths found = {0};
    int err = add_path(&found, "", absolute ? SV("/") : dir);

    matches_fini(m);
    while (err == 0 && pattern.len > 0) {
        struct sv segment = sv_of(pattern.p, sv_find(pattern, '/'));
        struct paths longer = {0};
        pattern = sv_skip(pattern, segment.len < pattern.len ? segment.len + 1 : segment.len);
        if (segment.len == 0)
            continue;
        err = extend(m, &found, segment, &longer);
        paths_fini(&found);
        found = longer;
    }
    if (err < 0) {
        paths_fini(&found);
        return err;
    }
    keep_existing(&found);
    if (found.n > 0)
        qsort(found.v, found.n, sizeof *found.v, compare_paths);
    m->path = found.v;
    m->n = found.n;
    return 0;
}

void matches_fini(struct matches *m)
{
    struct paths p = {m->path, m->n, m->n};

    paths_fini(&p);
    free(m->failed);
    *m = (struct matches){.names = m->names};
}
