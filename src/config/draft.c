/* SPDX-License-Identifier: MIT */
/* The configuration while it is read: precedence, repetition and origin are decided here, once for all keys. */

#include "config/draft.h"

#include <errno.h>
#include <stdlib.h>

#include "config/value.h"

void draft_init(struct draft *d, struct diagnose *report)
{
    *d = (struct draft){.report = report};
}

static void free_section(struct draft_section *s)
{
    for (size_t i = 0; i < KEYS; i++)
        for (struct setting *one = s->slots[i].all, *next; one != NULL; one = next) {
            next = one->next;
            free(one);
        }
    free(s);
}

void draft_fini(struct draft *d)
{
    for (struct draft_section *s = d->first, *next; s != NULL; s = next) {
        next = s->next;
        free_section(s);
    }
    *d = (struct draft){0};
}

struct draft_section *draft_next(const struct draft *d, enum section_id id, const struct draft_section *prev)
{
    struct draft_section *s = prev != NULL ? prev->next : d->first;

    while (s != NULL && (s->id != id || s->dropped))
        s = s->next;
    return s;
}

struct draft_section *draft_find(const struct draft *d, enum section_id id, struct sv name)
{
    struct draft_section *s = draft_next(d, id, NULL);

    while (s != NULL && !sv_eq(s->name.text, name))
        s = draft_next(d, id, s);
    return s;
}

int draft_open(struct draft *d, enum section_id id, struct ini_part name, struct draft_section **out)
{
    struct draft_section *s = draft_find(d, id, name.text);

    *out = s;
    if (s != NULL)
        return 0;
    /* What has no names is there once, and what nobody wrote is there to hold the defaults: neither is refused. */
    bool named = name.text.len > 0 && name.place.source != NULL;
    if (named && d->n_named == DRAFT_SECTIONS_MAX) {
        diagnose_error(d->report, name.place, "more than %d sections", DRAFT_SECTIONS_MAX);
        return 0;
    }
    s = calloc(1, sizeof *s);
    if (s == NULL)
        return -ENOMEM;
    s->id = id;
    s->name = name;
    *(d->last != NULL ? &d->last->next : &d->first) = s;
    d->last = s;
    d->n_named += named;
    *out = s;
    return 0;
}

/* What somebody set on purpose, for this run. */
static void warn_of_overrides(struct draft *d, const struct draft_section *s, const struct draft_section *other)
{
    for (size_t i = 0; i < KEYS; i++) {
        const struct setting *last = s->slots[i].last;
        if (last != NULL && last->key.source->tier != SOURCE_FILE)
            diagnose_warning(d->report, last->key, "not used: [site %s] gives way to [site %.*s]",
                             schema_sections[SECTION_site].default_name, SV_ARG(diagnose_cut(other->name.text)));
    }
}

void draft_give_way(struct draft *d)
{
    struct sv name = sv_cstr(schema_sections[SECTION_site].default_name);
    struct draft_section *standby = NULL;
    const struct draft_section *other = NULL;

    for (struct draft_section *s = draft_next(d, SECTION_site, NULL); s != NULL; s = draft_next(d, SECTION_site, s))
        if (sv_eq(s->name.text, name))
            standby = s;
        else
            other = s;
    if (standby == NULL || other == NULL)
        return;
    standby->dropped = true;
    d->gave_way = standby;
    warn_of_overrides(d, standby, other);
}

/* A scalar twice in one file is a slip: which of the two was meant? Set again by another file, it is meant. Variables of
 * the environment have no order, so there two for one key are a slip whatever the key, whose list stands in one. */
static bool is_repeated(const struct slot *slot, const struct schema_key *k, struct place at)
{
    const struct source *last = slot->last != NULL ? slot->last->key.source : NULL;

    if (last != NULL && at.source->tier == SOURCE_ENVIRONMENT && last->tier == SOURCE_ENVIRONMENT)
        return last != at.source;
    return !k->type->is_list && last == at.source;
}

static bool may_add(struct draft *d, const struct slot *slot, const struct schema_key *k, struct place key_at)
{
    if (is_repeated(slot, k, key_at)) {
        diagnose_error(d->report, key_at, "'%s' is set twice", k->name);
        diagnose_note(d->report, slot->last->key, "first set here");
        return false;
    }
    if (slot->n == DRAFT_VALUES_MAX) {
        diagnose_error(d->report, key_at, "more than %d values for '%s'", DRAFT_VALUES_MAX, k->name);
        return false;
    }
    return true;
}

bool draft_is_replaced(const struct schema_key *k, const struct setting *one)
{
    for (const struct setting *later = one->next; k->type->replaces != NULL && later != NULL; later = later->next)
        if (!later->faulty && k->type->replaces(one->value.text, later->value.text))
            return true;
    return false;
}

/* Leave out the white space at the ends, which quotes may hold. */
static void trim_value(struct ini_part *part)
{
    struct sv text = sv_trim(part->text);

    if (part->form == INI_QUOTED || part->form == INI_ESCAPED) {
        part->place.col += (size_t)(text.p - part->text.p);
        part->place.len -= part->text.len - text.len;
    }
    part->text = text;
}

/* NULL without memory. */
static struct setting *new_setting(const struct schema_key *k, struct place key_at, struct ini_part value)
{
    bool escaped = value.form == INI_ESCAPED;
    struct setting *one = malloc(sizeof *one + (escaped ? value.text.len : 0));

    if (one == NULL)
        return NULL;
    *one = (struct setting){.value = value, .key = key_at};
    if (escaped)
        one->value.text = sv_of(one->own, ini_value_unescape(value.text, one->own));
    if (k->type->shape == SHAPE_PLAIN || k->type->shape == SHAPE_RULE)
        trim_value(&one->value);
    return one;
}

int draft_set(struct draft *d, struct draft_section *s, const struct schema_key *k, struct place key_at,
              struct ini_part value)
{
    struct slot *slot = &s->slots[schema_key_id(k)];
    struct fault f;

    if (!may_add(d, slot, k, key_at))
        return 0;
    struct setting *one = new_setting(k, key_at, value);
    if (one == NULL)
        return -ENOMEM;
    bool clears = schema_may_be_empty(k) && one->value.text.len == 0 && value.form != INI_WRONG;
    bool overrides = slot->last != NULL && slot->last->key.source->tier < key_at.source->tier;
    if (clears) {
        slot->first = NULL;
    } else if (value.form == INI_WRONG) {
        one->faulty = slot->faulty = true;
    } else if (!value_check(k, one->value.text, &f)) {
        diagnose_error(d->report, ini_place(&one->value, f.at, f.len), "%s", f.why);
        one->faulty = slot->faulty = true;
    } else if (!k->type->is_list || overrides || slot->first == NULL) {
        slot->first = one;
    }
    *(slot->last != NULL ? &slot->last->next : &slot->all) = one;
    slot->last = one;
    slot->n++;
    return 0;
}
