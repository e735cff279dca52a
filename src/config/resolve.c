/* SPDX-License-Identifier: MIT */
/* The last step of reading: what is in effect for each key becomes a member of struct config. */

#include "config/resolve.h"

#include <errno.h>
#include <stdlib.h>

#include "config/store.h"
#include "http/negotiate.h"
#include "http/pattern.h"

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

/* A site is not made up: whoever names none has nothing to serve, and resolve_check says so. */
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

static int set_key(const struct draft_section *s, const struct schema_key *k, void *base)
{
    struct sv fallback = sv_cstr(k->default_text);
    const struct setting *one = draft_in_effect(s, k);
    int err = 0;

    if (one == NULL && fallback.len > 0 && !draft_is_cleared(s, k))
        return store_set(k, base, fallback);
    for (; err == 0 && one != NULL; one = one->next)
        if (!one->faulty)
            err = store_set(k, base, one->value.text);
    return err;
}

int resolve(struct config *c, struct draft *d)
{
    int err = add_missing(d);

    if (err == 0)
        err = make_room(c, d);
    for (unsigned int id = 0; err == 0 && id < SECTIONS; id++) {
        size_t i = 0;
        const struct draft_section *s = draft_next(d, (enum section_id)id, NULL);
        for (; err == 0 && s != NULL; s = draft_next(d, (enum section_id)id, s), i++) {
            err = set_name(c, s, i);
            for (size_t k = 0; err == 0 && k < KEYS; k++)
                if (schema_keys[k].section == s->id)
                    err = set_key(s, &schema_keys[k], resolve_base(c, s->id, i));
        }
    }
    return err;
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

/* Each word once: where the same suffix stood twice, which of its places would count? */
static void check_precompressed(const struct draft *d, const struct draft_section *s)
{
    const struct schema_key *k = &schema_keys[KEY_site_precompressed];
    struct place first[CODING_COUNT] = {{0}};

    for (const struct setting *one = draft_in_effect(s, k); one != NULL; one = one->next) {
        struct sv rest = one->value.text;
        struct sv word;
        while (!one->faulty && schema_next_word(&rest, &word)) {
            struct place at = place_part(one->value.place, (size_t)(word.p - one->value.text.p), word.len);
            struct place *place = &first[schema_word_index(k, word)];
            if (place->source != NULL) {
                diagnose_error(d->report, at, "'%.*s' is there already", SV_ARG(word));
                diagnose_note(d->report, *place, "here");
            } else {
                *place = at;
            }
        }
    }
}

/* The pattern of a rule; empty where the rule is wrong. */
static struct sv pattern_of(const struct setting *one)
{
    struct sv rest = one->value.text;
    struct sv pattern = {"", 0};

    if (!one->faulty)
        (void)schema_next_word(&rest, &pattern);
    return pattern;
}

/* A rule is never used where one before it has its pattern, or one that matches all that its own does: to '*', the '*'
 * of another is a byte like any. The first is a slip; the second does no harm. */
static void check_cache_rule(const struct draft *d, const struct setting *first, const struct setting *one)
{
    struct sv later = pattern_of(one);
    struct place at = place_part(one->value.place, 0, later.len);
    const struct setting *wider = NULL;

    if (later.len == 0)
        return;
    for (const struct setting *other = first; other != one; other = other->next) {
        struct sv earlier = pattern_of(other);
        if (sv_eq(earlier, later)) {
            diagnose_error(d->report, at, "there is a rule for this pattern already, and the first decides");
            diagnose_note(d->report, place_part(other->value.place, 0, later.len), "here");
            return;
        }
        if (wider == NULL && earlier.len > 0 && pattern_matches(earlier, later))
            wider = other;
    }
    if (wider == NULL)
        return;
    diagnose_warning(d->report, at,
                     "never used: a rule before it matches every path that this one does; put this one first");
    diagnose_note(d->report, place_part(wider->value.place, 0, pattern_of(wider).len), "here");
}

static void check_site_lists(const struct draft *d)
{
    const struct schema_key *k = &schema_keys[KEY_site_cache];
    const struct draft_section *s = draft_next(d, SECTION_site, NULL);

    for (; s != NULL; s = draft_next(d, SECTION_site, s)) {
        const struct setting *first = draft_in_effect(s, k);
        check_precompressed(d, s);
        for (const struct setting *one = first; one != NULL; one = one->next)
            check_cache_rule(d, first, one);
    }
}

/* Is the address of an earlier line the same? Port 0 is another one each time. */
static const struct setting *find_same(const struct draft *d, const struct setting *one)
{
    const struct schema_key *k = &schema_keys[KEY_listen_address];
    const struct draft_section *s = draft_next(d, SECTION_listen, NULL);

    if (sv_ends(one->value.text, SV(":0")))
        return NULL;
    for (; s != NULL; s = draft_next(d, SECTION_listen, s))
        for (const struct setting *other = draft_in_effect(s, k); other != NULL; other = other->next) {
            if (other == one)
                return NULL;
            if (sv_eq(other->value.text, one->value.text))
                return other;
        }
    return NULL;
}

static void check_listens(const struct draft *d)
{
    const struct schema_key *k = &schema_keys[KEY_listen_address];
    const struct draft_section *s = draft_next(d, SECTION_listen, NULL);
    size_t n = 0;

    for (; s != NULL; s = draft_next(d, SECTION_listen, s)) {
        if (draft_is_cleared(s, k) && !s->slots[KEY_listen_address].faulty)
            diagnose_error(d->report, s->slots[KEY_listen_address].last->key, "no address is left in [listen %.*s]",
                           SV_ARG(diagnose_cut(s->name.text)));
        for (const struct setting *one = draft_in_effect(s, k); one != NULL && n <= DRAFT_VALUES_MAX;
             one = one->next, n++) {
            const struct setting *same = find_same(d, one);
            if (same != NULL) {
                diagnose_error(d->report, one->value.place, "this address is listened on already");
                diagnose_note(d->report, same->value.place, "here");
            }
        }
    }
    if (n > DRAFT_VALUES_MAX)
        diagnose_error(d->report, (struct place){0}, "more than %d addresses", DRAFT_VALUES_MAX);
}

void resolve_check(struct config *c, const struct draft *d)
{
    check_limits(c, d);
    check_listens(d);
    check_site_lists(d);
    check_sites(c, d);
}
