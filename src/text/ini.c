/* SPDX-License-Identifier: MIT */
/* The tokenizer of the configuration. It stands before everything: at start-up, and at each reload, every byte of every
 * file passes here first, whoever wrote it and whatever is in it. */

#include "text/ini.h"

#include "base/utf8.h"

/* What a line holds beside a value: its key, quotes. */
enum { LINE_SLACK = 128 };

void ini_init(struct ini *ini, const struct source *source)
{
    struct sv text = sv_of(source->text, source->len);

    *ini = (struct ini){.source = source, .line = source->first_line};
    if (sv_starts(text, SV("\xef\xbb\xbf")))
        ini->at = 3;
}

/* A run of bytes of the text, with its place. line_at is the offset of its line. */
static struct ini_part part_of(const struct ini *ini, size_t line_at, struct sv text)
{
    size_t at = (size_t)(text.p - ini->source->text);

    return (struct ini_part){text, {ini->source, ini->line, line_at, at - line_at, text.len}, INI_PLAIN};
}

static struct sv word_of(struct sv s)
{
    size_t n = 0;

    while (n < s.len && !sv_is_blank(s.p[n]))
        n++;
    return sv_of(s.p, n);
}

size_t ini_find_control(struct sv s)
{
    size_t i = 0;

    while (i < s.len && ((unsigned char)s.p[i] >= 0x20 || s.p[i] == '\t') && s.p[i] != 0x7f)
        i++;
    return i;
}

const char ini_name_fault[] = "a section's name is one word, without brackets, quotes, ',' and ';'";

bool ini_is_name(struct sv name)
{
    static const char never[] = "[]\"',;";

    for (size_t i = 0; i < name.len; i++)
        if (memchr(never, name.p[i], sizeof never - 1) != NULL)
            return false;
    return name.len > 0 && word_of(name).len == name.len && name.p[0] != '#' && !ini_begins_with_other_quote(name) &&
           ini_find_control(name) == name.len && utf8_find_invalid(name) == name.len &&
           utf8_find_unseen(name) == name.len;
}

bool ini_can_hold(struct sv value)
{
    size_t len = value.len + LINE_SLACK;

    for (size_t i = 0; i < value.len; i++)
        len += value.p[i] == '"' || value.p[i] == '\\';
    return len <= INI_LINE_MAX && ini_find_control(value) == value.len && utf8_find_invalid(value) == value.len;
}

struct place ini_place(const struct ini_part *part, size_t at, size_t len)
{
    struct place p = part->place;

    if (part->form == INI_MADE || part->form == INI_WRONG)
        return p;
    if (part->form != INI_ESCAPED)
        return place_part(p, at, len);
    struct sv raw = sv_of(p.source->text + p.line_at + p.col, p.len);
    size_t from = ini_value_raw_offset(raw, at);
    return place_part(p, from, ini_value_raw_offset(raw, at + len) - from);
}

static void fault_at(struct ini_token *t, struct ini_part where, const char *fault)
{
    t->fault = fault;
    t->fault_place = where.place;
}

/* Bytes that no line may hold. Comments are let off all but NUL: they are often in whatever encoding came first. */
static bool check_bytes(const struct ini *ini, size_t line_at, struct sv line, struct sv code, struct ini_token *t)
{
    size_t nul = sv_find(line, '\0');
    size_t control = ini_find_control(code);
    size_t invalid = utf8_find_invalid(code);

    if (line.len > INI_LINE_MAX)
        fault_at(t, part_of(ini, line_at, sv_of(line.p + INI_LINE_MAX, 1)), "this line is longer than 8192 bytes");
    else if (nul < line.len)
        fault_at(t, part_of(ini, line_at, sv_of(line.p + nul, 1)), "a NUL byte; is this a text file?");
    else if (control < code.len)
        fault_at(t, part_of(ini, line_at, sv_of(code.p + control, 1)), "a control byte");
    else if (invalid < code.len)
        fault_at(t, part_of(ini, line_at, sv_of(code.p + invalid, 1)), "this is not UTF-8");
    return t->fault == NULL;
}

static bool is_quoted(struct sv s)
{
    return s.len > 1 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.len - 1] == s.p[0];
}

static void read_quoted_name(const struct ini *ini, size_t line_at, struct sv quoted, struct ini_token *t)
{
    struct sv name = sv_of(quoted.p + 1, quoted.len - 2);

    fault_at(t, part_of(ini, line_at, quoted), "a section's name stands without quotes, and is one word");
    if (!ini_is_name(name))
        return;
    t->value = part_of(ini, line_at, name);
    t->meant = name;
}

/* What stands between the brackets: a kind, and perhaps a name. */
static void read_section_words(const struct ini *ini, size_t line_at, struct sv inside, struct ini_token *t)
{
    struct sv kind = word_of(sv_trim(inside));
    struct sv rest = sv_trim(sv_skip(sv_trim(inside), kind.len));
    struct sv name = word_of(rest);
    struct sv more = sv_trim(sv_skip(rest, name.len));

    t->kind = INI_SECTION;
    t->name = part_of(ini, line_at, kind);
    t->value = part_of(ini, line_at, name);
    if (kind.len == 0)
        fault_at(t, part_of(ini, line_at, inside), "a section needs a kind: [server], or [site NAME]");
    else if (is_quoted(rest))
        read_quoted_name(ini, line_at, rest, t);
    else if (more.len > 0)
        fault_at(t, part_of(ini, line_at, more), "a section is [kind] or [kind name], and a name is one word");
    else if (name.len > 0 && !ini_is_name(name))
        fault_at(t, t->value, ini_name_fault);
    if (t->fault != NULL && t->meant.len == 0)
        t->name.text.len = 0;
}

/* code starts with '['. */
static void read_section(const struct ini *ini, size_t line_at, struct sv code, struct ini_token *t)
{
    struct sv inside = sv_skip(code, 1);
    size_t end = sv_find(inside, ']');
    struct sv after = end < inside.len ? sv_trim(sv_skip(inside, end + 1)) : sv_of(inside.p + inside.len, 0);

    read_section_words(ini, line_at, sv_of(inside.p, end), t);
    if (t->fault != NULL)
        return;
    if (end == inside.len)
        fault_at(t, part_of(ini, line_at, after), "']' is missing");
    else if (after.len > 0 && after.p[0] == '{')
        fault_at(t, part_of(ini, line_at, sv_of(after.p, 1)), "there are no braces here: a section ends at the next");
    else if (after.len > 0)
        fault_at(t, part_of(ini, line_at, after), "only a comment may follow ']', after a space");
}

/* A line without '='. Some of them are of other programs' files. */
static void fault_no_key(const struct ini *ini, size_t line_at, struct sv code, struct ini_token *t)
{
    size_t brace = sv_find(code, code.p[0] == '}' ? '}' : '{');

    t->name = part_of(ini, line_at, code);
    if (brace < code.len)
        fault_at(t, part_of(ini, line_at, sv_of(code.p + brace, 1)),
                 "there are no braces here: a section is [kind] or [kind name], and ends at the next");
    else if (code.p[code.len - 1] == ';')
        fault_at(t, t->name, "'=' is missing; a line is key = value, without ';' at its end");
    else
        fault_at(t, t->name, "'=' is missing; a line is [section], key = value, or a comment");
}

static void read_key(const struct ini *ini, size_t line_at, struct sv code, const struct ini_value *value,
                     struct ini_token *t)
{
    size_t eq = sv_find(code, '=');
    struct sv key = sv_trim(sv_of(code.p, eq));

    if (eq == code.len) {
        fault_no_key(ini, line_at, code, t);
        return;
    }
    t->name = part_of(ini, line_at, key);
    t->value = part_of(ini, line_at, value->text);
    t->value.form = value->form;
    if (value->comment.len > 0 && value->text.len > 0 && value->form == INI_PLAIN)
        t->comment = part_of(ini, line_at, sv_of(value->comment.p, 1)).place;
    if (key.len == 0) {
        fault_at(t, part_of(ini, line_at, sv_of(code.p + eq, 1)), "there is no key before '='");
        return;
    }
    t->kind = INI_KEY;
    if (value->fault != NULL)
        fault_at(t, part_of(ini, line_at, value->wrong), value->fault);
}

/* All of a line but its comment. *value is what stands behind its first '=', where it has one and is no section. */
static struct sv read_code(struct sv line, struct ini_value *value)
{
    struct sv bare = ini_without_comment(line, false);
    size_t eq = sv_find(bare, '=');

    *value = (struct ini_value){.text = {"", 0}};
    if (eq == bare.len || sv_trim(bare).p[0] == '[')
        return bare;
    ini_value_read(sv_skip(line, eq + 1), value);
    return sv_of(line.p, line.len - value->comment.len);
}

/* The next line, without its end; false when there is none. */
static bool take_line(struct ini *ini, struct sv *line)
{
    struct sv rest = sv_skip(sv_of(ini->source->text, ini->source->len), ini->at);

    if (rest.len == 0)
        return false;
    size_t end = sv_find(rest, '\n');
    ini->at += end < rest.len ? end + 1 : end;
    *line = sv_of(rest.p, end);
    if (line->len > 0 && line->p[line->len - 1] == '\r')
        line->len--;
    return true;
}

/* One fault for the whole file instead of one for each of its lines. */
static bool check_encoding(struct ini *ini, size_t line_at, struct sv line, struct ini_token *t)
{
    if (line_at != 0 || !(sv_starts(line, SV("\xff\xfe")) || sv_starts(line, SV("\xfe\xff"))))
        return true;
    fault_at(t, part_of(ini, line_at, sv_of(line.p, 2)), "this file is UTF-16; save it as UTF-8");
    ini->at = ini->source->len;
    return false;
}

bool ini_next(struct ini *ini, struct ini_token *token)
{
    struct sv line;

    for (; take_line(ini, &line); ini->line++) {
        size_t line_at = (size_t)(line.p - ini->source->text);
        struct ini_value value;
        struct sv raw = read_code(line, &value);
        struct sv code = sv_trim(raw);

        *token = (struct ini_token){.kind = INI_BAD};
        bool good = check_encoding(ini, line_at, line, token) && check_bytes(ini, line_at, line, raw, token);
        if (good && code.len == 0)
            continue;
        if (good && code.p[0] == '[')
            read_section(ini, line_at, code, token);
        else if (good)
            read_key(ini, line_at, code, &value, token);
        ini->line++;
        return true;
    }
    return false;
}
