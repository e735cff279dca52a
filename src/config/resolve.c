/* SPDX-License-Identifier: MIT */
/* The last step of reading: what is in effect for each key becomes a member of struct config. */

#include "config/resolve.h"

#include <errno.h>
#include <stdlib.h>

#include "config/store.h"
#include "config/value.h"
#include "config/written.h"

void *resolve_base(struct config *c, enum section_id id, size_t i)
{
    switch (id) {
    case SECTION_server:
        return &c->server;
    case SECTION_listen:
        return &c->listens[i];
    case SECTION_limits:
        return &c->limits;
    case SECTION_log:
        return &c->log;
    case SECTION_status:
        return &c->status;
    case SECTION_site:
        return &c->sites[i];
    case SECTIONS:
        break;
    }
    return NULL;
}

size_t resolve_count(const struct config *c, enum section_id id)
{
    return id == SECTION_listen ? c->n_listens : id == SECTION_site ? c->n_sites : 1;
}

/* A site is not made up: whoever names none has nothing to serve, and config/agree says so. */
static int add_missing(struct draft *d)
{
    int err = 0;

    for (unsigned int i = 0; err == 0 && i < SECTIONS; i++) {
        struct ini_part name = {.text = sv_cstr(schema_sections[i].default_name)};
        struct draft_section *unused;
        if (i != SECTION_site && draft_next(d, (enum section_id)i, NULL) == NULL)
            err = draft_open(d, (enum section_id)i, name, &unused);
    }
    return err;
}

static size_t count(const struct draft *d, enum section_id id)
{
    size_t n = 0;

    for (const struct draft_section *s = draft_next(d, id, NULL); s != NULL; s = draft_next(d, id, s))
        n++;
    return n;
}

static int make_room(struct config *c, const struct draft *d)
{
    size_t listens = count(d, SECTION_listen);
    size_t sites = count(d, SECTION_site);

    c->listens = calloc(listens > 0 ? listens : 1, sizeof *c->listens);
    c->sites = calloc(sites > 0 ? sites : 1, sizeof *c->sites);
    if (c->listens == NULL || c->sites == NULL)
        return -ENOMEM;
    c->n_listens = listens;
    c->n_sites = sites;
    return 0;
}

static int set_name(struct config *c, const struct draft_section *s, size_t i)
{
    char *name;

    if (s->name.text.len == 0)
        return 0;
    name = store_copy(s->name.text);
    if (name == NULL)
        return -ENOMEM;
    *(s->id == SECTION_listen ? &c->listens[i].name : &c->sites[i].name) = name;
    return 0;
}

/* A key of one section, while its values are set. */
struct destination {
    struct written *written;
    const struct schema_key *k;
    size_t section;
    size_t n; /* values so far */
    void *base;
};

/* One value; `place` has no source where it is a default. */
static int store_value(struct destination *t, struct sv text, struct place place)
{
    int err = store_set(t->k, t->base, text);

    if (err == 0 && place.source != NULL)
        err = written_add(t->written, (struct config_at){schema_key_id(t->k), t->section, t->n}, place);
    t->n += t->k->type->is_list;
    return err;
}

static int store_values(struct destination *t, const struct ini_part *value)
{
    struct sv rest = value->text;
    struct sv one;
    int err = 0;

    while (err == 0 && value_next(t->k, &rest, &one))
        err = store_value(t, one, ini_place(value, (size_t)(one.p - value->text.p), one.len));
    return err;
}

static int store_key(struct destination *t, const struct draft_section *s)
{
    struct ini_part fallback = {.text = sv_cstr(t->k->default_text)};
    const struct setting *one = draft_in_effect(s, t->k);
    int err = 0;

    if (one == NULL && fallback.text.len > 0 && !draft_is_cleared(s, t->k))
        return store_values(t, &fallback);
    for (; err == 0 && one != NULL; one = one->next)
        if (!one->faulty && !draft_is_replaced(t->k, one))
            err = store_values(t, &one->value);
    return err;
}

static int set_section(struct config *c, const struct draft_section *s, size_t i)
{
    int err = set_name(c, s, i);

    for (size_t k = 0; err == 0 && k < KEYS; k++) {
        struct destination t = {c->written, &schema_keys[k], i, 0, resolve_base(c, s->id, i)};
        if (t.k->section == s->id)
            err = store_key(&t, s);
    }
    return err;
}

static int set_gave_way(struct config *c, const struct draft *d)
{
    struct buf at = {0};
    int err = 0;

    if (d->gave_way != NULL)
        err = written_print(&at, &d->gave_way->name.place);
    if (err == 0 && d->gave_way != NULL)
        err = buf_add(&at, sv_of("", 1));
    if (err < 0)
        buf_fini(&at);
    c->gave_way = at.p;
    return err;
}

int resolve(struct config *c, struct draft *d)
{
    int err = add_missing(d);

    if (err == 0)
        err = make_room(c, d);
    if (err == 0)
        err = set_gave_way(c, d);
    for (unsigned int id = 0; err == 0 && id < SECTIONS; id++) {
        size_t i = 0;
        const struct draft_section *s = draft_next(d, (enum section_id)id, NULL);
        for (; err == 0 && s != NULL; s = draft_next(d, (enum section_id)id, s), i++)
            err = set_section(c, s, i);
    }
    return err;
}
