/* SPDX-License-Identifier: MIT */
/* Each unix address against those before it, and the logs against all. */

#include "check/same.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/blame.h"
#include "config/written.h"
#include "host/file_place.h"
#include "io/address.h"

/* Where a socket is; its last component is that of the address. */
struct socket_file {
    const char *address; /* borrowed from the configuration */
    dev_t dev;
    ino_t ino;
};

struct same {
    const struct config *config;
    struct diagnose *report;
    struct socket_file *v; /* owned; room for all addresses */
    size_t n;
    int err;
};

static const struct socket_file *find(const struct same *s, const struct file_place *p)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->v[i].dev == p->dev && s->v[i].ino == p->ino && strcmp(strrchr(s->v[i].address, '/') + 1, p->name) == 0)
            return &s->v[i];
    return NULL;
}

static void add_address(struct same *s, struct config_at at, const char *address)
{
    const char *path = address_path(address);
    struct file_place place;

    if (path == NULL || file_place_of_socket(&place, path) < 0)
        return;
    const struct socket_file *other = find(s, &place);
    if (other == NULL) {
        s->v[s->n++] = (struct socket_file){address, place.dev, place.ino};
        return;
    }
    config_blame(s->config, s->report, at,
                 "cannot listen on %s: it is the same file as %s, which is listened on already", address,
                 other->address);
    s->err = -EINVAL;
}

static bool is_source(const struct config *c, const char *path)
{
    struct stat st;

    for (size_t i = 0; c->written != NULL && i < c->written->sources.n; i++) {
        const struct source *one = c->written->sources.v[i];
        if (one->tier == SOURCE_FILE && stat(path, &st) == 0 && st.st_dev == one->dev && st.st_ino == one->ino)
            return true;
    }
    return false;
}

static void compare_log(struct same *s, const char *what, const char *path, struct config_at at)
{
    struct file_place place;

    if (path == NULL || path[0] != '/' || file_place_of_file(&place, path) < 0)
        return;
    const struct socket_file *socket = find(s, &place);
    bool is_configuration = is_source(s->config, path);
    if (socket == NULL && !is_configuration)
        return;
    if (is_configuration)
        config_blame(s->config, s->report, at, "cannot open the %s %s: it is a file of the configuration", what, path);
    else
        config_blame(s->config, s->report, at, "cannot open the %s %s: it is the socket %s", what, path,
                     socket->address);
    s->err = -EINVAL;
}

static size_t count_addresses(const struct config *c)
{
    size_t n = c->status.address.n;

    for (size_t i = 0; i < c->n_listens; i++)
        n += c->listens[i].address.n;
    return n;
}

int check_same(const struct config *c, struct diagnose *report)
{
    struct same s = {.config = c, .report = report};

    s.v = calloc(count_addresses(c) + 1, sizeof *s.v);
    if (s.v == NULL) {
        diagnose_error(report, place_nowhere(), "%s", diagnose_no_memory);
        return -ENOMEM;
    }
    for (size_t i = 0; i < c->n_listens; i++)
        for (size_t k = 0; k < c->listens[i].address.n; k++)
            add_address(&s, (struct config_at){KEY_listen_address, i, k}, c->listens[i].address.v[k]);
    for (size_t k = 0; k < c->status.address.n; k++)
        add_address(&s, (struct config_at){KEY_status_address, 0, k}, c->status.address.v[k]);
    compare_log(&s, "access log", c->log.access, (struct config_at){.key = KEY_log_access});
    compare_log(&s, "error log", c->log.error, (struct config_at){.key = KEY_log_error});
    free(s.v);
    return s.err;
}
