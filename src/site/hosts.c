/* SPDX-License-Identifier: MIT */
/* Names of sites in one table, where wildcards stand without their star: ".example.com". No host begins with a dot, so the
 * two kinds do not meet. However many sites there are, a look-up costs one probe for each dot in the name. */

#include "site/hosts.h"

#include <errno.h>
#include <stdlib.h>

struct host_row {
    char name[HOST_MAX]; /* in lower case */
    uint8_t len;         /* 0: the row is free */
    size_t site;
};

static size_t lower(struct sv name, char room[HOST_MAX])
{
    for (size_t i = 0; i < name.len; i++)
        room[i] = (char)sv_lower(name.p[i]);
    return name.len;
}

/* The host without its port and without a dot at its end; empty where it is too long to be a name of ours. */
static struct sv host_of(struct sv authority)
{
    size_t literal = sv_starts(authority, SV("[")) ? sv_find(authority, ']') : 0;
    size_t len = literal + sv_find(sv_skip(authority, literal), ':');

    if (len > 0 && authority.p[len - 1] == '.')
        len--;
    return sv_of(authority.p, len <= HOST_MAX ? len : 0);
}

/* Where the name stands, or the free row where it would. */
static struct host_row *row_of(const struct hosts *h, struct sv name)
{
    size_t at = hash(&h->key, name) & (h->n_rows - 1);

    while (h->row[at].len > 0 && !sv_eq(sv_of(h->row[at].name, h->row[at].len), name))
        at = (at + 1) & (h->n_rows - 1);
    return &h->row[at];
}

static void add_host(struct hosts *h, const struct host_name *n)
{
    char room[HOST_MAX];
    struct sv name = host_of(sv_skip(n->name, sv_starts(n->name, SV("*.")) ? 1 : 0));
    struct sv lowered = sv_of(room, lower(name, room));

    if (name.len == 0)
        return;
    struct host_row *row = row_of(h, lowered);
    if (row->len > 0)
        return;
    memcpy(row->name, room, name.len);
    row->len = (uint8_t)name.len;
    row->site = n->site;
}

int hosts_init(struct hosts *h, const struct host_name *names, size_t n, size_t fallback)
{
    *h = (struct hosts){.fallback = fallback};
    if (n == 0)
        return 0;
    for (h->n_rows = 2; h->n_rows < 2 * n;)
        h->n_rows *= 2;
    h->row = calloc(h->n_rows, sizeof *h->row);
    if (h->row == NULL)
        return -ENOMEM;
    hash_key_random(&h->key);
    for (size_t i = 0; i < n; i++)
        add_host(h, &names[i]);
    return 0;
}

void hosts_fini(struct hosts *h)
{
    free(h->row);
    *h = (struct hosts){0};
}

/* The name itself, then what begins with each of its dots. */
static const struct host_row *find_row(const struct hosts *h, struct sv name)
{
    while (name.len > 0) {
        const struct host_row *row = row_of(h, name);
        if (row->len > 0)
            return row;
        name = sv_skip(name, 1);
        name = sv_skip(name, sv_find(name, '.'));
    }
    return NULL;
}

size_t hosts_search(const struct hosts *h, struct sv authority)
{
    char room[HOST_MAX];
    struct sv host = host_of(authority);
    if (sv_starts(host, SV(".")))
        return h->fallback;
    const struct host_row *row = find_row(h, sv_of(room, lower(host, room)));
    return row != NULL ? row->site : h->fallback;
}
