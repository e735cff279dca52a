/* SPDX-License-Identifier: MIT */
/* What no single value can be blamed for: two keys that do not go together, or two values of a list; in which way the
 * latter do not, their type says. It comes last, when all that is wrong by itself has been reported. */

#include "config/agree.h"

#include "config/address.h"
#include "config/value.h"
#include "text/units.h"

static void check_server(const struct config *c, const struct draft *d)
{
    const struct draft_section *s = draft_next(d, SECTION_server, NULL);
    const struct setting *group = s->slots[KEY_server_group].first;
    const struct setting *path = s->slots[KEY_server_sandbox_path].first;

    if (group != NULL && !group->faulty && c->server.user == NULL && !s->slots[KEY_server_user].faulty)
        diagnose_error(d->report, group->key, "'group' without 'user' changes nothing; set both, or none");
    if (path != NULL && c->server.sandbox == SANDBOX_NO) {
        diagnose_warning(d->report, path->key, "'sandbox_path' is not used without a sandbox");
        diagnose_note(d->report, s->slots[KEY_server_sandbox].first->key, "here");
    }
}

/* The default of uri_size gives way to a smaller header_size; a value that somebody wrote does not. */
static void check_limits(struct config *c, const struct draft *d)
{
    const struct draft_section *limits = draft_next(d, SECTION_limits, NULL);
    const struct slot *uri = &limits->slots[KEY_limits_uri_size];
    const struct slot *header = &limits->slots[KEY_limits_header_size];

    if (c->limits.uri_size <= c->limits.header_size || uri->faulty || header->faulty)
        return;
    if (uri->first == NULL) {
        c->limits.uri_size = c->limits.header_size;
        return;
    }
    char size[UNITS_TEXT];
    units_format(UNITS_SIZE, c->limits.header_size, size);
    diagnose_error(d->report, uri->first->value.place, "uri_size is at most header_size, which is %s", size);
    if (header->first != NULL)
        diagnose_note(d->report, header->first->key, "set here");
}

static void check_sites(const struct config *c, const struct draft *d)
{
    const struct draft_section *first = draft_next(d, SECTION_site, NULL);

    if (c->n_sites > 1) {
        const struct draft_section *second = draft_next(d, SECTION_site, first);
        diagnose_error(d->report, second->name.place, "one [site NAME] is served, and this is another");
        diagnose_note(d->report, first->name.place, "the first is here");
    } else if (c->n_sites == 0 && !d->lost_section) {
        diagnose_error(d->report, place_whole(d->file),
                       "nothing to serve: add [site NAME] with root = /path, or name a directory: 'batond DIR'");
    }
}

struct known_value {
    struct sv text;
    struct place place;
};

/* Returns false where there is no room for more. */
static bool add_known(const struct draft *d, const struct schema_key *k, struct known_value *known, size_t *n,
                      struct known_value one)
{
    size_t i = 0;

    while (i < *n && !sv_eq(known[i].text, one.text))
        i++;
    if (i < *n) {
        diagnose_error(d->report, one.place, "'%.*s' is there already", SV_ARG(diagnose_cut(one.text)));
        diagnose_note(d->report, known[i].place, "here");
    } else if (*n == DRAFT_VALUES_MAX) {
        diagnose_error(d->report, one.place, "more than %d values for '%s'", DRAFT_VALUES_MAX, k->name);
        return false;
    } else {
        known[(*n)++] = one;
    }
    return true;
}

/* Each value once: where the same stood twice, which of its places would count? */
static void check_each_once(const struct draft *d, const struct draft_section *s, const struct schema_key *k)
{
    struct known_value known[DRAFT_VALUES_MAX];
    size_t n = 0;
    bool room = true;

    for (const struct setting *one = draft_in_effect(s, k); room && one != NULL; one = one->next) {
        struct sv rest = one->value.text;
        struct sv value;
        while (room && !one->faulty && value_next(k, &rest, &value)) {
            struct place at = ini_place(&one->value, (size_t)(value.p - one->value.text.p), value.len);
            room = add_known(d, k, known, &n, (struct known_value){value, at});
        }
    }
}

static void check_repetitions(const struct draft *d)
{
    for (const struct draft_section *s = d->first; s != NULL; s = s->next)
        for (size_t i = 0; i < KEYS; i++) {
            const struct schema_key *k = &schema_keys[i];
            if (!s->dropped && k->section == s->id && k->type->each_once)
                check_each_once(d, s, k);
        }
}

/* Bytes of patterns that are compared with one another: a fraction of a second. What is left then goes without a
 * warning; thousands of long rules are not to hold a reload up. */
enum { PATTERN_WORK_MAX = 50 * 1000 * 1000 };

static void check_lists(struct agreement *a, const struct draft_section *s)
{
    for (size_t i = 0; i < KEYS; i++) {
        const struct schema_key *k = &schema_keys[i];
        if (k->section == s->id && k->type->agree != NULL)
            k->type->agree(a, draft_in_effect(s, k));
    }
}

/* The lists of a listener are told of before its addresses (check_listens). */
static void check_other_lists(struct agreement *a, const struct draft *d)
{
    for (const struct draft_section *s = d->first; s != NULL; s = s->next)
        if (!s->dropped && s->id != SECTION_listen)
            check_lists(a, s);
}

/* An address, and where it stands. */
struct spot {
    const struct draft_section *section;
    struct sv text;
    struct place place;
    bool is_default; /* of a section that has no other */
};

struct spots {
    struct spot v[DRAFT_VALUES_MAX + 1];
    size_t n;
};

static void add_spot(struct spots *all, struct spot one)
{
    if (all->n <= DRAFT_VALUES_MAX)
        all->v[all->n++] = one;
}

/* The addresses of a key, in all sections of its kind. Those that are none have been reported, and are passed over. */
static void add_spots(struct spots *all, const struct draft *d, const struct schema_key *k)
{
    struct sv fallback = sv_cstr(k->default_text);
    const struct draft_section *s = NULL;

    while ((s = draft_next(d, k->section, s)) != NULL) {
        if (s->slots[schema_key_id(k)].n == 0 && fallback.len > 0)
            add_spot(all, (struct spot){s, fallback, s->name.place, true});
        for (const struct setting *one = draft_in_effect(s, k); one != NULL; one = one->next)
            if (!one->faulty)
                add_spot(all, (struct spot){s, one->value.text, one->value.place, false});
    }
}

/* The sockets of workers that each accept share their ports; [status] has one worker. */
static bool may_overlap(const struct config *c, const struct spot *a, const struct spot *b)
{
    return c->server.accept == ACCEPT_REUSEPORT && a->section->id == SECTION_listen && b->section->id == SECTION_listen;
}

static void report_spot(struct diagnose *report, const struct spot *one, const struct spot *other,
                        enum address_relation relation)
{
    if (relation == ADDRESS_OVERLAP)
        diagnose_error(
            report, one->place,
            "of two addresses one is among those of the other: [::] is every address, 0.0.0.0 every IPv4 one");
    else if (one->is_default)
        diagnose_error(report, one->place, "no address is set, and the default, %.*s, is listened on already",
                       SV_ARG(one->text));
    else
        diagnose_error(report, one->place, "this address is listened on already%s",
                       other->place.source == NULL ? ": it is the default of [listen NAME]" : "");
    if (other->section->id == one->section->id)
        diagnose_note(report, other->place, "here");
    else
        diagnose_note(report, other->place, "here, by [%s %.*s]", schema_sections[other->section->id].kind,
                      SV_ARG(diagnose_cut(other->section->name.text)));
}

static void check_addresses(const struct config *c, const struct draft *d)
{
    struct spots all = {.n = 0};

    add_spots(&all, d, &schema_keys[KEY_listen_address]);
    add_spots(&all, d, &schema_keys[KEY_status_address]);
    for (const struct spot *one = all.v; one < all.v + all.n; one++) {
        enum address_relation relation = ADDRESS_APART;
        for (const struct spot *other = all.v; relation == ADDRESS_APART && other < one; other++) {
            relation = address_compare(other->text, one->text);
            if (relation == ADDRESS_OVERLAP && may_overlap(c, other, one))
                relation = ADDRESS_APART;
            if (relation != ADDRESS_APART)
                report_spot(d->report, one, other, relation);
        }
    }
    if (all.n > DRAFT_VALUES_MAX)
        diagnose_error(d->report, (struct place){0}, "more than %d addresses", DRAFT_VALUES_MAX);
}

static void check_listens(struct agreement *a, const struct config *c, const struct draft *d)
{
    const struct draft_section *s = NULL;

    while ((s = draft_next(d, SECTION_listen, s)) != NULL) {
        const struct slot *address = &s->slots[KEY_listen_address];
        if (draft_is_cleared(s, &schema_keys[KEY_listen_address]) && !address->faulty)
            diagnose_error(d->report, address->last->key, "no address is left in [listen %.*s]",
                           SV_ARG(diagnose_cut(s->name.text)));
        check_lists(a, s);
    }
    check_addresses(c, d);
}

void agree_check(struct config *c, const struct draft *d)
{
    struct agreement a = {d->report, PATTERN_WORK_MAX};

    check_server(c, d);
    check_limits(c, d);
    check_listens(&a, c, d);
    check_repetitions(d);
    check_other_lists(&a, d);
    check_sites(c, d);
}
