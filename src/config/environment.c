/* SPDX-License-Identifier: MIT */
/* The environment's part of the configuration: how containers are told. Names of variables hold letters, digits and '_',
 * in most shells and in all of systemd, so that the names of sections have to be guessed from what is left of them. Where
 * two could be meant, none is taken. */

#include "config/environment.h"

#include <errno.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "config/override.h"
#include "text/nearest.h"

static const struct sv prefix = {"BATON__", 7};
static const struct sv nearly = {"BATON_", 6};
static const struct sv mark = {"__", 2};

static int compare_variables(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Ours, and those that were perhaps meant to be; sorted. *out is the caller's to free. */
static int select_ours(const char *const *variables, const char ***out, size_t *n)
{
    size_t all = 0;

    while (variables != NULL && variables[all] != NULL)
        all++;
    *n = 0;
    *out = malloc((all + 1) * sizeof **out);
    if (*out == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < all; i++)
        if (strncmp(variables[i], nearly.p, nearly.len) == 0)
            (*out)[(*n)++] = variables[i];
    qsort(*out, *n, sizeof **out, compare_variables);
    return 0;
}

static bool is_alphanumeric(char c)
{
    return decimal_is_digit(c) || (sv_lower(c) >= 'a' && sv_lower(c) <= 'z');
}

/* Is this how a variable writes the name? */
static bool writes(struct sv variable, struct sv name)
{
    if (variable.len != name.len)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (variable.p[i] != (is_alphanumeric(name.p[i]) ? sv_lower(name.p[i]) : '_'))
            return false;
    return true;
}

/* No section has the name, and none is made of one with a '_': which byte was meant? */
static void report_unknown_name(struct draft *d, enum section_id id, const struct ini_part *name)
{
    const char *kind = schema_sections[id].kind;
    struct sv word = diagnose_cut(name->text);
    struct nearest near;

    nearest_init(&near, name->text);
    for (const struct draft_section *s = draft_next(d, id, NULL); s != NULL; s = draft_next(d, id, s))
        nearest_try(&near, s->name.text);
    if (near.best.len > 0)
        diagnose_error(d->report, name->place, "no file has a [%s NAME] that '%.*s' could be; did you mean [%s %.*s]?",
                       kind, SV_ARG(word), kind, SV_ARG(near.best));
    else
        diagnose_error(d->report, name->place,
                       "no file has a [%s NAME] that '%.*s' could be, and a new one takes letters and digits", kind,
                       SV_ARG(word));
}

/* Put the section's own name into the override; false after an error. */
static bool find_name(struct draft *d, enum section_id id, const struct source *raw, struct override *o)
{
    struct sv exact = sv_of(raw->text + o->name.place.col, o->name.place.len);
    struct sv found = {"", 0};

    /* Some ways to set a variable can write any name. */
    if (draft_find(d, id, exact) != NULL) {
        o->name.text = exact;
        return true;
    }
    for (const struct draft_section *s = draft_next(d, id, NULL); s != NULL; s = draft_next(d, id, s)) {
        if (!writes(o->name.text, s->name.text))
            continue;
        if (found.len > 0) {
            const char *kind = schema_sections[id].kind;
            diagnose_error(d->report, o->name.place, "this could be [%s %.*s] or [%s %.*s]", kind,
                           SV_ARG(diagnose_cut(found)), kind, SV_ARG(diagnose_cut(s->name.text)));
            return false;
        }
        found = s->name.text;
    }
    if (found.len == 0 && sv_find(o->name.text, '_') < o->name.text.len) {
        report_unknown_name(d, id, &o->name);
        return false;
    }
    if (found.len > 0)
        o->name.text = found;
    return true;
}

/* SERVER_WORKERS, for one. */
static const struct schema_key *guess_key(struct sv words)
{
    for (size_t i = 0; i < KEYS; i++) {
        const char *kind = schema_sections[schema_keys[i].section].kind;
        size_t len = strlen(kind);
        if (words.len > len && words.p[len] == '_' && sv_eq(sv_of(words.p, len), sv_cstr(kind)) &&
            sv_eq(sv_skip(words, len + 1), sv_cstr(schema_keys[i].name)))
            return &schema_keys[i];
    }
    return NULL;
}

static void report_form(struct diagnose *report, struct ini_part words)
{
    const struct schema_key *k = guess_key(words.text);

    if (k == NULL)
        diagnose_error(report, words.place, "a variable is BATON__SECTION__KEY, such as BATON__SERVER__WORKERS");
    else
        diagnose_error(report, words.place, "a variable is BATON__SECTION__KEY; did you mean '__' before '%s'?",
                       k->name);
}

/* One that begins like ours is somebody else's, or a slip. `text` is the variable's name in small letters; its value
 * may be a secret of whose it is, and is not shown. */
static void warn_of_nearly(struct diagnose *report, const struct source *raw, struct sv text)
{
    const struct schema_key *k = guess_key(sv_skip(text, nearly.len));
    struct buf meant = {0};

    if (k != NULL && buf_addf(&meant, "BATON__%s__%s", schema_sections[k->section].kind, k->name) < 0)
        report->oom = true;
    for (size_t i = 0; i < meant.len; i++)
        if (meant.p[i] >= 'a' && meant.p[i] <= 'z')
            meant.p[i] = (char)(meant.p[i] - 'a' + 'A');
    if (meant.len > 0)
        diagnose_warning(report, place_whole(raw), "this variable sets nothing; did you mean '%.*s'?",
                         SV_ARG(buf_sv(&meant)));
    else
        diagnose_warning(report, place_whole(raw), "this variable sets nothing: one that does is BATON__SECTION__KEY");
    buf_fini(&meant);
}

/* Up to the first mark is the kind, from behind the last one the key. `text` is the source's, in small letters up to the
 * '='. */
static bool split_variable(struct diagnose *report, const struct source *raw, struct sv text, struct override *o)
{
    size_t eq = sv_find(text, '=');
    size_t first = prefix.len;
    size_t last = eq;

    while (first < eq && !sv_starts(sv_skip(text, first), mark))
        first++;
    if (first == eq) {
        struct ini_part words = override_part(raw, prefix.len, eq - prefix.len);
        words.text.p = text.p + prefix.len;
        report_form(report, words);
        return false;
    }
    while (last > first && !sv_starts(sv_skip(text, last), mark))
        last--;
    struct sv value = sv_trim(sv_skip(text, eq < text.len ? eq + 1 : eq));
    size_t name_at = last > first ? first + mark.len : first;
    *o = (struct override){
        .kind = override_part(raw, prefix.len, first - prefix.len),
        .name = override_part(raw, name_at, last > name_at ? last - name_at : 0),
        .key = override_part(raw, last + mark.len, eq - last - mark.len),
        .value = override_part(raw, (size_t)(value.p - text.p), value.len),
    };
    o->kind.text.p = text.p + o->kind.place.col;
    o->name.text.p = text.p + o->name.place.col;
    o->key.text.p = text.p + o->key.place.col;
    return true;
}

static int apply_variable(struct draft *d, struct sources *sources, struct sv variable)
{
    size_t eq = sv_find(variable, '=');
    struct source *raw;
    struct source *lower;
    struct override o;
    int err = sources_variable(sources, variable, &raw);

    if (err == 0)
        err = sources_argument(sources, variable, 1, &lower);
    if (err != 0)
        return err;
    for (size_t i = 0; i < eq; i++)
        lower->text[i] = sv_lower(lower->text[i]);
    if (!sv_starts(variable, prefix)) {
        warn_of_nearly(d->report, raw, sv_of(lower->text, eq));
        return 0;
    }
    if (!split_variable(d->report, raw, sv_of(lower->text, lower->len), &o)) {
        d->lost_section = true;
        return 0;
    }
    const struct schema_section *kind = schema_find_section(o.kind.text);
    if (kind != NULL && kind->default_name[0] != '\0' && o.name.text.len > 0 &&
        !find_name(d, schema_section_id(kind), raw, &o))
        return 0;
    return override_set(d, sources, &o);
}

int environment_apply(struct draft *d, struct sources *sources, const char *const *variables)
{
    const char **ours;
    size_t n;
    int err = select_ours(variables, &ours, &n);

    for (size_t i = 0; err == 0 && i < n; i++)
        err = apply_variable(d, sources, sv_cstr(ours[i]));
    free(ours);
    return err;
}
