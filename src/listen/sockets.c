/* SPDX-License-Identifier: MIT */
/* The listening sockets of the process: opened for the first generation that wants an address, lent to each that follows,
 * closed behind the last. */

#include "listen/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/log.h"
#include "io/address.h"

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
        bool plain = *c != '%' && *c != ':' && (unsigned char)*c > ' ' && (unsigned char)*c < 0x7f;
        name[n++] = plain ? *c : '%';
        if (!plain)
            n = (size_t)(escape_hex(name + n, (unsigned char)*c, 2) - name);
    }
    name[n] = '\0';
    return strdup(name);
}

int sockets_init(struct sockets *s, struct notify *systemd)
{
    *s = (struct sockets){.systemd = systemd, .lock = PTHREAD_MUTEX_INITIALIZER};
    return inherited_init(&s->inherited);
}

bool sockets_names_ours(const char *name)
{
    return strstr(name, "%3a") != NULL;
}

static bool is_ours(const struct inherited_fd *one)
{
    return one->fd >= 0 && sockets_names_ours(one->name);
}

/* They are somebody else's, who listens there. */
static void leave_names(struct bound *b)
{
    b->known = false;
    for (size_t i = 0; i < b->n; i++) {
        free(b->v[i].unlink_path);
        b->v[i].unlink_path = NULL;
    }
}

/* The manager keeps a socket once, under the name by which it heard of it first; others may have that socket, too. */
static void forget(const struct sockets *s, const char *name)
{
    notify_store_remove(s->systemd, name);
    for (struct bound *b = s->first; b != NULL; b = b->next)
        if (!sockets_is_passed(b->address))
            b->stored = 0;
}

static void bound_free(const struct sockets *s, struct bound *b)
{
    if (b->known && s->predecessor_owns)
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
    free(s->asked);
    inherited_fini(&s->inherited);
}

void sockets_begin(struct sockets *s)
{
    s->generation++;
    s->n_asked = 0;
}

int sockets_expect(struct sockets *s, const char *address)
{
    const char **asked = realloc(s->asked, (s->n_asked + 1) * sizeof *asked);

    if (asked == NULL)
        return -ENOMEM;
    s->asked = asked;
    asked[s->n_asked++] = address;
    return 0;
}

static bool contains(const char *whole, const char *part)
{
    struct address a, b;

    return address_parse(whole, &a) == 0 && address_parse(part, &b) == 0 && address_contains(&a, &b);
}

/* It is part of `address`, and of an address that is part of that and is asked for too. */
static bool is_another_s(const struct sockets *s, int fd, const char *address)
{
    for (size_t i = 0; listener_is_within(fd, address) && i < s->n_asked; i++)
        if (contains(address, s->asked[i]) && (listener_is_at(fd, s->asked[i]) || listener_is_within(fd, s->asked[i])))
            return true;
    return false;
}

/* What a unit passed stays where it is, too: this generation may come to nothing, and a later one ask for it again. A
 * predecessor may have had a socket more than once. */
static int take_over(struct bound *b, struct inherited_fd *one)
{
    bool is_there = bound_has(b, one->fd);
    bool stays = !is_there && !sockets_names_ours(one->name);
    int err = is_there ? 0 : stays ? bound_keep(b, one->fd) : bound_adopt(b, one->fd);

    if (bound_is_short(err))
        return err;
    if (err < 0)
        log_warning("the socket '%s' that was passed is not used: %s", b->name, strerror(-err));
    if (err < 0 || is_there)
        close(one->fd);
    if (err < 0 || !stays)
        one->fd = -1;
    return 0;
}

/* What was left to us under the name of this address; what is of no use is closed. */
static int adopt(struct sockets *s, struct bound *b)
{
    int err = 0;

    for (size_t i = 0; i < s->inherited.n && err == 0; i++) {
        struct inherited_fd *one = &s->inherited.v[i];
        if (one->fd >= 0 && strcmp(one->name, b->name) == 0 && !is_another_s(s, one->fd, b->address))
            err = take_over(b, one);
    }
    bound_put_own_first(b);
    return err;
}

/* What a unit passes is had by its name alone: whoever is started next is passed it by that name. */
static bool is_unit_s(const struct bound *b)
{
    return sockets_is_passed(b->address);
}

/* True where any of ours has the port of this address. One that the same generation asks for is another address, unless all
 * of them are to share their ports. */
static bool share_port(const struct sockets *s, const char *address, bool all)
{
    bool any = false;

    for (const struct bound *b = s->first; b != NULL; b = b->next)
        for (size_t i = 0; !is_unit_s(b) && (all || b->generation != s->generation) && i < b->n; i++)
            any |= listener_share_port(b->v[i].fd, address);
    for (size_t i = 0; i < s->inherited.n; i++)
        any |= is_ours(&s->inherited.v[i]) && listener_share_port(s->inherited.v[i].fd, address);
    return any;
}

static bool is_part(const struct sockets *s, int fd, const char *address)
{
    return listener_is_within(fd, address) && !is_another_s(s, fd, address);
}

static bool is_itself(const struct sockets *s, int fd, const char *address)
{
    (void)s;
    return listener_is_at(fd, address);
}

static int keep_all(const struct sockets *s, struct bound *b,
                    bool (*belongs)(const struct sockets *s, int fd, const char *address))
{
    int err = 0;

    for (const struct bound *other = s->first; other != NULL; other = other->next)
        for (size_t i = 0; !is_unit_s(other) && other->generation != s->generation && i < other->n && err == 0; i++)
            err = belongs(s, other->v[i].fd, b->address) ? bound_keep(b, other->v[i].fd) : 0;
    for (size_t i = 0; i < s->inherited.n && err == 0; i++)
        if (is_ours(&s->inherited.v[i]) && belongs(s, s->inherited.v[i].fd, b->address)) {
            err = bound_keep(b, s->inherited.v[i].fd);
            err = err == -EINVAL ? 0 : err; /* it does not listen */
        }
    return err;
}

/* A reload or a restart may ask for more of a port that we have, or for less. */
static int open_own(const struct sockets *s, struct bound *b, const struct listen_options *options)
{
    struct listen_options shared = *options;
    bool is_unix = address_path(b->address) != NULL;

    if (sockets_is_passed(b->address))
        return -ENOENT;
    /* A name that a unit made is the unit's; our predecessor's becomes ours. */
    int err = is_unix && !s->predecessor_owns ? 0 : keep_all(s, b, is_itself);
    b->known = is_unix && b->n > 0;
    if (err == 0 && b->n == 0)
        err = bound_bind(b, options);
    shared.reuseport = true;
    if (err == -EADDRINUSE && share_port(s, b->address, options->reuseport))
        err = bound_bind(b, &shared);
    if (err == 0)
        err = keep_all(s, b, is_part);
    bound_put_own_first(b);
    return err;
}

/* A unix socket whose name is gone, or another's by now, is found by nobody who connects: then its name is made anew. What
 * took in an address that is asked for too now gives it back by being opened anew. */
static bool may_go_on(const struct sockets *s, const struct bound *b)
{
    bool goes_on = b->generation != s->generation && !listener_lost_its_name(&b->v[0]);

    for (size_t i = 0; goes_on && i < b->n; i++)
        goes_on = !is_another_s(s, b->v[i].fd, b->address);
    return goes_on;
}

static struct bound *find(const struct sockets *s, const char *address)
{
    for (struct bound *b = s->first; b != NULL; b = b->next)
        if (strcmp(b->address, address) == 0 && may_go_on(s, b))
            return b;
    for (struct bound *b = s->first; b != NULL; b = b->next)
        if (!is_unit_s(b) && bound_is_wholly_at(b, address) && may_go_on(s, b))
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

static void put_bound(struct sockets *s, struct bound *one)
{
    struct bound **link = &s->first;

    if (--one->users > 0) {
        bound_unsettle(one);
        return;
    }
    while (*link != one)
        link = &(*link)->next;
    *link = one->next;
    bound_free(s, one);
}

static int get_bound(struct sockets *s, const char *address, const struct listen_options *options, size_t n,
                     struct bound **out)
{
    struct bound *b = find(s, address);
    int err = b == NULL ? open_bound(s, address, options, &b) : 0;

    *out = NULL;
    if (err < 0)
        return err;
    b->users++;
    b->generation = s->generation;
    err = bound_grow(b, options, n);
    if (err < 0)
        put_bound(s, b);
    else
        *out = b;
    return err;
}

int sockets_get(struct sockets *s, const char *address, const struct listen_options *options, size_t n,
                struct bound **out)
{
    (void)pthread_mutex_lock(&s->lock);
    int err = get_bound(s, address, options, n, out);
    (void)pthread_mutex_unlock(&s->lock);
    return err;
}

void sockets_put(struct sockets *s, struct bound **b)
{
    struct bound *one = *b;

    *b = NULL;
    if (one == NULL)
        return;
    (void)pthread_mutex_lock(&s->lock);
    put_bound(s, one);
    (void)pthread_mutex_unlock(&s->lock);
}

void sockets_settle(struct sockets *s)
{
    for (struct bound *b = s->first; b != NULL; b = b->next)
        b->n_serving = b->n;
}

bool sockets_has_beside(const struct sockets *s, const struct bound *b, int fd)
{
    for (const struct bound *other = s->first; other != NULL; other = other->next)
        if (other != b && bound_has(other, fd))
            return true;
    return false;
}

/* Kept for us by an earlier process, and asked for by nobody: whoever connects there would wait for ever. What a unit
 * passes stays, as it may be asked for yet. */
static void close_leftovers(struct sockets *s)
{
    const char *told = "";

    for (size_t i = 0; i < s->inherited.n; i++) {
        struct inherited_fd *one = &s->inherited.v[i];
        if (!is_ours(one))
            continue;
        bool is_next = strcmp(told, one->name) != 0; /* those of one name stand together */
        if (is_next && !sockets_has_beside(s, NULL, one->fd))
            log_notice("nothing listens on '%s' any more; the socket that was kept is closed", one->name);
        if (is_next)
            forget(s, one->name);
        told = one->name;
        close(one->fd);
        one->fd = -1;
    }
}

void sockets_store(struct sockets *s)
{
    if (!s->predecessor_owns)
        close_leftovers(s);
    for (struct bound *b = s->first; b != NULL; b = b->next) {
        while (b->stored < b->n && (b->v[b->stored].is_unix || notify_store(s->systemd, b->name, b->v[b->stored].fd)))
            b->stored++;
        b->known |= b->stored > 0;
    }
}

void sockets_remove_names(struct sockets *s)
{
    const struct timespec until = {.tv_sec = time(NULL) + 2};

    if (pthread_mutex_timedlock(&s->lock, &until) != 0)
        return;
    for (struct bound *b = s->first; b != NULL; b = b->next)
        for (size_t i = 0; i < b->n; i++)
            listener_remove_name(&b->v[i]);
    (void)pthread_mutex_unlock(&s->lock);
}

void sockets_release(struct sockets *s)
{
    for (struct bound *b = s->first; b != NULL; b = b->next)
        leave_names(b);
}
