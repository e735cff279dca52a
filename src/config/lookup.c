/* SPDX-License-Identifier: MIT */
/* From words to rows of the schema, and the best guess where a word is in none. */

#include "config/lookup.h"

#include "text/nearest.h"

/* What follows the kind when a section of it is talked about. */
static const char *name_of_kind(enum section_id id)
{
    return schema_sections[id].default_name[0] != '\0' ? " NAME" : "";
}

const struct schema_section *lookup_section(struct diagnose *report, struct ini_part kind)
{
    const struct schema_section *s = schema_find_section(kind.text);
    struct sv word = diagnose_cut(kind.text);
    struct nearest near;

    if (s != NULL)
        return s;
    if (diagnose_is_full(report)) {
        diagnose_error(report, kind.place, "unknown section");
        return NULL;
    }
    nearest_init(&near, kind.text);
    for (size_t i = 0; i < SECTIONS; i++)
        nearest_try(&near, sv_cstr(schema_sections[i].kind));
    s = near.best.len > 0 ? schema_find_section(near.best) : NULL;
    if (s != NULL)
        diagnose_error(report, kind.place, "unknown section [%.*s]; did you mean [%s%s]?", SV_ARG(word), s->kind,
                       name_of_kind(schema_section_id(s)));
    else
        diagnose_error(report, kind.place, "unknown section [%.*s]", SV_ARG(word));
    return NULL;
}

bool lookup_check_name(struct diagnose *report, const struct schema_section *section, struct ini_part kind,
                       struct ini_part name)
{
    bool wants_name = section->default_name[0] != '\0';

    if (wants_name && name.text.len == 0)
        diagnose_error(report, kind.place, "[%s] needs a name, such as [%s %s]", section->kind, section->kind,
                       section->default_name);
    else if (!wants_name && name.text.len > 0)
        diagnose_error(report, name.place, "there is one [%s], and it has no name", section->kind);
    return wants_name == (name.text.len > 0);
}

/* The key of that very name, or the nearest one, in any section but this. */
static const struct schema_key *find_elsewhere(enum section_id but, struct sv name, struct nearest *near)
{
    const struct schema_key *best = NULL;

    for (size_t i = 0; i < KEYS; i++) {
        size_t before = near->distance;
        if (schema_keys[i].section == but)
            continue;
        if (schema_same_key(name, sv_cstr(schema_keys[i].name)))
            return &schema_keys[i];
        nearest_try(near, sv_cstr(schema_keys[i].name));
        if (near->distance < before)
            best = &schema_keys[i];
    }
    return best;
}

static void report_unknown_key(struct diagnose *report, enum section_id section, struct sv name, struct ini_part key)
{
    struct sv word = diagnose_cut(key.text);
    struct sv title = diagnose_cut(name);
    struct nearest near;
    struct buf hint = {0};

    nearest_init(&near, key.text);
    for (size_t i = 0; i < KEYS; i++)
        if (schema_keys[i].section == section)
            nearest_try(&near, sv_cstr(schema_keys[i].name));
    struct sv here = near.best;
    const struct schema_key *there = find_elsewhere(section, key.text, &near);
    int err = 0;
    if (there != NULL && schema_same_key(key.text, sv_cstr(there->name)))
        err = buf_addf(&hint, "; it belongs in [%s%s]", schema_sections[there->section].kind,
                       name_of_kind(there->section));
    else if (here.len > 0)
        err = buf_addf(&hint, "; did you mean '%.*s'?", SV_ARG(here));
    else if (there != NULL)
        err = buf_addf(&hint, "; did you mean '%s' of [%s%s]?", there->name, schema_sections[there->section].kind,
                       name_of_kind(there->section));
    if (err < 0)
        report->oom = true;
    diagnose_error(report, key.place, "unknown key '%.*s' in [%s%s%.*s]%.*s", SV_ARG(word),
                   schema_sections[section].kind, name.len > 0 ? " " : "", SV_ARG(title), SV_ARG(hint));
    buf_fini(&hint);
}

const struct schema_key *lookup_key(struct diagnose *report, enum section_id section, struct sv name,
                                    struct ini_part key)
{
    const struct schema_key *k = schema_find_key(section, key.text);

    if (k == NULL && diagnose_is_full(report))
        diagnose_error(report, key.place, "unknown key");
    else if (k == NULL)
        report_unknown_key(report, section, name, key);
    return k;
}

void lookup_homeless_key(struct diagnose *report, struct ini_part key)
{
    struct sv word = diagnose_cut(key.text);
    struct nearest near;

    if (diagnose_is_full(report)) {
        diagnose_error(report, key.place, "before any [section]");
        return;
    }
    nearest_init(&near, key.text);
    const struct schema_key *k = find_elsewhere(SECTIONS, key.text, &near);
    if (k != NULL && schema_same_key(key.text, sv_cstr(k->name)))
        diagnose_error(report, key.place, "'%.*s' stands before any [section]; it belongs in [%s%s]", SV_ARG(word),
                       schema_sections[k->section].kind, name_of_kind(k->section));
    else
        diagnose_error(report, key.place, "'%.*s' stands before any [section]", SV_ARG(word));
}
