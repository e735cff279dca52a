/* SPDX-License-Identifier: MIT */
/* From tokens to settings, file by file. It knows sections and includes; what a key's value may be is the draft's to
 * check, and how a file is taken apart is the tokenizer's. */

#include "config/file.h"

#include <errno.h>
#include <stdlib.h>

#include "config/lookup.h"
#include "config/value.h"
#include "text/matches.h"

struct loader {
    struct draft *draft;
    struct sources *sources;
    struct matches matches;
    bool may_wait; /* for the first file */
    bool full;     /* no more files are read, and the report has that */
};

static int load_file(struct loader *l, const char *path, struct place from);

/* The section that a header opens; NULL, and a report, where it opens none. Its keys are passed over then: they would
 * be errors only because of it. */
static int open_section(struct draft *d, const struct ini_token *t, struct draft_section **out)
{
    const struct schema_section *s = t->name.text.len > 0 ? lookup_section(d->report, t->name) : NULL;

    *out = NULL;
    if (s == NULL || !lookup_check_name(d->report, s, t->name, t->value)) {
        d->lost_section = true;
        return 0;
    }
    return draft_open(d, schema_section_id(s), t->value, out);
}

/* Where a '#' may well be meant to be a part of a path, it is not for us to say that it starts a comment; nor that a
 * further word is a part of a path. */
static int take_key(struct draft *d, struct draft_section *s, const struct ini_token *t)
{
    const struct schema_key *k = lookup_key(d->report, s->id, s->name.text, t->name);
    struct ini_part value = t->value;
    struct fault f;

    if (k == NULL)
        return 0;
    if (t->comment.source != NULL && value_may_hold_marks(k, value.text)) {
        diagnose_error(
            d->report, t->comment,
            "is this a comment, or a part of the value? quote the value, or move the comment to a line of its own");
        value.form = INI_WRONG;
    } else if (value.form == INI_PLAIN && !value_check_plain(k, value.text, &f)) {
        diagnose_error(d->report, ini_place(&value, f.at, f.len), "%s", f.why);
        value.form = INI_WRONG;
    }
    return draft_set(d, s, k, t->name.place, value);
}

static void report_fault(struct diagnose *report, const struct ini_token *t)
{
    if (t->meant.len > 0)
        diagnose_error(report, t->fault_place, "%s: [%.*s %.*s]", t->fault, SV_ARG(diagnose_cut(t->name.text)),
                       SV_ARG(diagnose_cut(t->meant)));
    else
        diagnose_error(report, t->fault_place, "%s", t->fault);
}

int file_take(struct draft *d, const struct source *source)
{
    struct ini ini;
    struct ini_token t;
    struct draft_section *section = NULL;
    bool any_section = false;
    int err = 0;

    ini_init(&ini, source);
    while (err == 0 && ini_next(&ini, &t)) {
        if (t.fault != NULL)
            report_fault(d->report, &t);
        if (t.kind == INI_SECTION) {
            err = open_section(d, &t, &section);
            any_section = true;
        } else if (t.kind == INI_KEY && section != NULL) {
            err = take_key(d, section, &t);
        } else if (t.kind == INI_KEY && !any_section) {
            lookup_homeless_key(d->report, t.name);
        }
    }
    return err;
}

/* What names in this file are relative to. */
static struct sv folder_of(const struct source *source)
{
    const char *slash = strrchr(source->name, '/');

    return sv_of(source->name, slash != NULL ? (size_t)(slash - source->name) + 1 : 0);
}

static void report_no_list(const struct loader *l, const struct ini_part *include, int err)
{
    struct diagnose *report = l->draft->report;
    struct sv pattern = diagnose_cut(include->text);
    const char *dir = l->matches.failed != NULL ? l->matches.failed : "a directory";

    if (err == -E2BIG)
        diagnose_error(report, include->place,
                       "cannot include '%.*s': more than %d names to look at, the last of them in '%s'",
                       SV_ARG(pattern), MATCHES_NAMES_MAX, dir);
    else if (err == -EOVERFLOW)
        diagnose_error(report, include->place, "cannot include '%.*s': more than %d names match, and %d files are read",
                       SV_ARG(pattern), MATCHES_MAX, FILE_COUNT_MAX);
    else
        diagnose_error(report, include->place, "cannot include '%.*s': '%s' cannot be listed: %s", SV_ARG(pattern), dir,
                       strerror(-err));
}

static bool several_words(struct sv text)
{
    return sv_find(text, ' ') < text.len || sv_find(text, '\t') < text.len || sv_find(text, ',') < text.len;
}

/* The paths are taken out of the loader, where the files that they lead to put others. */
static int load_matches(struct loader *l, const struct ini_part *include)
{
    int err = matches_find(&l->matches, folder_of(include->place.source), include->text);
    struct matches found = l->matches;

    if (err == -ENOMEM)
        return err;
    if (err < 0) {
        report_no_list(l, include, err);
        return 0;
    }
    l->matches = (struct matches){.names = found.names};
    if (found.n == 0 && several_words(include->text))
        diagnose_warning(l->draft->report, include->place, "no file matches; a line holds one pattern");
    for (size_t i = 0; err == 0 && i < found.n; i++)
        err = load_file(l, found.path[i], include->place);
    matches_fini(&found);
    return err;
}

static int load_one(struct loader *l, const struct ini_part *include)
{
    struct sv folder = include->text.p[0] == '/' ? SV("") : folder_of(include->place.source);
    struct buf path = {0};
    int err = buf_addf(&path, "%.*s%.*s", SV_ARG(folder), SV_ARG(include->text));

    if (err == 0)
        err = buf_add(&path, sv_of("", 1));
    if (err == 0)
        err = load_file(l, path.p, include->place);
    buf_fini(&path);
    return err;
}

static int load_include(struct loader *l, const struct ini_part *include)
{
    if (include->place.source->depth == FILE_DEPTH_MAX) {
        diagnose_error(l->draft->report, include->place, "files include one another more than %d deep", FILE_DEPTH_MAX);
        return 0;
    }
    return matches_is_pattern(include->text) ? load_matches(l, include) : load_one(l, include);
}

/* What this file includes. Looked up before any of it is read: an included file may clear the list. */
static int load_includes(struct loader *l, const struct source *source)
{
    const struct setting *includes[DRAFT_VALUES_MAX];
    size_t n = 0;
    struct draft_section *server = draft_next(l->draft, SECTION_server, NULL);
    int err = 0;

    if (server == NULL)
        return 0;
    for (const struct setting *s = draft_in_effect(server, &schema_keys[KEY_server_include]); s != NULL; s = s->next)
        if (s->key.source == source)
            includes[n++] = s;
    for (size_t i = 0; err == 0 && i < n; i++)
        err = load_include(l, &includes[i]->value);
    return err;
}

/* A file is read once: a second time is a circle, or would set everything twice. */
static bool is_new(struct loader *l, const struct source *source)
{
    const struct source *other = NULL;
    bool in_circle = false;

    for (size_t i = 0; i < l->sources->n && other == NULL; i++) {
        const struct source *s = l->sources->v[i];
        if (s != source && s->dev == source->dev && s->ino == source->ino)
            other = s;
    }
    if (other == NULL)
        return true;
    for (const struct source *s = source->from.source; s != NULL; s = s->from.source)
        in_circle = in_circle || s == other;
    if (in_circle)
        diagnose_error(l->draft->report, source->from, "'%s' includes itself", source->name);
    else
        diagnose_error(l->draft->report, source->from, "'%s' was included before", source->name);
    if (!in_circle && other->from.source != NULL)
        diagnose_note(l->draft->report, other->from, "here");
    return false;
}

static int report_unreadable(struct loader *l, const char *path, struct place from, int err)
{
    struct source itself = {.name = strdup(path)};
    struct diagnose *report = l->draft->report;

    if (itself.name == NULL)
        return -ENOMEM;
    l->draft->lost_section = true;
    if (from.source != NULL && err == -EISDIR)
        diagnose_error(report, from, "cannot include '%s': it is a directory; %s/*.ini names the files in it", path,
                       path);
    else if (from.source != NULL)
        diagnose_error(report, from, "cannot include '%s': %s", path, sources_why(err));
    else if (err == -ENOENT)
        diagnose_error(report, place_whole(&itself),
                       "there is no such file; -c FILE names another, and 'batond DIR' serves a directory without one");
    else
        diagnose_error(report, place_whole(&itself), "cannot be read: %s", sources_why(err));
    free(itself.name);
    return 0;
}

static int load_file(struct loader *l, const char *path, struct place from)
{
    struct source *source = NULL;

    if (l->sources->n == FILE_COUNT_MAX) {
        if (!l->full)
            diagnose_error(l->draft->report, from, "more than %d files", FILE_COUNT_MAX);
        l->full = true;
        return 0;
    }
    int err = sources_read(l->sources, path, l->may_wait && from.source == NULL, &source);
    if (err == -ENOMEM)
        return err;
    if (err < 0)
        return report_unreadable(l, path, from, err);
    if (l->draft->file == NULL)
        l->draft->file = source;
    source->from = from;
    source->depth = from.source != NULL ? from.source->depth + 1 : 0;
    if (!is_new(l, source))
        return 0;
    err = file_take(l->draft, source);
    return err == 0 ? load_includes(l, source) : err;
}

int file_load(struct draft *d, struct sources *sources, const char *path, bool may_wait)
{
    struct loader l = {.draft = d, .sources = sources, .may_wait = may_wait};
    int err = load_file(&l, path, (struct place){0});

    matches_fini(&l.matches);
    return err;
}
