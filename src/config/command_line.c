/* SPDX-License-Identifier: MIT */
/* The command line's part of the configuration. Each argument becomes a source of its own, so that an error in one is
 * reported like an error in a file: with its place, and a caret under the wrong part. */

#include "config/command_line.h"

#include "config/override.h"

struct target {
    struct draft *draft;
    struct sources *sources;
};

static int apply_root(struct target *t, const char *root, bool alone)
{
    struct source *source;
    struct draft_section *site = NULL;
    struct draft_section *log = NULL;
    int err = sources_argument(t->sources, sv_cstr(root), 1, &source);

    if (err < 0)
        return err;
    struct ini_part value = override_part(source, 0, source->len);
    if (value.text.len == 0) {
        diagnose_error(t->draft->report, value.place, "the directory to serve is empty");
        return 0;
    }
    err = override_absolute(t->draft, t->sources, &value);
    if (err == 0)
        err = override_open(t->draft, SECTION_site, value.place, &site);
    if (err == 0 && site != NULL)
        err = draft_set(t->draft, site, &schema_keys[KEY_site_root], value.place, value);
    if (err < 0 || !alone)
        return err;

    err = override_open(t->draft, SECTION_log, value.place, &log);
    if (err < 0 || log == NULL || log->slots[KEY_log_access].n > 0)
        return err;
    value.text = SV("stdout");
    value.form = INI_MADE;
    return draft_set(t->draft, log, &schema_keys[KEY_log_access], value.place, value);
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
        struct ini_part value = override_part(source, 0, source->len);
        if (value.text.len == 0)
            diagnose_error(t->draft->report, value.place,
                           "-l needs an address: IPv4:port, [IPv6]:port, unix:/path or systemd:NAME");
        else
            err = draft_set(t->draft, main, &schema_keys[KEY_listen_address], value.place, value);
    }
    return err;
}

/* SECTION.KEY=VALUE or SECTION.NAME.KEY=VALUE; a name may hold dots. */
static bool split_option(struct diagnose *report, const struct source *s, struct override *o)
{
    struct sv text = sv_of(s->text, s->len);
    size_t eq = sv_find(text, '=');
    size_t first = sv_find(sv_of(text.p, eq), '.');
    size_t last = eq;

    while (last > 0 && text.p[last - 1] != '.')
        last--;
    if (eq == text.len || first == eq) {
        diagnose_error(report, override_part(s, 0, eq).place, "-o takes SECTION.KEY=VALUE, such as server.workers=2");
        return false;
    }
    struct sv value = sv_trim(sv_skip(text, eq + 1));
    o->kind = override_part(s, 0, first);
    o->name = last > first + 1 ? override_part(s, first + 1, last - 1 - first - 1) : override_part(s, first, 0);
    o->key = override_part(s, last, eq - last);
    o->value = override_part(s, (size_t)(value.p - text.p), value.len);
    return true;
}

static int apply_option(struct target *t, const char *text, size_t ordinal)
{
    struct source *source;
    struct override o;
    int err = sources_argument(t->sources, sv_cstr(text), ordinal, &source);

    return err == 0 && split_option(t->draft->report, source, &o) ? override_set(t->draft, t->sources, &o) : err;
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
