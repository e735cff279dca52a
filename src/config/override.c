/* SPDX-License-Identifier: MIT */
/* What an -o and a variable of the environment have in common: both name a section and a key in one word, and may stand
 * where a path is relative to the current directory. How that word is taken apart is for each of them. */

#include "config/override.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/lookup.h"

struct ini_part override_part(const struct source *s, size_t at, size_t len)
{
    return (struct ini_part){sv_of(s->text + at, len), {s, s->first_line, 0, at, len}, INI_PLAIN};
}

/* Append the path without empty and "." segments. A ".." stays: what it leads to depends on symbolic links. */
static int add_segments(struct buf *to, struct sv path)
{
    int err = 0;

    while (err == 0 && path.len > 0) {
        size_t len = sv_find(path, '/');
        struct sv segment = sv_of(path.p, len);
        if (len > 0 && !sv_eq(segment, SV(".")))
            err = buf_addf(to, "/%.*s", SV_ARG(segment));
        path = sv_skip(path, len < path.len ? len + 1 : len);
    }
    return err;
}

static int add_absolute(struct buf *to, struct sv path)
{
    int err = 0;

    if (!sv_starts(path, SV("/"))) {
        char *cwd = getcwd(NULL, 0);
        if (cwd == NULL)
            return -errno;
        err = add_segments(to, sv_cstr(cwd));
        free(cwd);
    }
    if (err == 0)
        err = add_segments(to, path);
    return err == 0 && to->len == 0 ? buf_add(to, SV("/")) : err;
}

int override_absolute(struct draft *d, struct sources *sources, struct ini_part *path)
{
    struct buf absolute = {0};
    struct source *kept;
    int err = add_absolute(&absolute, path->text);

    if (err == 0)
        err = sources_argument(sources, buf_sv(&absolute), 1, &kept);
    buf_fini(&absolute);
    if (err == 0 && !sv_eq(path->text, sv_of(kept->text, kept->len)))
        path->form = INI_MADE;
    if (err == 0)
        path->text = sv_of(kept->text, kept->len);
    if (err == 0 || err == -ENOMEM)
        return err;
    diagnose_error(d->report, path->place, "the current directory: %s", strerror(-err));
    return 0;
}

int override_open(struct draft *d, enum section_id id, struct place at, struct draft_section **out)
{
    struct ini_part name = {sv_cstr(schema_sections[id].default_name), at, INI_MADE};

    *out = draft_next(d, id, NULL);
    return *out != NULL ? 0 : draft_open(d, id, name, out);
}

/* As it was written, whatever was made of it. */
static struct sv written(struct place at)
{
    return sv_of(at.source->text + at.line_at + at.col, at.len);
}

static void report_several(struct draft *d, const struct override *o, const struct draft_section *first)
{
    const char *kind = schema_sections[first->id].kind;
    struct sv name = diagnose_cut(first->name.text);
    struct sv key = written(o->key.place);

    if (o->kind.place.source->tier == SOURCE_ENVIRONMENT)
        diagnose_error(d->report, o->kind.place, "there are several [%s NAME]; say which: BATON__%.*s__NAME__%.*s",
                       kind, SV_ARG(written(o->kind.place)), SV_ARG(key));
    else
        diagnose_error(d->report, o->kind.place, "there are several [%s NAME]; say which: %s.%.*s.%.*s=...", kind, kind,
                       SV_ARG(name), SV_ARG(key));
}

/* The section that is meant, made where there is none; NULL after an error. */
static int find_section(struct draft *d, const struct override *o, enum section_id id, struct draft_section **out)
{
    struct draft_section *only = draft_next(d, id, NULL);

    *out = NULL;
    if (o->name.text.len > 0 && schema_sections[id].default_name[0] != '\0' && !ini_is_name(o->name.text)) {
        diagnose_error(d->report, o->name.place, "%s", ini_name_fault);
        return 0;
    }
    if (o->name.text.len > 0)
        return draft_open(d, id, o->name, out);
    if (only != NULL && draft_next(d, id, only) != NULL) {
        report_several(d, o, only);
        return 0;
    }
    return override_open(d, id, o->kind.place, out);
}

static int set_one(struct draft *d, struct sources *sources, struct draft_section *s, const struct schema_key *k,
                   struct place key, struct ini_part value)
{
    int err = 0;

    /* What begins like this is no relative path, but what a shell was meant to undo. */
    bool odd = value.text.len == 0 || strchr("$~\"'", value.text.p[0]) != NULL;
    if (k->type->shape == SHAPE_PATH && !odd)
        err = override_absolute(d, sources, &value);
    return err == 0 ? draft_set(d, s, k, key, value) : err;
}

/* A value of several lines, as those who write YAML can give a variable, is a list; lines without a value are none. */
static int set_lines(struct draft *d, struct sources *sources, struct draft_section *s, const struct schema_key *k,
                     const struct override *o)
{
    struct sv rest = o->value.text;
    size_t n = 0;
    int err = 0;

    while (err == 0 && rest.len > 0) {
        size_t end = sv_find(rest, '\n');
        struct sv line = sv_trim(sv_of(rest.p, end));
        struct place at = place_part(o->value.place, (size_t)(line.p - o->value.text.p), line.len);
        if (line.len > 0) {
            err = set_one(d, sources, s, k, o->key.place, (struct ini_part){line, at, INI_PLAIN});
            n++;
        }
        rest = sv_skip(rest, end < rest.len ? end + 1 : end);
    }
    return err == 0 && n == 0
               ? draft_set(d, s, k, o->key.place,
                           (struct ini_part){sv_of(o->value.text.p, 0), place_part(o->value.place, 0, 0), INI_PLAIN})
               : err;
}

/* The key that is meant, and the kind of its section; NULL after an error. */
static const struct schema_key *find_key(struct draft *d, const struct override *o)
{
    const struct schema_section *kind = lookup_section(d->report, o->kind);
    bool named = kind != NULL && kind->default_name[0] != '\0';
    const struct schema_key *k = NULL;

    if (kind != NULL && (named || o->name.text.len == 0 || lookup_check_name(d->report, kind, o->kind, o->name)))
        k = lookup_key(d->report, schema_section_id(kind), o->name.text, o->key);
    if (k == NULL)
        d->lost_section = true;
    return k;
}

int override_set(struct draft *d, struct sources *sources, const struct override *o)
{
    const struct schema_key *k = find_key(d, o);
    struct draft_section *s = NULL;

    if (k == NULL)
        return 0;
    if (k->type->is_followed) {
        diagnose_error(d->report, o->key.place, "'%s' belongs in a file", k->name);
        return 0;
    }
    int err = find_section(d, o, k->section, &s);
    if (err < 0 || s == NULL)
        return err;
    return k->type->is_list ? set_lines(d, sources, s, k, o) : set_one(d, sources, s, k, o->key.place, o->value);
}
