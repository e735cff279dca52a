/* SPDX-License-Identifier: MIT */
/* Where a generation listens. What it takes from the table of sockets here, its workers, or the master, accept from. */

#include "listen/listeners.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "config/config.h"
#include "io/address.h"

enum { URL_MAX = 160 };

static const char *hint(const char *address, int err)
{
    switch (-err) {
    case EADDRINUSE:
        return "; is another server running there?";
    case EACCES:
        return address_path(address) != NULL ? "" : "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL:
        return "; this machine does not have that address";
    default:
        return "";
    }
}

static const char *address_at(const struct config *c, struct config_at at)
{
    return at.key == KEY_status_address ? c->status.address.v[at.value] : c->listens[at.section].address.v[at.value];
}

void listeners_blame(const struct listeners_reporter *r, struct config_at at, int err)
{
    const char *address = address_at(r->config, at);

    if (err == -ENOENT && sockets_is_passed(address))
        config_blame(r->config, r->report, at, "no socket of that name was passed to us: %s", address);
    else
        config_blame(r->config, r->report, at, "cannot listen on %s: %s%s", address, strerror(-err),
                     hint(address, err));
}

int listeners_add(struct listeners *l, const struct listeners_reporter *reporter, struct config_at at,
                  const struct listen_options *options, size_t sockets)
{
    struct listeners_one *v = realloc(l->v, (l->n + 1) * sizeof *v);

    if (v == NULL)
        return -ENOMEM;
    l->v = v;
    v[l->n] = (struct listeners_one){.at = at, .options = *options};
    int err = sockets_get(l->sockets, address_at(reporter->config, at), options, sockets, &v[l->n].bound);
    if (err < 0) {
        listeners_blame(reporter, at, err);
        return err;
    }
    v[l->n].owed = (uint64_t)options->backlog * v[l->n].bound->n;
    l->n++;
    return 0;
}

int listeners_change(const struct listeners *l, enum bound_part part, const struct listeners_reporter *reporter)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct listeners_one *one = &l->v[i];
        int err = bound_change(one->bound, part, &one->options);
        if (err < 0) {
            listeners_blame(reporter, one->at, err);
            return err;
        }
    }
    return 0;
}

int listeners_deal(const struct listeners *l, size_t part, size_t parts, struct door **doors, size_t *n)
{
    size_t most = 0;

    for (size_t i = 0; i < l->n; i++)
        most += l->v[i].bound->n / parts + 1;
    *n = 0;
    *doors = calloc(most + 1, sizeof **doors);
    if (*doors == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < l->n; i++) {
        const struct bound *b = l->v[i].bound;
        for (size_t k = part % (b->n < parts ? b->n : parts); k < b->n; k += parts)
            (*doors)[(*n)++] = (struct door){b->v[k].fd, l->v[i].options.backlog, l->v[i].terms};
    }
    return 0;
}

int listeners_describe(const struct listeners *l, struct buf *to)
{
    char url[URL_MAX];
    int err = 0;

    for (size_t i = 0; i < l->n && err == 0; i++) {
        listener_describe(&l->v[i].bound->v[0], url, sizeof url);
        err = buf_addf(to, "%s\n", url);
    }
    return err;
}

void listeners_say(const struct listeners *l, const char *what, const char *root)
{
    char url[URL_MAX];

    for (size_t i = 0; i < l->n; i++) {
        listener_describe(&l->v[i].bound->v[0], url, sizeof url);
        log_notice("%s%s on %s", what, root, url);
    }
}

void listeners_close(struct listeners *l)
{
    while (l->n > 0)
        sockets_put(l->sockets, &l->v[--l->n].bound);
    free(l->v);
    l->v = NULL;
}
