/* SPDX-License-Identifier: MIT */
/* The values of a configuration. Those who write them know other programs' files, in which a value ends in ';' or a
 * block in a brace: taken in silence, each of these would be a part of a path that nobody meant. */

#include "text/ini_value.h"

#include "base/utf8.h"

static bool is_mark(char c)
{
    return c == '#' || c == ';';
}

struct sv ini_without_comment(struct sv line, bool behind_text)
{
    for (size_t i = 0; i < line.len; i++)
        if (is_mark(line.p[i]) && (i == 0 ? !behind_text : sv_is_blank(line.p[i - 1])))
            return sv_of(line.p, i);
    return line;
}

static void fault(struct ini_value *v, const char *p, size_t len, const char *what)
{
    v->fault = what;
    v->wrong = sv_of(p, len);
}

/* Offset of the closing quote of text behind an opening one; the length where there is none. Faults of escapes on the
 * way are told. */
static size_t find_close(struct sv s, struct ini_value *v)
{
    size_t i = 0;

    while (i < s.len && s.p[i] != '"') {
        bool escapes = s.p[i] == '\\';
        if (escapes && v->fault == NULL && i + 1 < s.len && s.p[i + 1] != '"' && s.p[i + 1] != '\\')
            fault(v, s.p + i, 2, "in quotes a backslash is written \\\\, and a quote \\\"");
        v->form = escapes ? INI_ESCAPED : v->form;
        i += escapes && i + 1 < s.len ? 2 : 1;
    }
    return i;
}

/* `s` begins with a quote. */
static void read_quoted(struct sv s, struct ini_value *v)
{
    struct sv inside = sv_skip(s, 1);

    v->form = INI_QUOTED;
    size_t close = find_close(inside, v);
    if (close == inside.len) {
        fault(v, s.p, 1, "this quote is not closed");
        v->text = sv_of(inside.p, 0);
        v->form = INI_WRONG;
        return;
    }
    v->text = sv_of(inside.p, close);
    if (v->fault != NULL)
        v->form = INI_WRONG;
    struct sv behind = sv_skip(inside, close + 1);
    struct sv more = sv_trim(ini_without_comment(behind, true));
    v->comment = sv_skip(behind, ini_without_comment(behind, true).len);
    if (more.len == 0 || v->fault != NULL)
        return;
    if (sv_eq(more, SV(";")))
        fault(v, more.p, more.len, "lines here end without ';'");
    else
        fault(v, more.p, more.len, "only a comment may follow the closing quote, after white space");
}

/* Does it end in a word that is a brace? */
static bool ends_in_brace(struct sv s)
{
    return s.len > 0 && (s.p[s.len - 1] == '{' || s.p[s.len - 1] == '}') && (s.len == 1 || sv_is_blank(s.p[s.len - 2]));
}

bool ini_begins_with_other_quote(struct sv s)
{
    static const char *const quotes[] = {
        "'", "`", "\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e", "\xc2\xab"};

    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
        if (sv_starts(s, sv_cstr(quotes[i])))
            return true;
    return false;
}

static void check_plain(struct ini_value *v)
{
    struct sv s = v->text;
    size_t unseen = utf8_find_unseen(s);

    if (s.len == 0)
        return;
    v->form = INI_WRONG;
    if (s.p[0] == '=')
        fault(v, s.p, 1, "'=' is there twice");
    else if (ini_begins_with_other_quote(s))
        fault(v, s.p, 1, "only double quotes quote a value: \"...\"");
    else if (ends_in_brace(s))
        fault(v, s.p + s.len - 1, 1,
              "there are no braces here: a section is [kind] or [kind name], and ends at the next");
    else if (unseen < s.len)
        fault(v, s.p + unseen, 1, "a special space, or an invisible character; in quotes it is taken as it is");
    else
        v->form = INI_PLAIN;
    if (v->fault != NULL || s.p[s.len - 1] != ';')
        return;
    fault(v, s.p + s.len - 1, 1, "lines here end without ';'; a value that ends in one stands in quotes");
    while (s.len > 0 && s.p[s.len - 1] == ';')
        s = sv_trim(sv_of(s.p, s.len - 1));
    v->text = s;
}

void ini_value_read(struct sv rest, struct ini_value *v)
{
    struct sv bare = ini_without_comment(rest, true);
    struct sv text = sv_trim(bare);

    if (text.len == 0)
        text.p = rest.p;
    *v = (struct ini_value){.text = text, .comment = sv_skip(rest, bare.len)};
    if (text.len > 0 && text.p[0] == '"')
        read_quoted(sv_skip(rest, (size_t)(text.p - rest.p)), v);
    else
        check_plain(v);
}

int ini_value_quote(struct buf *b, struct sv value)
{
    int err = buf_add(b, SV("\""));

    for (size_t i = 0; err == 0 && i < value.len; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            err = buf_add(b, SV("\\"));
        if (err == 0)
            err = buf_add(b, sv_of(value.p + i, 1));
    }
    return err == 0 ? buf_add(b, SV("\"")) : err;
}

size_t ini_value_unescape(struct sv raw, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < raw.len; i++) {
        if (raw.p[i] == '\\' && i + 1 < raw.len)
            i++;
        out[n++] = raw.p[i];
    }
    return n;
}

size_t ini_value_raw_offset(struct sv raw, size_t at)
{
    size_t i = 0;

    for (; at > 0 && i < raw.len; at--)
        i += raw.p[i] == '\\' && i + 1 < raw.len ? 2 : 1;
    return i;
}

bool ini_value_is_plain(struct sv value)
{
    struct ini_value v;

    ini_value_read(value, &v);
    return v.fault == NULL && v.form == INI_PLAIN && v.text.len == value.len;
}
