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

/* They are somebody else's, who listens there. */
static void leave_names(struct bound *b)
{
    b->stored = 0;
    for (size_t i = 0; i < b->n; i++) {
        free(b->v[i].made);
        b->v[i].made = NULL;
    }
}

static void bound_free(const struct sockets *s, struct bound *b)
{
    if (b->stored > 0 && s->lent)
        leave_names(b);
    if (b->stored > 0 && s->serving && !sockets_is_passed(b->address))
        systemd_store_remove(s->systemd, b->name);
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

/* Room for one more socket, which is there once the caller has counted it. */
static struct listener *add(struct bound *b)
{
    struct listener *v = realloc(b->v, (b->n + 1) * sizeof *v);

    if (v == NULL)
        return NULL;
    b->v = v;
    return &v[b->n];
}

/* What was left to us under the name of this address; what is of no use is closed. */
static int adopt(struct sockets *s, struct bound *b, const struct listen_options *options)
{
    int fd;

    while ((fd = inherited_take(&s->inherited, b->name)) >= 0) {
        struct listener *l = add(b);
        int err = l != NULL ? listener_adopt(l, fd, b->address, options) : -ENOMEM;
        if (err == 0)
            b->n++;
        else
            close(fd);
        if (err == -ENOMEM)
            return err;
        if (err < 0)
            log_warning("the socket '%s' that was passed is not used: %s", b->name, strerror(-err));
    }
    return 0;
}

static int bind_first(struct bound *b, const struct listen_options *options)
{
    if (sockets_is_passed(b->address))
        return -ENOENT;
    struct listener *l = add(b);
    int err = l != NULL ? listener_bind(l, b->address, options) : -ENOMEM;
    if (err == 0)
        b->n++;
    return err;
}

/* It passes; every other error of a further socket would come again. */
static bool is_shortage(int err)
{
    return err == -EMFILE || err == -ENFILE || err == -ENOMEM || err == -ENOBUFS || err == -EAGAIN;
}

/* As many sockets as workers; where the address cannot have them, workers share those it has. */
static int grow(struct bound *b, const struct listen_options *options, size_t n)
{
    while (b->n < n) {
        struct listener *l = add(b);
        if (l == NULL)
            return -ENOMEM;
        int err = listener_again(l, &b->v[0], options);
        if (err < 0)
            return is_shortage(err) ? err : 0;
        b->n++;
    }
    return 0;
}

static struct bound *find(const struct sockets *s, const char *address)
{
    for (struct bound *b = s->first; b != NULL; b = b->next)
        if (b->taken_by != s->generation && strcmp(b->address, address) == 0)
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
    int err = b->address == NULL || b->name == NULL ? -ENOMEM : adopt(s, b, options);
    b->stored = b->n;
    if (err == 0 && b->n == 0)
        err = bind_first(b, options);
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
    err = grow(b, options, n);
    if (err < 0) {
        sockets_put(s, &b);
        return err;
    }
    *out = b;
    return 0;
}

/* Whoever was sent to one of these would wait for ever: nobody else accepts there. */
static void unsettle(struct bound *b)
{
    while (b->n > b->settled)
        listener_close(&b->v[--b->n]);
}

void sockets_put(struct sockets *s, struct bound **b)
{
    struct bound *one = *b;
    struct bound **link = &s->first;

    *b = NULL;
    if (one == NULL)
        return;
    if (--one->users > 0) {
        unsettle(one);
        return;
    }
    while (*link != one)
        link = &(*link)->next;
    *link = one->next;
    bound_free(s, one);
}

int sockets_change(const struct bound *b, const struct listen_options *options)
{
    int err = 0;

    for (size_t i = 0; i < b->n && err == 0; i++)
        err = listener_change(&b->v[i], options);
    return err;
}

void sockets_settle(struct sockets *s)
{
    for (struct bound *b = s->first; b != NULL; b = b->next)
        b->settled = b->n;
}

void sockets_store(struct sockets *s)
{
    for (struct bound *b = s->first; b != NULL; b = b->next)
        while (b->stored < b->n && (b->v[b->stored].is_unix || systemd_store(s->systemd, b->name, b->v[b->stored].fd)))
            b->stored++;
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
