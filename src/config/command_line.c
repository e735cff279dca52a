/* SPDX-License-Identifier: MIT */
/* The command line's part of the configuration. Each argument becomes a source of its own, so that an error in one is
 * reported like an error in a file: with its place, and a caret under the wrong part. */

#include "config/command_line.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/lookup.h"

struct target {
    struct draft *draft;
    struct sources *sources;
};

static struct ini_part part_of(const struct source *s, size_t at, size_t len)
{
    return (struct ini_part){sv_of(s->text + at, len), {s, s->first_line, 0, at, len}};
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

/* A relative path of the command line starts where the command was given. */
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

/* Turn a path into an absolute one, whose text a source of its own keeps; its place stays where it was written. */
static int make_absolute(struct target *t, struct ini_part *value)
{
    struct buf path = {0};
    struct source *kept;
    int err = add_absolute(&path, value->text);

    if (err == 0)
        err = sources_argument(t->sources, buf_sv(&path), 1, &kept);
    buf_fini(&path);
    if (err == 0)
        value->text = sv_of(kept->text, kept->len);
    if (err == 0 || err == -ENOMEM)
        return err;
    diagnose_error(t->draft->report, value->place, "the current directory: %s", strerror(-err));
    return 0;
}

/* The first section of a kind, or a new one; `at` is then what it is there for. */
static int open_default(struct target *t, enum section_id id, struct place at, struct draft_section **out)
{
    struct ini_part name = {sv_cstr(schema_sections[id].default_name), at};

    *out = draft_next(t->draft, id, NULL);
    return *out != NULL ? 0 : draft_open(t->draft, id, name, out);
}

static int apply_root(struct target *t, const char *root, bool alone)
{
    struct source *source;
    struct draft_section *site = NULL;
    struct draft_section *log = NULL;
    int err = sources_argument(t->sources, sv_cstr(root), 1, &source);

    if (err < 0)
        return err;
    struct ini_part value = part_of(source, 0, source->len);
    if (value.text.len == 0) {
        diagnose_error(t->draft->report, value.place, "the directory to serve is empty");
        return 0;
    }
    err = make_absolute(t, &value);
    if (err == 0)
        err = open_default(t, SECTION_site, value.place, &site);
    if (err == 0 && site != NULL)
        err = draft_set(t->draft, site, &schema_keys[KEY_site_root], value.place, value);
    if (err < 0 || !alone)
        return err;

    value.text = SV("stdout");
    err = open_default(t, SECTION_log, value.place, &log);
    return err == 0 && log != NULL ? draft_set(t->draft, log, &schema_keys[KEY_log_access], value.place, value) : err;
}

static int apply_listen(struct target *t, const char *const *addresses, size_t n)
{
    struct draft_section *main = NULL;
    int err = 0;

    if (n == 0)
        return 0;
    err = draft_open(t->draft, SECTION_listen, (struct ini_part){.text = SV("main")}, &main);
    if (err < 0 || main == NULL)
        return err;
    for (struct draft_section *s = draft_next(t->draft, SECTION_listen, NULL); s != NULL; s = s->next)
        s->dropped = s->dropped || (s->id == SECTION_listen && s != main);
    for (size_t i = 0; err == 0 && i < n; i++) {
        struct source *source;
        err = sources_argument(t->sources, sv_cstr(addresses[i]), i + 1, &source);
        if (err < 0)
            return err;
        struct ini_part value = part_of(source, 0, source->len);
        if (value.text.len == 0)
            diagnose_error(t->draft->report, value.place,
                           "-l needs an address: IPv4:port, [IPv6]:port, unix:/path or systemd:NAME");
        else
            err = draft_set(t->draft, main, &schema_keys[KEY_listen_address], value.place, value);
    }
    return err;
}

/* What an -o names. */
struct option {
    struct ini_part kind;
    struct ini_part name; /* text of length 0 where it is left out */
    struct ini_part key;
    struct ini_part value;
};

/* SECTION.KEY=VALUE or SECTION.NAME.KEY=VALUE; a name may hold dots. */
static bool split(struct diagnose *report, const struct source *s, struct option *o)
{
    struct sv text = sv_of(s->text, s->len);
    size_t eq = sv_find(text, '=');
    size_t first = sv_find(sv_of(text.p, eq), '.');
    size_t last = eq;

    while (last > 0 && text.p[last - 1] != '.')
        last--;
    if (eq == text.len || first == eq) {
        diagnose_error(report, part_of(s, 0, eq).place, "-o takes SECTION.KEY=VALUE, such as server.workers=2");
        return false;
    }
    struct sv value = sv_trim(sv_skip(text, eq + 1));
    o->kind = part_of(s, 0, first);
    o->name = last > first + 1 ? part_of(s, first + 1, last - 1 - first - 1) : part_of(s, first, 0);
    o->key = part_of(s, last, eq - last);
    o->value = part_of(s, (size_t)(value.p - text.p), value.len);
    return true;
}

/* The section that an -o means, made where there is none; NULL after an error. */
static int find_section(struct target *t, const struct option *o, const struct schema_section *kind,
                        struct draft_section **out)
{
    enum section_id id = schema_section_id(kind);
    struct draft_section *only = draft_next(t->draft, id, NULL);

    *out = NULL;
    if (kind->default_name[0] == '\0' && !lookup_check_name(t->draft->report, kind, o->kind, o->name))
        return 0;
    if (o->name.text.len > 0 && !ini_is_name(o->name.text)) {
        diagnose_error(t->draft->report, o->name.place, "a section's name is one word without brackets");
        return 0;
    }
    if (o->name.text.len > 0)
        return draft_open(t->draft, id, o->name, out);
    if (only != NULL && draft_next(t->draft, id, only) != NULL) {
        struct sv first = diagnose_cut(only->name.text);
        diagnose_error(t->draft->report, o->kind.place, "there are several [%s NAME]; say which: %s.%.*s.%.*s=...",
                       kind->kind, kind->kind, SV_ARG(first), SV_ARG(o->key.text));
        return 0;
    }
    return open_default(t, id, o->kind.place, out);
}

static int apply_option(struct target *t, const char *text, size_t ordinal)
{
    struct diagnose *report = t->draft->report;
    struct source *source;
    struct option o;
    struct draft_section *section = NULL;
    int err = sources_argument(t->sources, sv_cstr(text), ordinal, &source);

    if (err < 0 || !split(report, source, &o))
        return err;
    const struct schema_section *kind = lookup_section(report, o.kind);
    const struct schema_key *k = kind != NULL ? lookup_key(report, schema_section_id(kind), o.name.text, o.key) : NULL;
    if (k == NULL) {
        t->draft->lost_section = true;
        return 0;
    }
    if (k->type == GLOB) {
        diagnose_error(report, o.key.place, "'%s' belongs in a file", k->name);
        return 0;
    }
    err = find_section(t, &o, kind, &section);
    if (err == 0 && section != NULL && k->type == PATH && o.value.text.len > 0)
        err = make_absolute(t, &o.value);
    return err == 0 && section != NULL ? draft_set(t->draft, section, k, o.key.place, o.value) : err;
}

int command_line_apply(struct draft *d, struct sources *sources, const struct config_args *args)
{
    struct target t = {d, sources};
    int err = args->root != NULL ? apply_root(&t, args->root, args->file == NULL) : 0;

    if (err == 0)
        err = apply_listen(&t, args->listen, args->n_listen);
    for (size_t i = 0; err == 0 && i < args->n_set; i++)
        err = apply_option(&t, args->set[i], i + 1);
    return err;
}
