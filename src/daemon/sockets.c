/* SPDX-License-Identifier: MIT */
/* The listening sockets of the process: opened for the first generation that wants an address, lent to each that follows,
 * closed behind the last. */

#include "daemon/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

enum { NAME_MAX_LEN = 255 };

static const char passed[] = "systemd:";

bool sockets_is_passed(const char *address)
{
    return strncmp(address, passed, sizeof passed - 1) == 0;
}

/* Longer names than there may be do not come up: a path of a unix socket has at most 107 bytes, few of them to escape. */
static char *name_of(const char *address)
{
    char name[NAME_MAX_LEN + 1];
    size_t n = 0;

    if (sockets_is_passed(address))
        return strdup(address + sizeof passed - 1);
    for (const char *c = address; *c != '\0' && n + 3 < sizeof name; c++) {
        if (*c != '%' && *c != ':' && (unsigned char)*c > ' ' && (unsigned char)*c < 0x7f)
            name[n++] = *c;
        else
            n += (size_t)snprintf(name + n, sizeof name - n, "%%%02x", (unsigned char)*c);
    }
    name[n] = '\0';
    return strdup(name);
}

int sockets_init(struct sockets *s, struct systemd *systemd)
{
    *s = (struct sockets){.systemd = systemd};
    return inherited_init(&s->inherited);
}

/* What a unit passes is not called by an address. */
static bool is_ours(const struct inherited_fd *one)
{
    return one->fd >= 0 && strstr(one->name, "%3a") != NULL;
}

/* They are somebody else's, who listens there. */
static void leave_names(struct bound *b)
{
    b->known = false;
    for (size_t i = 0; i < b->n; i++) {
        free(b->v[i].made);
        b->v[i].made = NULL;
    }
}

/* The manager keeps a socket once, under the name by which it heard of it first; others may have that socket, too. */
static void forget(const struct sockets *s, const char *name)
{
    systemd_store_remove(s->systemd, name);
    for (struct bound *b = s->first; b != NULL; b = b->next)
        if (!sockets_is_passed(b->address))
            b->stored = 0;
}

static void bound_free(const struct sockets *s, struct bound *b)
{
    if (b->known && s->lent)
        leave_names(b);
    if (b->known && s->serving && !sockets_is_passed(b->address))
        forget(s, b->name);
    for (size_t i = 0; i < b->n; i++)
        listener_close(&b->v[i]);
    free(b->v);
    free(b->address);
    free(b->name);
    free(b);
}

void sockets_fini(struct sockets *s)
{
    while (s->first != NULL) {
        struct bound *next = s->first->next;
        bound_free(s, s->first);
        s->first = next;
    }
    inherited_fini(&s->inherited);
}

void sockets_begin(struct sockets *s)
{
    s->generation++;
}

/* What was left to us under the name of this address; what is of no use is closed. */
static int adopt(struct sockets *s, struct bound *b)
{
    int fd;

    while ((fd = inherited_take(&s->inherited, b->name)) >= 0) {
        int err = bound_adopt(b, fd);
        if (err < 0)
            close(fd);
        if (err == -ENOMEM)
            return err;
        if (err < 0)
            log_warning("the socket '%s' that was passed is not used: %s", b->name, strerror(-err));
    }
    bound_put_own_first(b);
    return 0;
}

/* True where any of ours has the port of this address; but one that the same generation asks for is another address. */
static bool share_port(const struct sockets *s, const char *address)
{
    bool any = false;

    for (const struct bound *b = s->first; b != NULL; b = b->next)
        for (size_t i = 0; b->taken_by != s->generation && i < b->n; i++)
            any |= listener_share_port(b->v[i].fd, address);
    for (size_t i = 0; i < s->inherited.n; i++)
        any |= is_ours(&s->inherited.v[i]) && listener_share_port(s->inherited.v[i].fd, address);
    return any;
}

static int keep_all(const struct sockets *s, struct bound *b, bool (*belongs)(int fd, const char *address))
{
    int err = 0;

    for (const struct bound *other = s->first; other != NULL; other = other->next)
        for (size_t i = 0; other->taken_by != s->generation && i < other->n && err == 0; i++)
            err = belongs(other->v[i].fd, b->address) ? bound_keep(b, other->v[i].fd) : 0;
    for (size_t i = 0; i < s->inherited.n && err == 0; i++)
        if (is_ours(&s->inherited.v[i]) && belongs(s->inherited.v[i].fd, b->address))
            err = bound_keep(b, s->inherited.v[i].fd);
    return err;
}

/* A reload or a restart may ask for more of a port that we have, or for less. */
static int open_own(const struct sockets *s, struct bound *b, const struct listen_options *options)
{
    struct listen_options shared = *options;
    bool is_unix = strncmp(b->address, "unix:", 5) == 0;

    if (sockets_is_passed(b->address))
        return -ENOENT;
    /* A name that a unit made is the unit's; our predecessor's becomes ours. */
    int err = is_unix && !s->lent ? 0 : keep_all(s, b, listener_is_at);
    b->known = is_unix && b->n > 0;
    if (err == 0 && b->n == 0)
        err = bound_bind(b, options);
    shared.reuseport = true;
    if (err == -EADDRINUSE && share_port(s, b->address))
        err = bound_bind(b, &shared);
    if (err == 0)
        err = keep_all(s, b, listener_is_within);
    bound_put_own_first(b);
    return err;
}

/* A unix socket whose name is gone, or another's by now, is found by nobody who connects: then its name is made anew. */
static bool is_free(const struct sockets *s, const struct bound *b)
{
    return b->taken_by != s->generation && !listener_lost_its_name(&b->v[0]);
}

static struct bound *find(const struct sockets *s, const char *address)
{
    for (struct bound *b = s->first; b != NULL; b = b->next)
        if (is_free(s, b) && strcmp(b->address, address) == 0)
            return b;
    for (struct bound *b = s->first; b != NULL; b = b->next)
        if (is_free(s, b) && bound_is_wholly_at(b, address))
            return b;
    return NULL;
}

static int open_bound(struct sockets *s, const char *address, const struct listen_options *options, struct bound **out)
{
    struct bound *b = calloc(1, sizeof *b);

    if (b == NULL)
        return -ENOMEM;
    b->address = strdup(address);
    b->name = name_of(address);
    int err = b->address == NULL || b->name == NULL ? -ENOMEM : adopt(s, b);
    b->stored = b->n;
    b->known = b->n > 0;
    if (err == 0 && b->n == 0)
        err = open_own(s, b, options);
    if (err < 0) {
        bound_free(s, b);
        return err;
    }
    b->next = s->first;
    s->first = b;
    *out = b;
    return 0;
}

int sockets_get(struct sockets *s, const char *address, const struct listen_options *options, size_t n,
                struct bound **out)
{
    struct bound *b = find(s, address);
    int err = 0;

    *out = NULL;
    if (b == NULL)
        err = open_bound(s, address, options, &b);
    if (err < 0)
        return err;
    b->users++;
    b->taken_by = s->generation;
    err = bound_grow(b, options, n);
    if (err < 0) {
        sockets_put(s, &b);
        return err;
    }
    *out = b;
    return 0;
}

void sockets_put(struct sockets *s, struct bound **b)
{
    struct bound *one = *b;
    struct bound **link = &s->first;

    *b = NULL;
    if (one == NULL)
        return;
    if (--one->users > 0) {
        bound_unsettle(one);
        return;
    }
    while (*link != one)
        link = &(*link)->next;
    *link = one->next;
    bound_free(s, one);
}

void sockets_settle(struct sockets *s)
{
    for (struct bound *b = s->first; b != NULL; b = b->next)
        b->settled = b->n;
}

/* Kept for us by an earlier process, and asked for by nobody: whoever connects there would wait for ever. What a unit
 * passes stays, as it may be asked for yet. */
static void close_leftovers(struct sockets *s)
{
    for (size_t i = 0; i < s->inherited.n; i++) {
        struct inherited_fd *one = &s->inherited.v[i];
        if (!is_ours(one))
            continue;
        log_notice("nothing listens on '%s' any more; the socket that was kept is closed", one->name);
        forget(s, one->name);
        close(one->fd);
        one->fd = -1;
    }
}

void sockets_store(struct sockets *s)
{
    if (!s->lent)
        close_leftovers(s);
    for (struct bound *b = s->first; b != NULL; b = b->next) {
        while (b->stored < b->n && (b->v[b->stored].is_unix || systemd_store(s->systemd, b->name, b->v[b->stored].fd)))
            b->stored++;
        b->known |= b->stored > 0;
    }
}

void sockets_remove_names(struct sockets *s)
{
    for (struct bound *b = s->first; b != NULL; b = b->next)
        for (size_t i = 0; i < b->n; i++)
            listener_remove_name(&b->v[i]);
}

void sockets_release(struct sockets *s)
{
    for (struct bound *b = s->first; b != NULL; b = b->next)
        leave_names(b);
}
