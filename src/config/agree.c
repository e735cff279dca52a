/* SPDX-License-Identifier: MIT */
/* What no single value can be blamed for: two keys that do not go together, or a list in which one line makes another
 * pointless. It comes last, when all that is wrong by itself has been reported. */

#include "config/agree.h"

#include "base/cidr.h"
#include "config/address.h"
#include "config/mime_rule.h"
#include "http/pattern.h"

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

struct known_word {
    struct sv text;
    struct place place;
};

/* Returns false where there is no room for more. */
static bool check_word(const struct draft *d, const struct schema_key *k, struct known_word *known, size_t *n,
                       struct known_word one)
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
static void check_words(const struct draft *d, const struct draft_section *s, const struct schema_key *k)
{
    struct known_word known[DRAFT_VALUES_MAX];
    size_t n = 0;
    bool room = true;

    for (const struct setting *one = draft_in_effect(s, k); room && one != NULL; one = one->next) {
        struct sv rest = one->value.text;
        struct sv word = rest;
        if (!one->faulty && !schema_has_words(k))
            room = check_word(d, k, known, &n, (struct known_word){rest, one->value.place});
        while (room && !one->faulty && schema_has_words(k) && schema_next_word(&rest, &word)) {
            struct place at = ini_place(&one->value, (size_t)(word.p - one->value.text.p), word.len);
            room = check_word(d, k, known, &n, (struct known_word){word, at});
        }
    }
}

static void check_all_words(const struct draft *d)
{
    for (const struct draft_section *s = d->first; s != NULL; s = s->next)
        for (size_t i = 0; i < KEYS; i++) {
            const struct schema_key *k = &schema_keys[i];
            if (!s->dropped && k->section == s->id && (k->type == NAMES || k->type == WORDS || k->type == DIRS))
                check_words(d, s, k);
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

/* Bytes of patterns that are compared with one another, for all rules together: a fraction of a second. What is left
 * then goes without the warning; thousands of long rules are not to hold a reload up. */
enum { PATTERN_WORK_MAX = 50 * 1000 * 1000 };

/* A rule is never used where one before it has its pattern, or one that matches all that its own does: to '*', the '*'
 * of another is a byte like any. The first is a slip; the second does no harm. */
static void check_cache_rule(const struct draft *d, const struct setting *first, const struct setting *one,
                             size_t *work)
{
    struct sv later = pattern_of(one);
    struct place at = ini_place(&one->value, 0, later.len);
    const struct setting *wider = NULL;

    if (later.len == 0)
        return;
    for (const struct setting *other = first; other != one; other = other->next) {
        struct sv earlier = pattern_of(other);
        if (sv_eq(earlier, later)) {
            diagnose_error(d->report, at, "there is a rule for this pattern already, and the first decides");
            diagnose_note(d->report, ini_place(&other->value, 0, later.len), "here");
            return;
        }
        if (wider != NULL || earlier.len == 0 || *work < earlier.len + later.len)
            continue;
        *work -= earlier.len + later.len;
        if (pattern_matches(earlier, later))
            wider = other;
    }
    if (wider == NULL)
        return;
    diagnose_warning(d->report, at,
                     "never used: a rule before it matches every path that this one does; put this one first");
    diagnose_note(d->report, ini_place(&wider->value, 0, pattern_of(wider).len), "here");
}

/* Of two types for the same files the later counts: in another file that is meant, in the same one it is a slip. */
static void check_mime_again(const struct draft *d, const struct setting *first, const struct setting *one)
{
    struct sv name = pattern_of(one);

    for (const struct setting *other = first; other != one && name.len > 0; other = other->next) {
        if (other->faulty || other->key.source != one->key.source ||
            !mime_rule_same_files(other->value.text, one->value.text))
            continue;
        diagnose_error(d->report, ini_place(&one->value, 0, name.len), "there is a type for '%.*s' already",
                       SV_ARG(diagnose_cut(name)));
        diagnose_note(d->report, ini_place(&other->value, 0, name.len), "here");
        return;
    }
}

/* A name is taken as it is; whoever forgot the dot of an extension is told. */
static void check_mime_rules(const struct draft *d, const struct draft_section *s)
{
    const struct setting *first = draft_in_effect(s, &schema_keys[KEY_site_mime]);
    struct mime_rule rule;
    struct fault unused;

    for (const struct setting *one = first; one != NULL; one = one->next) {
        check_mime_again(d, first, one);
        if (!one->faulty && mime_rule_read(one->value.text, &rule, &unused) && mime_rule_lacks_dot(&rule))
            diagnose_warning(d->report, ini_place(&one->value, 0, rule.name.len),
                             "this is a file with the name '%.*s'; the extension is '.%.*s'",
                             SV_ARG(diagnose_cut(rule.name)), SV_ARG(diagnose_cut(rule.name)));
    }
}

static void check_site_lists(const struct draft *d)
{
    const struct schema_key *k = &schema_keys[KEY_site_cache];
    const struct draft_section *s = draft_next(d, SECTION_site, NULL);
    size_t work = PATTERN_WORK_MAX;

    for (; s != NULL; s = draft_next(d, SECTION_site, s)) {
        const struct setting *first = draft_in_effect(s, k);
        for (const struct setting *one = first; one != NULL; one = one->next)
            check_cache_rule(d, first, one, &work);
        check_mime_rules(d, s);
    }
}

/* The kinds of sections that have addresses, in the order of the schema. */
static const struct {
    enum section_id id;
    enum key_id key;
} listening[] = {{SECTION_listen, KEY_listen_address}, {SECTION_status, KEY_status_address}};

enum { LISTENING = sizeof listening / sizeof *listening };

/* An address, and where it stands; the walk over all of them begins with all zero. */
struct spot {
    size_t kind; /* of `listening` */
    const struct draft_section *section;
    const struct setting *one; /* NULL for the default of a section that has no other */
    struct sv text;
    struct place place;
};

static bool next_section(const struct draft *d, struct spot *at)
{
    at->section = draft_next(d, listening[at->kind].id, at->section);
    while (at->section == NULL && ++at->kind < LISTENING)
        at->section = draft_next(d, listening[at->kind].id, NULL);
    return at->section != NULL;
}

/* Addresses that are none have been reported, and are passed over. */
static bool next_spot(const struct draft *d, struct spot *at)
{
    if (at->one != NULL)
        at->one = at->one->next;
    for (;;) {
        while (at->one != NULL && at->one->faulty)
            at->one = at->one->next;
        if (at->one != NULL) {
            at->text = at->one->value.text;
            at->place = at->one->value.place;
            return true;
        }
        if (at->kind == LISTENING || !next_section(d, at))
            return false;
        const struct slot *slot = &at->section->slots[listening[at->kind].key];
        at->one = slot->first;
        at->text = sv_cstr(schema_keys[listening[at->kind].key].default_text);
        at->place = at->section->name.place;
        if (slot->n == 0 && at->text.len > 0)
            return true;
    }
}

/* The sockets of workers that each accept share their ports; [status] has one worker. */
static bool may_overlap(const struct config *c, const struct spot *a, const struct spot *b)
{
    return c->server.accept == ACCEPT_REUSEPORT && listening[a->kind].id == SECTION_listen &&
           listening[b->kind].id == SECTION_listen;
}

static void check_address(const struct config *c, const struct draft *d, const struct spot *at)
{
    struct spot other = {0};
    enum address_relation relation = ADDRESS_APART;

    while (relation == ADDRESS_APART && next_spot(d, &other) &&
           (other.section != at->section || other.one != at->one)) {
        relation = address_compare(other.text, at->text);
        if (relation == ADDRESS_OVERLAP && may_overlap(c, &other, at))
            relation = ADDRESS_APART;
    }
    if (relation == ADDRESS_APART)
        return;
    if (relation == ADDRESS_OVERLAP)
        diagnose_error(
            d->report, at->place,
            "of two addresses one is among those of the other: [::] is every address, 0.0.0.0 every IPv4 one");
    else if (at->one == NULL)
        diagnose_error(d->report, at->place, "no address is set, and the default, %.*s, is listened on already",
                       SV_ARG(at->text));
    else
        diagnose_error(d->report, at->place, "this address is listened on already%s",
                       other.place.source == NULL ? ": it is the default of [listen NAME]" : "");
    if (other.kind == at->kind)
        diagnose_note(d->report, other.place, "here");
    else
        diagnose_note(d->report, other.place, "here, by [%s %.*s]", schema_sections[other.section->id].kind,
                      SV_ARG(diagnose_cut(other.section->name.text)));
}

static void check_addresses(const struct config *c, const struct draft *d)
{
    struct spot at = {0};
    size_t n = 0;

    while (n <= DRAFT_VALUES_MAX && next_spot(d, &at)) {
        n++;
        check_address(c, d, &at);
    }
    if (n > DRAFT_VALUES_MAX)
        diagnose_error(d->report, (struct place){0}, "more than %d addresses", DRAFT_VALUES_MAX);
}

struct known_network {
    struct cidr net;
    struct place place;
};

/* Returns false where there is no room for more. */
static bool check_network(const struct draft *d, struct known_network *known, size_t *n, const struct cidr *net,
                          struct place at)
{
    size_t i = 0;

    while (i < *n && !cidr_eq(&known[i].net, net))
        i++;
    if (i < *n) {
        diagnose_error(d->report, at, "this network is there already");
        diagnose_note(d->report, known[i].place, "here");
    } else if (*n == CONFIG_NETWORKS_MAX) {
        diagnose_error(d->report, at, "more than %d networks for one listener", CONFIG_NETWORKS_MAX);
        return false;
    } else {
        known[(*n)++] = (struct known_network){*net, at};
    }
    return true;
}

static void check_networks(const struct draft *d, const struct draft_section *s)
{
    struct known_network known[CONFIG_NETWORKS_MAX];
    size_t n = 0;
    bool room = true;

    for (const struct setting *one = s->slots[KEY_listen_trusted_proxy].first; room && one != NULL; one = one->next) {
        struct sv rest = one->value.text;
        struct sv word;
        struct cidr net;
        while (room && !one->faulty && schema_next_word(&rest, &word))
            if (cidr_parse(word, &net) == CIDR_OK)
                room = check_network(d, known, &n, &net,
                                     ini_place(&one->value, (size_t)(word.p - one->value.text.p), word.len));
    }
}

static void check_listens(const struct config *c, const struct draft *d)
{
    const struct draft_section *s = NULL;

    while ((s = draft_next(d, SECTION_listen, s)) != NULL) {
        const struct slot *address = &s->slots[KEY_listen_address];
        if (draft_is_cleared(s, &schema_keys[KEY_listen_address]) && !address->faulty)
            diagnose_error(d->report, address->last->key, "no address is left in [listen %.*s]",
                           SV_ARG(diagnose_cut(s->name.text)));
        check_networks(d, s);
    }
    check_addresses(c, d);
}

void agree_check(struct config *c, const struct draft *d)
{
    check_server(c, d);
    check_limits(c, d);
    check_listens(c, d);
    check_all_words(d);
    check_site_lists(d);
    check_sites(c, d);
}
