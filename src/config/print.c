/* SPDX-License-Identifier: MIT */
/* -T and --defaults. Both walk the schema, so that a key which is a row of it is in both. */

#include "config/print.h"

#include "config/resolve.h"
#include "config/store.h"
#include "config/value.h"
#include "config/written.h"

enum { COMMENT_COLUMN = 28, ORIGIN_COLUMN = 44, COMMENT_MAX = 1000 };

static const char defaults_head[] =
    "; The configuration of batond, with every key at its default: a key that is left out has the value shown here.\n"
    ";\n"
    ";   [section], [kind name]   and below it  key = value.  '#' or ';' starts a comment, at the start of a line or "
    "after\n"
    ";                            white space. In keys, '-' and '_' are the same.\n"
    ";   key = \"value\"            \\\" and \\\\ stand for a quote and a backslash, and nothing is a comment; needed "
    "where "
    "'#' or\n"
    ";                            ';' stands behind white space in a path or a pattern, or the path of a log or a "
    "socket has\n"
    ";                            white space, or a ',' at its end\n"
    ";   *                        the key may repeat and adds up; an empty value clears what was inherited\n"
    ";   durations                ms s m h d w y; a bare number is seconds\n"
    ";   sizes                    k m g, of 1024; a bare number is bytes\n"
    ";   yes, no                  also true, false, on, off\n"
    ";   paths                    may begin with $LOGS_DIRECTORY/, $RUNTIME_DIRECTORY/ and the like, as systemd sets "
    "them\n"
    ";\n"
    "; Included files win over the file that includes them, the environment (BATON__SECTION__KEY=VALUE, "
    "BATON__KIND__NAME__KEY=VALUE)\n"
    "; over all files, and the command line (-o SECTION.KEY=VALUE, -o KIND.NAME.KEY=VALUE) over both.\n"
    "; 'batond -t -c FILE' checks a file, 'batond -T -c FILE' shows what is in effect, and where each value came "
    "from.\n";

/* Pad a line that started at offset `start` up to a column; at least one space. */
static int pad(struct buf *b, size_t start, size_t column)
{
    size_t len = b->len - start;

    return buf_addf(b, "%*s", (int)(len < column ? column - len : 1), "");
}

static int print_header(struct buf *b, enum section_id id, struct sv name)
{
    return buf_addf(b, "%s[%s%s%.*s]", b->len > 0 ? "\n" : "", schema_sections[id].kind, name.len > 0 ? " " : "",
                    SV_ARG(name));
}

/* "key = value", without a space behind '=' where there is no value; in quotes where a comment may not follow
 * otherwise, or the value would not read back. */
static int print_key(struct buf *b, const struct schema_key *k, struct sv value)
{
    int err = buf_addf(b, "%s =%s", k->name, value.len > 0 ? " " : "");

    if (err < 0 || value.len == 0)
        return err;
    if (value_may_hold_marks(k, value) || !ini_value_is_plain(value))
        return ini_value_quote(b, value);
    return buf_add(b, value);
}

static int print_origin(struct buf *b, const struct setting *s)
{
    int err = buf_add(b, SV("; "));

    if (err == 0)
        err = written_print(b, s != NULL ? &s->key : NULL);
    return err == 0 ? buf_add(b, SV("\n")) : err;
}

/* What no file can hold is a comment, and so is an include, which has been followed. */
static int print_comment(struct buf *b, const struct schema_key *k, struct sv value)
{
    int err = buf_addf(b, "; %s = ", k->name);

    return err == 0 ? diagnose_escape(b, sv_of(value.p, value.len < COMMENT_MAX ? value.len : COMMENT_MAX)) : err;
}

/* The value, and behind it where it came from; or in front of it, in a line of its own, where both are too long for
 * one. */
static int print_line(struct buf *b, const struct schema_key *k, struct sv value, const struct setting *origin)
{
    struct buf from = {0};
    size_t start = b->len;
    bool live = value.len == 0 || (!k->type->is_followed && ini_can_hold(value));
    int err = print_origin(&from, origin);

    if (err == 0 && value.len + from.len > INI_LINE_MAX / 2)
        err = buf_add(b, buf_sv(&from));
    if (err == 0)
        err = live ? print_key(b, k, value) : print_comment(b, k, value);
    if (err == 0 && value.len + from.len > INI_LINE_MAX / 2)
        err = buf_add(b, SV("\n"));
    else if (err == 0) {
        err = pad(b, start, ORIGIN_COLUMN);
        if (err == 0)
            err = buf_add(b, buf_sv(&from));
    }
    buf_fini(&from);
    return err;
}

/* One line for each value of a repeatable key. */
static int print_list(struct buf *b, const struct schema_key *k, const struct draft_section *s)
{
    const struct setting *one = draft_in_effect(s, k);
    const struct slot *slot = &s->slots[schema_key_id(k)];
    int err = 0;

    if (one == NULL)
        return print_line(b, k, sv_cstr(slot->n > 0 ? "" : k->default_text), slot->last);
    for (; err == 0 && one != NULL; one = one->next)
        if (!draft_is_replaced(k, one))
            err = print_line(b, k, one->value.text, one);
    return err;
}

static int print_scalar(struct buf *b, const struct schema_key *k, const struct draft_section *s, const void *base)
{
    const struct slot *slot = &s->slots[schema_key_id(k)];
    struct buf value = {0};
    int err = store_print(&value, k, base);

    if (err == 0)
        err = print_line(b, k, buf_sv(&value), draft_is_cleared(s, k) ? slot->last : slot->first);
    buf_fini(&value);
    return err;
}

static int print_section(struct buf *b, const struct draft_section *s, const void *base)
{
    int err = print_header(b, s->id, s->name.text);

    if (err == 0)
        err = buf_add(b, SV("\n"));
    for (size_t i = 0; err == 0 && i < KEYS; i++) {
        const struct schema_key *k = &schema_keys[i];
        if (k->section == s->id)
            err = k->type->is_list ? print_list(b, k, s) : print_scalar(b, k, s, base);
    }
    return err;
}

/* That a section is not there, and why; in front of the one that is. */
static int print_gave_way(struct buf *b, const struct config *c, const struct draft_section *to)
{
    const struct schema_section *kind = &schema_sections[to->id];
    int err = buf_add(b, SV("\n"));
    size_t start = b->len;

    if (err == 0)
        err = buf_addf(b, "; [%s %s] gives way to [%s %.*s]", kind->kind, kind->default_name, kind->kind,
                       SV_ARG(to->name.text));
    if (err == 0)
        err = pad(b, start, ORIGIN_COLUMN);
    return err == 0 ? buf_addf(b, "; %s", c->gave_way) : err;
}

int print_effective(struct buf *b, struct config *c, const struct draft *d)
{
    int err = 0;

    for (unsigned int id = 0; err == 0 && id < SECTIONS; id++) {
        size_t i = 0;
        const struct draft_section *s = draft_next(d, (enum section_id)id, NULL);
        if (id == SECTION_site && s != NULL && d->gave_way != NULL)
            err = print_gave_way(b, c, s);
        for (; err == 0 && s != NULL; s = draft_next(d, (enum section_id)id, s), i++)
            err = print_section(b, s, resolve_base(c, s->id, i));
    }
    return err;
}

static int print_default(struct buf *b, const struct schema_key *k)
{
    size_t start = b->len;
    int err = print_key(b, k, sv_cstr(k->default_text));

    if (err == 0)
        err = pad(b, start, COMMENT_COLUMN);
    if (err == 0)
        err = buf_addf(b, "; %s%s (", k->type->is_list ? "* " : "", k->help);
    if (err == 0)
        err = value_describe(b, k);
    return err == 0 ? buf_add(b, SV(")\n")) : err;
}

int print_defaults(struct buf *b)
{
    int err = buf_add(b, sv_cstr(defaults_head));
    unsigned int id = SECTIONS;

    for (size_t i = 0; err == 0 && i < KEYS; i++) {
        const struct schema_key *k = &schema_keys[i];
        if (k->section != id) {
            size_t start = b->len + 1;
            id = k->section;
            err = print_header(b, k->section, sv_cstr(schema_sections[id].default_name));
            if (err == 0)
                err = pad(b, start, COMMENT_COLUMN);
            if (err == 0)
                err = buf_addf(b, "; %s\n", schema_sections[id].help);
        }
        if (err == 0)
            err = print_default(b, k);
    }
    return err;
}
